/** What a pasted text would do to a list. */
export interface Parsed {
  /** Those that the list does not have yet, each once, in the order of the text. */
  fresh: string[];
  /** How many of the text's lines the list has already. */
  known: number;
  /** How many lines say again what an earlier one said. */
  twice: number;
  /** Lines that are no member: longer than a member may be. */
  tooLong: string[];
}

/** The longest that the server takes for a member. */
const LONGEST = 1_024;

/** Members from a text, one a line; white space around them is none of theirs. */
export function parseMembers(text: string, list: readonly string[]): Parsed {
  const has = new Set(list);
  const seen = new Set<string>();
  const parsed: Parsed = { fresh: [], known: 0, twice: 0, tooLong: [] };
  for (const line of text.split(/\r\n|\r|\n/)) {
    const member = line.trim();
    if (member === '') continue;
    if (seen.has(member)) parsed.twice++;
    else if (has.has(member)) parsed.known++;
    else if (member.length > LONGEST) parsed.tooLong.push(member);
    else parsed.fresh.push(member);
    seen.add(member);
  }
  return parsed;
}

/** True where a text is one line that looks like a list. */
export function looksDivided(text: string): boolean {
  return !text.trim().includes('\n') && /[^,;\t][,;\t]\s*[^,;\t\s]/.test(text);
}

/** One a line, where commas, semicolons or tabs divided them. */
export function divide(text: string): string {
  return text
    .split(/[,;\t\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .join('\n');
}

/** What would come of it, in words; empty where there is nothing to be said. */
export function tellParsed({ fresh, known, twice, tooLong }: Parsed): string {
  const told = [
    ...(known > 0 ? [`${known} ${known === 1 ? 'is' : 'are'} there already`] : []),
    ...(twice > 0 ? [`${twice} ${twice === 1 ? 'line says' : 'lines say'} the same again`] : []),
    ...(tooLong.length > 0
      ? [`${tooLong.length} ${tooLong.length === 1 ? 'is' : 'are'} longer than ${LONGEST} characters and left out`]
      : []),
  ];
  if (told.length === 0) return '';
  return `${fresh.length} to add; ${told.join(', ')}.`;
}
