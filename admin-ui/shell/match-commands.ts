/** Something that can be done from anywhere. */
export interface Command {
  id: string;
  label: string;
  icon: string;
  /** A word on what it is, or the keys that do it. */
  about: string;
  run: () => void;
}

/** The commands whose label has all words of a text; those that begin with the text come first. */
export function matchCommands<C extends { label: string }>(commands: readonly C[], text: string): C[] {
  const wanted = text.trim().toLowerCase();
  const words = wanted.split(/\s+/);
  const found = commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const begins = ({ label }: C) => label.toLowerCase().startsWith(wanted);
  return [...found.filter(begins), ...found.filter((command) => !begins(command))];
}
