import type { JsonValue } from '@turnout/core';

/** What stands on one side, by key: the name of its form, by which sides are compared. */
export type Named = ReadonlyMap<string, string>;

/** A key whose forms differ. */
export interface Differing {
  key: string;
  before: string | undefined;
  after: string | undefined;
}

/** Where two sides differ, in the order of the keys, and how many are the same. */
export function diffNamed(from: Named, to: Named): { differing: Differing[]; same: number } {
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  const differing = keys
    .map((key) => ({ key, before: from.get(key), after: to.get(key) }))
    .filter(({ before, after }) => before !== after);
  return { differing, same: keys.length - differing.length };
}

/** The same with the forms in the place of their names; null where there is none. */
export function showDiffering(
  differing: readonly Differing[],
  show: (name: string) => JsonValue,
): { key: string; before: JsonValue; after: JsonValue }[] {
  const side = (name: string | undefined) => (name === undefined ? null : show(name));
  return differing.map(({ key, before, after }) => ({ key, before: side(before), after: side(after) }));
}
