import { matchFlags } from '../../client/match-flags.ts';

/** What the panel looks through: the flags of the project, as far as they are known. */
export interface Known<F> {
  flags: readonly F[];
  /** False while pages of the list are missing, or it cannot be read at all. */
  complete: boolean;
}

/** What Enter may kill: a flag of the list, or exactly what was typed. */
export interface Choice<F> {
  key: string;
  flag: F | undefined;
}

interface Flag {
  key: string;
  name: string;
  description: string;
  owner: string;
  tags: readonly string[];
  archived: boolean;
}

const MOST = 8;

/**
 * What a typed text may mean, best first: the first is what Enter kills. A flag with exactly this key always comes first.
 * While the list has gaps the text itself comes before flags that only resemble it, for the one that is meant may be
 * among those that are missing; in a whole list it comes only where nothing fits.
 */
export function listChoices<F extends Flag>(known: Known<F>, text: string): { choices: Choice<F>[]; more: number } {
  const typed = text.trim();
  if (typed === '') return { choices: [], more: 0 };
  const found = matchFlags(known.flags, typed);
  const exact = found.filter(({ key }) => key === typed);
  const inUse = found.filter(({ key, archived }) => key !== typed && !archived);
  const archived = found.filter((flag) => flag.key !== typed && flag.archived);
  const flags = [...exact, ...inUse, ...archived];
  const choices: Choice<F>[] = flags.slice(0, MOST).map((flag) => ({ key: flag.key, flag }));
  const more = flags.length - choices.length;
  const asTyped = { key: typed, flag: undefined };
  if (exact.length > 0 || typed.includes(' ')) return { choices, more };
  if (!known.complete) return { choices: [asTyped, ...choices], more };
  return { choices: choices.length === 0 ? [asTyped] : choices, more };
}
