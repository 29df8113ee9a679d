/** Whether two values are written alike as JSON; the order of an object's members says nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [these, those] = [membersOf(a), membersOf(b)];
  return (
    these.size === those.size &&
    [...these].every(([name, value]) => those.has(name) && sameValue(value, those.get(name)))
  );
}

function membersOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}
