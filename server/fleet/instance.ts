import { parsePosition } from '@turnout/core';

/** Why an app that is known has not said what is waited for, or may not say it. */
export type Why = 'disconnected' | 'silent' | 'node lost' | 'polling' | 'unsupported';

/**
 * A running app as one node knows it: one client of an SDK, from its making to its end. Times are on the monotonic clock
 * of the node that looks; no clock of an app counts anywhere.
 */
export interface Instance {
  /** Random, made by the app when it starts. */
  id: string;
  environmentId: number;
  keyId: string;
  host: string;
  sdk: string;
  /** Where it said it is, and which kills it said lie over that. */
  position: string | null;
  overlays: readonly string[];
  /** Flags that it said it does not understand. */
  unsupported: readonly string[];
  firstSeen: number;
  lastSeen: number;
  /** Open streams; more than one only while one takes over from another. */
  streams: number;
  /** Since when it has, or has not, had a stream. */
  streamsSince: number;
  /** It acknowledges here what it hears over a stream of another node. */
  isElsewhere: boolean;
  /** When it last fetched the ruleset; undefined if never. */
  polledAt: number | undefined;
  /** The node that knows it so. */
  node: string;
  /** False where that node is not heard any more. */
  nodeLives: boolean;
}

/** `live`: all is as it should be. `laggard`: it was heard of a moment ago, and something is amiss. */
export type State = { state: 'live' } | { state: 'laggard'; why: Why } | { state: 'lost' };

/** Without any contact for so long an app is not counted on any more. */
export const LIVE_MS = 60_000;
/** So long it is still listed after that. */
export const LISTED_MS = 3_600_000;
/** Receipts come every 20 s; one may get lost. */
const SILENT_MS = 45_000;

/** One app, also where two nodes know it. */
export function nameOf({ keyId, id }: Pick<Instance, 'keyId' | 'id'>): string {
  return `${keyId}/${id}`;
}

/** Whether an app counts at a moment: it was heard of within the last minute. */
export function counts(instance: Instance, at: number): boolean {
  return instance.firstSeen <= at && at - instance.lastSeen < LIVE_MS;
}

/** How an app is, seen at a moment. */
export function stateOf(instance: Instance, now: number): State {
  if (now - instance.lastSeen >= LIVE_MS) return { state: 'lost' };
  const why = faultOf(instance);
  if (why !== undefined) return { state: 'laggard', why };
  if (now - instance.lastSeen >= SILENT_MS) return { state: 'laggard', why: 'silent' };
  if (instance.unsupported.length > 0) return { state: 'laggard', why: 'unsupported' };
  return { state: 'live' };
}

/** Why a flip may not have reached an app that did not acknowledge it. */
export function whyNot(instance: Instance): Why {
  return faultOf(instance) ?? 'silent';
}

/** What is wrong with the way to an app. */
function faultOf(instance: Instance): Why | undefined {
  if (!instance.nodeLives) return 'node lost';
  if (instance.streams > 0 || instance.isElsewhere) return undefined;
  const hasPolled = instance.polledAt !== undefined && instance.polledAt >= instance.streamsSince;
  return hasPolled ? 'polling' : 'disconnected';
}

/** Whether a position is at a place or beyond it. Revisions of different epochs are never compared. */
export function isAtLeast(position: string | null, place: string): boolean {
  const here = position === null ? undefined : parsePosition(position);
  const there = parsePosition(place);
  return here !== undefined && here.epoch === there?.epoch && here.revision >= there.revision;
}

/** The later of two accounts of where an app is: what came later counts, but nobody goes back within an epoch. */
export function laterPosition(before: string | null, now: string | null): string | null {
  if (now === null || before === null) return now ?? before;
  return isAtLeast(before, now) ? before : now;
}
