/** What happened to one list of members. */
export interface ListChange {
  added: string[];
  removed: string[];
}

/**
 * The list after a change. A list in the order of its code units stays so; to any other what is new is appended. Both
 * sides of the wire use this one function: whoever makes a change looks whether it gives the very list that is meant.
 */
export function changeList(list: readonly string[], change: ListChange): string[] {
  const gone = new Set(change.removed);
  const kept = list.filter((member) => !gone.has(member));
  return isSorted(list) ? mergeSorted(kept, [...change.added].sort(byCodeUnits)) : [...kept, ...change.added];
}

/**
 * What turns one list into the other; undefined where `changeList` could not (another order, a member twice, no list of
 * texts).
 */
export function findListChange(before: unknown, after: unknown): ListChange | undefined {
  if (!isListOfTexts(before) || !isListOfTexts(after)) return undefined;
  const was = new Set(before);
  const is = new Set(after);
  const change = {
    added: after.filter((member) => !was.has(member)),
    removed: before.filter((member) => !is.has(member)),
  };
  const made = changeList(before, change);
  return made.length === after.length && made.every((member, i) => member === after[i]) ? change : undefined;
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSorted(list: readonly string[]): boolean {
  return list.every((member, i) => i === 0 || list[i - 1]! < member);
}

function mergeSorted(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = [];
  let next = 0;
  for (const member of a) {
    while (next < b.length && b[next]! < member) merged.push(b[next++]!);
    merged.push(member);
  }
  return [...merged, ...b.slice(next)];
}
