import { type Instance, isAtLeast, nameOf, type Why, whyNot } from './instance.ts';

/** Something that is to reach every app: a revision, or a kill that may be in no revision yet. */
export interface Flip {
  environmentId: number;
  /** The position that it led to; of a kill the one that records it, once it is known. */
  position: string | undefined;
  /** The id of a kill. */
  kill: string | undefined;
  /** The flags that it is about; undefined where that is not known. */
  flags: readonly string[] | undefined;
}

/** An app that is waited for. */
export interface Laggard {
  instance: string;
  host: string;
  environmentId: number;
  position: string | null;
  /** How long ago it was heard of. */
  silentMs: number;
  why: Why;
}

/** Who has acknowledged a flip, of those who were there. */
export interface Receipts {
  live: number;
  reached: number;
  /** How long it took, in ms, of those that the node which made the flip has heard of; null where it heard of none. */
  p50: number | null;
  p99: number | null;
  max: number | null;
  laggards: Laggard[];
}

/** An app that counts for a flip: as it is known now, and how long it took, where that was seen. */
export interface Counted {
  instance: Instance;
  /** Undefined where it has not acknowledged; null where nobody knows how long that took. */
  afterMs: number | null | undefined;
  /** Why it is waited for, where it is. */
  why: Why | undefined;
}

/** Whether an app has said that a flip is in force in it. */
export function hasReached({ position, overlays }: Pick<Instance, 'position' | 'overlays'>, flip: Flip): boolean {
  if (flip.kill !== undefined && overlays.includes(flip.kill)) return true;
  return flip.position !== undefined && isAtLeast(position, flip.position);
}

/** Whether an app that is where it should be cannot serve what the flip is about. */
export function cannotServe({ unsupported }: Pick<Instance, 'unsupported'>, { flags }: Flip): boolean {
  return unsupported.length > 0 && (flags === undefined || flags.some((key) => unsupported.includes(key)));
}

/**
 * Joins what was seen of each app when the flip was made with what is known of it now, by this node and by others.
 * `times` are the acknowledgements that were seen to come. Each app is counted once.
 */
export function countApps(
  flip: Flip,
  atFlip: readonly Instance[],
  now: readonly Instance[],
  times: ReadonlyMap<string, number>,
): Counted[] {
  const latest = new Map<string, Instance>();
  const reached = new Set<string>();
  for (const instance of now) {
    const name = nameOf(instance);
    if (hasReached(instance, flip)) reached.add(name);
    const other = latest.get(name);
    if (other === undefined || isBetter(instance, other)) latest.set(name, instance);
  }
  const counted = new Map<string, Counted>();
  for (const then of atFlip) {
    const name = nameOf(then);
    const instance = latest.get(name) ?? then;
    const afterMs = times.get(name) ?? (reached.has(name) ? null : undefined);
    if (afterMs === undefined) counted.set(name, { instance, afterMs, why: whyNot(instance) });
    else if (cannotServe(instance, flip)) counted.set(name, { instance, afterMs: undefined, why: 'unsupported' });
    else counted.set(name, { instance, afterMs, why: undefined });
  }
  return [...counted.values()];
}

/** Of two accounts of one app that is the better which heard of it last, and of two equals the one with a stream. */
function isBetter(one: Instance, other: Instance): boolean {
  return one.lastSeen === other.lastSeen ? one.streams > other.streams : one.lastSeen > other.lastSeen;
}

/** Folds what is known of each app into what is answered. Laggards come by their names. */
export function foldReceipts(counted: readonly Counted[], now: number): Receipts {
  const acknowledged = counted.filter(({ afterMs }) => afterMs !== undefined);
  const times = acknowledged.flatMap(({ afterMs }) => (typeof afterMs === 'number' ? [afterMs] : []));
  times.sort((a, b) => a - b);
  const laggards = counted
    .flatMap(({ instance, why }) => (why === undefined ? [] : [describeLaggard(instance, why, now)]))
    .sort((a, b) => (a.host === b.host ? compare(a.instance, b.instance) : compare(a.host, b.host)));
  return {
    live: counted.length,
    reached: acknowledged.length,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    max: quantile(times, 1),
    laggards,
  };
}

function describeLaggard(instance: Instance, why: Why, now: number): Laggard {
  const { id, host, environmentId, position, lastSeen } = instance;
  const silentMs = Math.max(0, Math.round(now - lastSeen));
  return { instance: id, host, environmentId, position, silentMs, why };
}

/** By the nearest rank, in whole milliseconds; null of nothing. */
function quantile(sorted: readonly number[], share: number): number | null {
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return found === undefined ? null : Math.round(found);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
