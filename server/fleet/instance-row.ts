import type { Instance } from './instance.ts';

/** The apps of an environment that a node knows, as other nodes read them: durations only, for clocks differ. */
interface Written {
  v: 1;
  /** The node has ended, in order. */
  ended?: true;
  instances: WrittenInstance[];
}

type Kept = Pick<Instance, 'id' | 'keyId' | 'host' | 'sdk' | 'position' | 'overlays' | 'unsupported'>;

interface WrittenInstance extends Kept {
  hasStream: boolean;
  /** How long ago it was heard of first, and last. */
  firstMs: number;
  lastMs: number;
  streamsMs: number;
  polledMs?: number;
}

/** What another node knows, on the clock of the one that reads it. */
export interface ReadRow {
  ended: boolean;
  instances: Instance[];
}

/** Whose row it is, where, and how long ago it was written. */
export interface RowPlace {
  node: string;
  environmentId: number;
  ageMs: number;
  nodeLives: boolean;
}

export function writeRow(instances: readonly Instance[], now: number, ended: boolean): string {
  const written: Written = {
    v: 1,
    ...(ended ? { ended } : {}),
    instances: instances.map(({ id, keyId, host, sdk, position, overlays, unsupported, ...rest }) => ({
      ...{ id, keyId, host, sdk, position, overlays, unsupported },
      hasStream: rest.streams > 0 || rest.isElsewhere,
      firstMs: Math.round(now - rest.firstSeen),
      lastMs: Math.round(now - rest.lastSeen),
      streamsMs: Math.round(now - rest.streamsSince),
      ...(rest.polledAt === undefined ? {} : { polledMs: Math.round(now - rest.polledAt) }),
    })),
  };
  return JSON.stringify(written);
}

/** Reads what a node wrote; undefined where it cannot be understood, as of a later version of this program. */
export function readRow(body: string, place: RowPlace, now: number): ReadRow | undefined {
  const written = parse(body);
  if (written === undefined) return undefined;
  const ended = written.ended === true;
  const { node, environmentId, ageMs } = place;
  const nodeLives = place.nodeLives && !ended;
  const then = now - ageMs;
  const instances = written.instances.map(({ hasStream, firstMs, lastMs, streamsMs, polledMs, ...kept }) => ({
    ...kept,
    ...{ environmentId, node, nodeLives, isElsewhere: false },
    streams: hasStream ? 1 : 0,
    streamsSince: then - streamsMs,
    firstSeen: then - firstMs,
    lastSeen: then - lastMs,
    polledAt: polledMs === undefined ? undefined : then - polledMs,
  }));
  return { ended, instances };
}

function parse(body: string): Written | undefined {
  try {
    const written: Partial<Written> | null = JSON.parse(body);
    if (written?.v !== 1 || !Array.isArray(written.instances)) return undefined;
    return written.instances.every(isInstance) ? (written as Written) : undefined;
  } catch {
    return undefined;
  }
}

function isInstance(one: Partial<WrittenInstance> | null): boolean {
  if (typeof one !== 'object' || one === null) return false;
  const texts = [one.id, one.keyId, one.host, one.sdk];
  const times = [one.firstMs, one.lastMs, one.streamsMs];
  return (
    texts.every((text) => typeof text === 'string') &&
    times.every((ms) => typeof ms === 'number') &&
    (one.position === null || typeof one.position === 'string') &&
    Array.isArray(one.overlays) &&
    Array.isArray(one.unsupported)
  );
}
