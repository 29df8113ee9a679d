import { applyPatch, formatPosition, type Patch, parsePosition, type Ruleset } from '@turnout/core';
import { nextDigest } from '../changes/canonical.ts';
import type { Ring } from '../changes/doorbell.ts';
import type { PatchFrame } from './served.ts';

/** An environment's ruleset at its place in history, as a node holds it: without any kill laid over it. */
export interface Base {
  environmentId: number;
  projectId: number;
  /** `epoch.revision`. */
  position: string;
  digest: string;
  ruleset: Ruleset;
  /** Kills that this base records, with the time of their commit in ms: those of the last 24 h. */
  settled: ReadonlyMap<string, number>;
  /** Epochs that this node served before this one. A database that is in one of them again was set back. */
  pastEpochs: readonly string[];
}

/** What a read of the database found, in one transaction. */
export interface BaseReading {
  projectId: number;
  epoch: string;
  revision: number;
  digest: string;
  /** False when the place that the node holds is none of this history: what it holds was abandoned. */
  knowsHeld: boolean;
  /** What leads on from the place that the node holds; undefined where only the whole ruleset will do. */
  patches: PatchFrame[] | undefined;
  /** Given where there are no patches. */
  ruleset: Ruleset | undefined;
  settled: Map<string, number>;
}

/** A base that follows another, and how: by patches, or whole. */
export interface BaseStep {
  base: Base;
  patches: readonly PatchFrame[] | undefined;
  /** Ids of kills that this step names as recorded, of whatever age. */
  named: ReadonlySet<string>;
}

const REMEMBERED_MS = 24 * 3_600_000;
const MOST_PAST_EPOCHS = 32;

/** How the database's place stands to the one that is held. */
export type Standing = 'same' | 'later' | 'other-epoch' | 'set-back';

/**
 * `set-back` means that the database lost what this node has served: a restored backup, or a failover without the last
 * commits. It may also mean that the read was overtaken by a commit, so it counts only when seen again under the
 * row's lock.
 */
export function standingOf(
  held: Base,
  there: Pick<BaseReading, 'epoch' | 'revision' | 'digest' | 'knowsHeld'>,
): Standing {
  const { epoch, revision } = held.ruleset;
  if (there.epoch !== epoch) return held.pastEpochs.includes(there.epoch) ? 'set-back' : 'other-epoch';
  if (there.revision < revision) return 'set-back';
  if (there.revision === revision) return there.digest === held.digest ? 'same' : 'set-back';
  return there.knowsHeld ? 'later' : 'set-back';
}

/** What a ring means to a node: nothing new, the next base, or that the database must be read. */
export function followRing(held: Base, ring: Ring, now: number): BaseStep | 'nothing' | 'read' {
  const at = parsePosition(ring.position);
  const { epoch, revision } = held.ruleset;
  if (at?.epoch === epoch && at.revision < revision) return 'nothing';
  if (ring.position === held.position) return ring.digest === held.digest ? 'nothing' : 'read';
  if (ring.patch === undefined || nextDigest(held.digest, ring.patch) !== ring.digest) return 'read';
  try {
    const { from, to } = JSON.parse(ring.patch) as Patch;
    if (from !== held.position || to !== ring.position) return 'read';
    return followFrames(held, [{ from, to, text: ring.patch }], ring.digest, now);
  } catch {
    // A patch that does not fit is no reason to fail: the database knows better.
    return 'read';
  }
}

/** The base behind some patches, which lead on from it one after the other. */
export function followFrames(held: Base, patches: readonly PatchFrame[], digest: string, now: number): BaseStep {
  let { ruleset } = held;
  const named = new Set<string>();
  for (const frame of patches) {
    const patch = JSON.parse(frame.text) as Patch;
    ruleset = applyPatch(ruleset, patch);
    for (const id of patch.settles) named.add(id);
  }
  const settled = new Map([...held.settled, ...[...named].map((id) => [id, now] as const)]);
  const base = { ...held, position: formatPosition(ruleset), digest, ruleset, settled: recent(settled, now) };
  return { base, patches, named };
}

/** The base that a read found, where it follows what is held. */
export function followReading(
  environmentId: number,
  held: Base | undefined,
  reading: BaseReading,
  now: number,
): BaseStep {
  const settled = recent(reading.settled, now);
  const named = new Set(reading.settled.keys());
  if (held !== undefined && reading.patches !== undefined) {
    const step = followFrames(held, reading.patches, reading.digest, now);
    return { ...step, base: { ...step.base, settled }, named };
  }
  const { ruleset, digest, projectId } = reading;
  if (ruleset === undefined) throw new Error('A read found neither patches nor a ruleset.');
  const left = held !== undefined && held.ruleset.epoch !== ruleset.epoch ? [held.ruleset.epoch] : [];
  const pastEpochs = [...(held?.pastEpochs ?? []), ...left].slice(-MOST_PAST_EPOCHS);
  const position = formatPosition(ruleset);
  const base = { environmentId, projectId, position, digest, ruleset, settled, pastEpochs };
  return { base, patches: undefined, named };
}

/** Older ones are asked of the database by name. */
function recent(settled: ReadonlyMap<string, number>, now: number): ReadonlyMap<string, number> {
  return new Map([...settled].filter(([, at]) => at > now - REMEMBERED_MS));
}
