/** Of what a form holds, what differs from what it began with. */
export function pickTouched<G extends object>(was: Readonly<Record<keyof G, unknown>>, given: G): Partial<G> {
  const touched = (Object.keys(given) as (keyof G)[]).filter((name) => !isSame(was[name], given[name]));
  const picked: Partial<G> = {};
  for (const name of touched) picked[name] = given[name];
  return picked;
}

/** Lists are compared by what is in them, in their order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
