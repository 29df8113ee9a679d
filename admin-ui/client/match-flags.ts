/** What is looked through: a flag, as far as words can find it. */
export interface Findable {
  key: string;
  name: string;
  description: string;
  owner: string;
  tags: readonly string[];
}

/**
 * The flags that match all words of a text, best first: those whose key is or begins with it, then those that have it
 * in the key, then those that have it elsewhere. Order within a rank is kept. An empty text matches everything.
 */
export function matchFlags<F extends Findable>(flags: readonly F[], text: string): F[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [...flags];
  const ranks: F[][] = [[], [], [], []];
  for (const flag of flags) {
    const rank = rankOf(flag, words);
    if (rank !== undefined) ranks[rank]?.push(flag);
  }
  return ranks.flat();
}

function rankOf(flag: Findable, words: readonly string[]): number | undefined {
  const key = flag.key.toLowerCase();
  const [first = ''] = words;
  if (words.length === 1) {
    if (key === first) return 0;
    if (key.startsWith(first)) return 1;
  }
  if (words.every((word) => key.includes(word))) return 2;
  const all = `${key} ${flag.name} ${flag.description} ${flag.owner} ${flag.tags.join(' ')}`.toLowerCase();
  return words.every((word) => all.includes(word)) ? 3 : undefined;
}
