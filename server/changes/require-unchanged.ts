import type { JsonValue } from '@turnout/core';
import { escapePointer } from '../platform/json-pointer.ts';
import { Problem } from '../platform/problem.ts';
import { canonicalJson } from './canonical.ts';
import type { LoggedChange } from './undoer.ts';

/** So many places are named; whoever changed more sees it anyway. */
const MOST_NAMED = 8;

/**
 * Throws 409 where the subject is not as the change left it: undoing it would take back somebody else's work too. `now`
 * is the subject in the form in which it was logged.
 */
export function requireUnchanged(change: LoggedChange, now: JsonValue): void {
  const places = differences(change.after, now, '');
  if (places.length === 0) return;
  const named = places.slice(0, MOST_NAMED).join(', ');
  const more = places.length > MOST_NAMED ? ` and ${places.length - MOST_NAMED} more` : '';
  throw new Problem(
    'changed_since',
    `${change.subject} has changed since change ${change.id}: ${named}${more}. Undo what came later first, or edit it ` +
      'to what it should be.',
    { current: now },
  );
}

/** JSON pointers of where two values differ; lists are compared whole. */
export function differences(one: JsonValue, other: JsonValue, path: string): string[] {
  if (!isObject(one) || !isObject(other)) {
    return canonicalJson(one) === canonicalJson(other) ? [] : [path || '/'];
  }
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return names.flatMap((name) => {
    const at = `${path}/${escapePointer(name)}`;
    if (!Object.hasOwn(one, name) || !Object.hasOwn(other, name)) return [at];
    return differences(one[name] ?? null, other[name] ?? null, at);
  });
}

function isObject(value: JsonValue): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
