import type { Ruleset } from '@turnout/core';
import { type Asking, type EnvironmentPlace, orderOf } from '../access/asking.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Door, Ground, Work } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { segmentFaults, segmentFaultsIn } from './check-segment.ts';
import type { MemberChanges, SegmentFields } from './contract.ts';
import { segmentUsers } from './named-segments.ts';
import { inOrder, logEdit, logSegment, readContent, servedSegment, showSegment } from './segment.ts';
import {
  findSegment,
  insertSegment,
  removeSegment,
  type SegmentContent,
  type SegmentRow,
  updateSegment,
} from './store.ts';

/** What the use cases of segments need. */
export interface SegmentParts {
  door: Door;
}

/** Makes a segment in an environment. */
export async function createSegment(
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  fields: SegmentFields,
): Promise<Committed<SegmentRow>> {
  return changeSegment(parts, asking, place, key, 'segment.create', createSegmentWork(place, key, fields));
}

/** The same inside of a change that may carry more. */
export function createSegmentWork(place: EnvironmentPlace, key: string, fields: SegmentFields): Work<SegmentRow> {
  return async (tx, ground) => {
    if (await findSegment(tx, place.environment.id, key)) throw taken(key, place);
    const content = readContent(fields);
    requireSound(key, content, rulesetOf(ground, place.environment.id));
    const row = await insertSegment(
      tx,
      { projectId: place.projectId, environmentId: place.environment.id, key },
      content,
    );
    return { result: row, ...written(place, key, null, logSegment(content)) };
  };
}

type Next = (now: SegmentContent) => SegmentContent;

/** Edits a segment: `next` makes the new content of the present one. */
async function editSegment(
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  next: Next,
): Promise<Committed<SegmentRow>> {
  const work = editSegmentWork(place, key, next, asking.expected);
  return changeSegment(parts, asking, place, key, 'segment.update', work);
}

/** The same inside of a change that may carry more. */
export function editSegmentWork(
  place: EnvironmentPlace,
  key: string,
  next: Next,
  expected: number | undefined,
): Work<SegmentRow> {
  return async (tx, ground) => {
    const row = await requireSegment(tx, place, key);
    requireExpected(expected, row.version, showSegment(row, place.environment.key));
    const content = next(row);
    if (canonicalJson(logSegment(content)) === canonicalJson(logSegment(row))) {
      return { result: row, touched: { flags: [], segments: [] }, unchanged: true };
    }
    requireSound(key, content, rulesetOf(ground, place.environment.id));
    const { before, after } = logEdit(row, content);
    return {
      result: await updateSegment(tx, place.environment.id, key, content),
      ...written(place, key, before, after),
    };
  };
}

/** PUT: what is left out becomes empty. */
export const replaceSegment = (
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  fields: SegmentFields,
) => editSegment(parts, asking, place, key, () => readContent(fields));

/** PATCH: what is left out stays. A condition is one value and replaced whole, as lists are. */
export const patchSegment = (
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  fields: SegmentFields,
) => editSegment(parts, asking, place, key, (now) => readContent(fields, now));

export const changeMembers = (
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  changes: MemberChanges,
) => editSegment(parts, asking, place, key, withMembers(changes));

/** Adds and removes some members. Who is in both lists of a call is in the end there: adding wins. */
export function withMembers(changes: MemberChanges): Next {
  const changed = (members: string[], change: MemberChanges['included']) => {
    const gone = new Set(change?.remove);
    return inOrder([...members.filter((member) => !gone.has(member)), ...(change?.add ?? [])]);
  };
  return (now) => ({
    ...now,
    included: changed(now.included, changes.included),
    excluded: changed(now.excluded, changes.excluded),
  });
}

/** Deletes a segment that nobody names. */
export async function deleteSegment(
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
): Promise<Committed<undefined>> {
  return changeSegment(parts, asking, place, key, 'segment.delete', deleteSegmentWork(place, key, asking.expected));
}

/** The same inside of a change that may carry more. */
export function deleteSegmentWork(place: EnvironmentPlace, key: string, expected: number | undefined): Work<undefined> {
  return async (tx, ground) => {
    const row = await requireSegment(tx, place, key);
    requireExpected(expected, row.version, showSegment(row, place.environment.key));
    requireUnused(key, rulesetOf(ground, place.environment.id));
    await removeSegment(tx, place.environment.id, key);
    return { result: undefined, ...written(place, key, logSegment(row), null) };
  };
}

async function changeSegment<T>(
  parts: SegmentParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  action: string,
  write: Work<T>,
): Promise<Committed<T>> {
  const { projectId, environment } = place;
  const order = { ...orderOf(asking), projectId, environmentIds: [environment.id], action, subject: `segment/${key}` };
  return commitChange(parts.door, order, write);
}

/** The ruleset of an environment that was locked. */
export function rulesetOf(ground: Ground, environmentId: number): Ruleset {
  const ruleset = ground.before.get(environmentId);
  if (!ruleset) throw new Error(`The environment ${environmentId} was not locked.`);
  return ruleset;
}

/** The row, or 404; inside of the place only. */
export async function requireSegment(db: Db | Tx, place: EnvironmentPlace, key: string): Promise<SegmentRow> {
  const row = await findSegment(db, place.environment.id, key);
  if (!row) throw new Problem('not_found', 'There is no such segment in this environment.');
  return row;
}

/** Throws 422 with every fault: first those of the segment alone, for only a sound one can be held against others. */
export function requireSound(key: string, content: SegmentContent, ruleset: Ruleset): void {
  const segment = servedSegment(key, content);
  const alone = segmentFaults(segment);
  const faults = alone.length > 0 ? alone : segmentFaultsIn(segment, ruleset);
  if (faults.length > 0) throw invalid(faults);
}

/** Throws 409 that names who still names the segment. */
export function requireUnused(key: string, ruleset: Ruleset): void {
  const { flags, segments } = segmentUsers(key, ruleset);
  if (flags.length + segments.length === 0) return;
  const users = [...flags.map((flag) => `flag ${flag}`), ...segments.map((segment) => `segment ${segment}`)];
  throw new Problem(
    'segment_in_use',
    `The segment ${key} is still named by: ${users.slice(0, 20).join(', ')}` +
      `${users.length > 20 ? ` and ${users.length - 20} more` : ''}. Take it out there first.`,
  );
}

function taken(key: string, place: EnvironmentPlace): Problem {
  return new Problem('duplicate', `There is a segment ${key} in ${place.environment.key} already.`, {
    errors: [{ path: '/key', code: 'duplicate', expected: 'a key that no other segment of this environment has' }],
  });
}

/** What the door is told: which segment to read again, and both sides as the log keeps them. */
function written(place: EnvironmentPlace, key: string, before: Logged, after: Logged) {
  const under = (side: Logged) => (side === null ? null : { environments: { [place.environment.key]: side } });
  return { touched: { flags: [], segments: [key] }, before: under(before), after: under(after) };
}
type Logged = ReturnType<typeof logEdit>['before'];
