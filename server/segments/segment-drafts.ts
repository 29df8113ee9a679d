import type { EnvironmentPlace } from '../access/asking.ts';
import { type DraftCall, type DraftKind, type DraftPlan, draftKind } from '../changes/draft.ts';
import { withReason } from '../platform/problem-contract.ts';
import { createSegmentWork, deleteSegmentWork, editSegmentWork, withMembers } from './change-segment.ts';
import { memberChanges, newSegment, segmentPatch, segmentPut } from './contract.ts';
import { readContent } from './segment.ts';
import { findSegment } from './store.ts';

const ALL = '/environments/{environment}/segments';
const ONE = `${ALL}/{segment}`;

/** Calls that change segments, and may wait in a request until they are approved. */
export const segmentDrafts: readonly DraftKind[] = [
  draftKind({
    ...{ method: 'POST', path: ALL, body: newSegment },
    plan: (call) => {
      const { reason: _reason, key, ...fields } = call.body;
      const work = createSegmentWork(call.place(), key, fields);
      return { ...plan(call, 'segment.create', key, () => work), version: async () => undefined };
    },
  }),
  draftKind({
    ...{ method: 'PUT', path: ONE, body: segmentPut },
    plan: (call) => {
      const { reason: _reason, ...fields } = call.body;
      return plan(call, 'segment.update', call.params.segment, (place, key) =>
        editSegmentWork(place, key, () => readContent(fields), call.base),
      );
    },
  }),
  draftKind({
    ...{ method: 'PATCH', path: ONE, body: segmentPatch },
    plan: (call) => {
      const { reason: _reason, ...fields } = call.body;
      return plan(call, 'segment.update', call.params.segment, (place, key) =>
        editSegmentWork(place, key, (now) => readContent(fields, now), call.base),
      );
    },
  }),
  draftKind({
    ...{ method: 'POST', path: `${ONE}/members`, body: memberChanges },
    plan: (call) =>
      plan(call, 'segment.update', call.params.segment, (place, key) =>
        editSegmentWork(place, key, withMembers(call.body), call.base),
      ),
  }),
  draftKind({
    ...{ method: 'DELETE', path: ONE, body: withReason },
    plan: (call) =>
      plan(call, 'segment.delete', call.params.segment, (place, key) => deleteSegmentWork(place, key, call.base)),
  }),
];

function plan(
  call: DraftCall<unknown>,
  action: string,
  key = '',
  work: (place: EnvironmentPlace, key: string) => DraftPlan['work'],
): DraftPlan {
  const place = call.place();
  return {
    ...{ action, subject: `segment/${key}`, alters: 'environment' },
    version: async (db) => (await findSegment(db, place.environment.id, key))?.version,
    work: work(place, key),
  };
}
