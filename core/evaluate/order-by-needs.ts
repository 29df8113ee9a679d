/** Flags need flags and segments name segments, at most this many in a chain. */
export const LONGEST_CHAIN = 32;

/**
 * The most tests that one evaluation may come to when everything that is named is counted each time it is named. Thirty
 * segments that each name the next one twice are small on paper and a thousand million tests to answer.
 */
export const MOST_TESTS = 100_000;

/** Something that needs others of its kind. */
export interface Needy {
  /** Names, each as often as it is named. Those that do not exist are skipped. */
  readonly needs: readonly string[];
  /** How many tests it holds itself, those of other kinds that it names included. */
  readonly tests: number;
  /** It leads into a tangle of another kind. */
  readonly isBarred: boolean;
}

interface Reach {
  depth: number;
  tests: number;
}

/**
 * Puts what is needed before what needs it. `tangled` are all those that cannot be put anywhere: on a cycle, on a chain
 * of more than 32, over 100,000 tests, or needing something that is. Without recursion, and linear in what is named.
 */
export function orderByNeeds(all: ReadonlyMap<string, Needy>): {
  ordered: string[];
  tangled: Set<string>;
  reach: Map<string, Reach>;
} {
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  const ready: string[] = [];
  for (const [name, { needs, isBarred }] of all) {
    let open = isBarred ? 1 : 0;
    for (const need of needs) {
      if (!all.has(need)) continue;
      open += 1;
      const others = dependents.get(need);
      if (others === undefined) dependents.set(need, [name]);
      else others.push(name);
    }
    if (open === 0) ready.push(name);
    else waiting.set(name, open);
  }
  const reach = new Map<string, Reach>();
  const ordered: string[] = [];
  for (let next = 0; next < ready.length; next++) {
    const name = ready[next]!;
    const own = reachOf(all.get(name)!, reach);
    if (own.depth > LONGEST_CHAIN || own.tests > MOST_TESTS) continue;
    reach.set(name, own);
    ordered.push(name);
    for (const dependent of dependents.get(name) ?? []) {
      const open = waiting.get(dependent)! - 1;
      waiting.set(dependent, open);
      if (open === 0) ready.push(dependent);
    }
  }
  const tangled = new Set<string>();
  if (ordered.length < all.size) for (const name of all.keys()) if (!reach.has(name)) tangled.add(name);
  return { ordered, tangled, reach };
}

function reachOf({ needs, tests }: Needy, reach: ReadonlyMap<string, Reach>): Reach {
  const own = { depth: 1, tests };
  for (const need of needs) {
    const needed = reach.get(need);
    if (needed === undefined) continue;
    own.depth = Math.max(own.depth, needed.depth + 1);
    own.tests += needed.tests;
  }
  return own;
}
