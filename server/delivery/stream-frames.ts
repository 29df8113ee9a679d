import { type StreamEvent, writeFrame } from '@turnout/core';
import { rulesetBytes, showOverlay } from './ruleset-bytes.ts';
import type { PatchFrame, Served } from './served.ts';

/** A ruleset travels on the stream up to this size; a larger one is fetched, where it is compressed. */
const MOST_STREAMED = 64 * 1_024;

/** One event as bytes. Only `ruleset` and `patch` have an id: the position that a client is at once it has taken them. */
export function eventFrame<E extends StreamEvent['event']>(
  event: E,
  data: Extract<StreamEvent, { event: E }>['data'],
): Buffer {
  return Buffer.from(writeFrame({ event, data: JSON.stringify(data) }));
}

/** When a client is to come back should it lose this stream. */
export function retryFrame(retryMs: number): Buffer {
  return Buffer.from(`retry: ${retryMs}\n\n`);
}

// A frame is made once for what it tells and lives as long: every stream gets the same buffer.
const overlays = new WeakMap<Served, Buffer>();
const patches = new WeakMap<PatchFrame, Buffer>();
const rulesets = new WeakMap<Served, Buffer>();
const resyncs = new WeakMap<Served, { spreadMs: number; made: Buffer }>();

/** The unsettled kills of this node; `settled` are those of the ids which one client named that the base records. */
export function overlayFrame(served: Served, settled: readonly string[] = []): Buffer {
  const kept = settled.length === 0 ? overlays.get(served) : undefined;
  if (kept !== undefined) return kept;
  const { position } = served;
  const made = eventFrame('overlay', { overlay: showOverlay(served), settled: [...settled], position });
  if (settled.length === 0) overlays.set(served, made);
  return made;
}

/** The text as it was committed. */
export function patchFrame(patch: PatchFrame): Buffer {
  let made = patches.get(patch);
  if (made === undefined) {
    made = Buffer.from(writeFrame({ event: 'patch', id: patch.to, data: patch.text }));
    patches.set(patch, made);
  }
  return made;
}

/** The whole ruleset, where it is small enough to travel on a stream. */
export function rulesetFrame(served: Served): Buffer | undefined {
  const { plain } = rulesetBytes(served);
  if (plain.length > MOST_STREAMED) return undefined;
  let made = rulesets.get(served);
  if (made === undefined) {
    made = Buffer.from(writeFrame({ event: 'ruleset', id: served.position, data: plain.toString() }));
    rulesets.set(served, made);
  }
  return made;
}

/** Sends a client to fetch the ruleset, at some moment within the spread. */
export function resyncFrame(served: Served, spreadMs: number): Buffer {
  const kept = resyncs.get(served);
  if (kept?.spreadMs === spreadMs) return kept.made;
  const made = eventFrame('resync', { position: served.position, spreadMs });
  resyncs.set(served, { spreadMs, made });
  return made;
}
