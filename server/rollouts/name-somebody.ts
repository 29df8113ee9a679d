/** How somebody of the log is called; undefined where nobody is known by that name. */
export type NameOf = (actor: string) => string | undefined;

/** What a person did is kept without their name, which may change or go: whoever reads the sentence is told it then. */
export function nameSomebody(sentence: string, actor: string, nameOf: NameOf): string {
  const name = nameOf(actor);
  return name !== undefined && sentence.startsWith('Somebody ') ? name + sentence.slice('Somebody'.length) : sentence;
}
