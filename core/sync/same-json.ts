/**
 * Whether two JSON values are the same, whatever the order of members. It keeps its own stack, so that a value nested
 * deeper than the host's stack is compared like any other.
 */
export function isSameJson(one: unknown, other: unknown): boolean {
  const pairs: [unknown, unknown][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b] = pair;
    if (Object.is(a, b)) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const members = Object.entries(a);
    if (members.length !== Object.keys(b).length) return false;
    for (const [key, value] of members) {
      if (!Object.hasOwn(b, key)) return false;
      pairs.push([value, (b as Record<string, unknown>)[key]]);
    }
  }
  return true;
}
