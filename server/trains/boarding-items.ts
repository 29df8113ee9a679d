import type { FieldFault } from '../platform/problem.ts';

/** Below these of the environment of the train. */
const PLACES = ['flags', 'segments'];
/** A kill may have been for a reason that whoever boards does not know: it is lifted by itself, never among others. */
const NEVER = ['restore', 'kill'];

/**
 * What may not come aboard: whatever is elsewhere could not be taken back by a recall of this environment. Each is named by
 * its place in the request.
 */
export function refusedItems(items: readonly { path: string }[], environment: string): FieldFault[] {
  const expected = `a call below /environments/${environment}/flags or /environments/${environment}/segments, and no restore`;
  return items.flatMap(({ path }, index) => {
    const [, environments, key, place = '', , verb = ''] = path.split('/');
    const fits = environments === 'environments' && key === environment && PLACES.includes(place);
    if (fits && !NEVER.includes(verb)) return [];
    return [{ path: `/items/${index}/path`, code: 'may_not_board', expected }];
  });
}

/** The flags that items name in their paths. */
export function flagsNamed(items: readonly { path: string }[]): string[] {
  const found = items.flatMap(({ path }) => {
    const [, , , place, key] = path.split('/');
    return place === 'flags' && key !== undefined ? [key] : [];
  });
  return [...new Set(found)];
}
