import { isObject } from '../evaluate/fault.ts';
import { parsePosition } from '../model/position.ts';
import type { Frame } from './sse.ts';
import type { OverlayEntry, Snapshot, StreamEvent } from './wire.ts';

type Name = StreamEvent['event'];

/**
 * Whether a value has the shape of a snapshot as far as it must have one to be held: a place, records of flags and
 * segments, entries. What is wrong inside a flag is that flag's own error, found when it is compiled.
 */
export function isSnapshot(value: unknown): value is Snapshot {
  return isObject(value) && isRuleset(value.ruleset) && areEntries(value.overlay) && areTexts(value.settled);
}

function isRuleset(value: unknown): boolean {
  if (!isObject(value) || typeof value.epoch !== 'string' || value.epoch === '') return false;
  const { revision, flags, segments } = value;
  return Number.isSafeInteger(revision) && (revision as number) >= 0 && isObject(flags) && isObject(segments);
}

function areEntries(value: unknown): value is OverlayEntry[] {
  return (
    Array.isArray(value) &&
    value.every((entry) => isObject(entry) && typeof entry.id === 'string' && typeof entry.flag === 'string')
  );
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isPosition(value: unknown): boolean {
  return typeof value === 'string' && parsePosition(value) !== undefined;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isListChange(value: unknown): boolean {
  return value === undefined || (isObject(value) && areTexts(value.added) && areTexts(value.removed));
}

function isSegmentPatch(value: unknown): boolean {
  if (!isObject(value)) return false;
  if ('whole' in value) return true;
  return isObject(value.members) && isListChange(value.members.included) && isListChange(value.members.excluded);
}

const SHAPES: { [N in Name]: (data: Record<string, unknown>) => boolean } = {
  hello: ({ heartbeatMs, receiptToken }) =>
    isDuration(heartbeatMs) && (receiptToken === undefined || typeof receiptToken === 'string'),
  overlay: (data) => areEntries(data.overlay) && areTexts(data.settled) && isPosition(data.position),
  ruleset: isSnapshot,
  patch: (data) =>
    isPosition(data.from) &&
    isPosition(data.to) &&
    isObject(data.flags) &&
    areTexts(data.removedFlags) &&
    isObject(data.segments) &&
    Object.values(data.segments).every(isSegmentPatch) &&
    areTexts(data.removedSegments) &&
    areTexts(data.settles),
  resync: (data) => isPosition(data.position) && isDuration(data.spreadMs),
  heartbeat: (data) => isPosition(data.position) && isDuration(data.ageMs) && typeof data.overlayHash === 'string',
  goodbye: (data) => isDuration(data.retryMs),
  revoked: () => true,
};

/** Reads an event of the stream; undefined for one that this version does not know. Throws where its data is broken. */
export function readEvent({ event, data }: Frame): StreamEvent | undefined {
  if (!Object.hasOwn(SHAPES, event)) return undefined;
  const read: unknown = JSON.parse(data);
  if (!isObject(read) || !SHAPES[event as Name](read)) throw new Error(`an event ${event} that cannot be read`);
  return { event, data: read } as StreamEvent;
}
