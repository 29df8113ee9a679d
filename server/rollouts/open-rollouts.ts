import { randomBytes } from 'node:crypto';
import type { Door } from '../changes/door.ts';
import type { Doorbell } from '../changes/doorbell.ts';
import type { Delivery } from '../delivery/open-delivery.ts';
import { freezeOfFlag, freezeTurnsOfFlag } from '../environments/freeze-store.ts';
import { newNames } from '../flags/names.ts';
import type { Fleet } from '../fleet/open-fleet.ts';
import { checkResult } from '../gates/check-store.ts';
import { runProbe } from '../gates/run-probe.ts';
import { incidentFree, openIncidentFor } from '../incidents/calm.ts';
import { type AskParts, askSource } from '../metrics/ask-source.ts';
import { listMetrics } from '../metrics/metric-store.ts';
import type { Reports } from '../metrics/open-reports.ts';
import { listSources } from '../metrics/source-store.ts';
import { suggestBelow } from '../metrics/suggest-below.ts';
import type { Clock } from '../platform/clock.ts';
import { type HeldLease, Lease } from '../platform/lease.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { repeat } from '../platform/repeat.ts';
import { readPolicyFor } from '../policies/attachment-store.ts';
import { projectReaders } from '../policies/policy-readers.ts';
import { findVersion } from '../policies/policy-store.ts';
import { recheckPolicy } from '../policies/recheck-policy.ts';
import { firingSignals } from '../signals/signal-store.ts';
import { unitsNeeded } from '../statistics/index.ts';
import { forgetPoints } from './decision-store.ts';
import type { Heard } from './due-looks.ts';
import { leaseInDatabase } from './lease-store.ts';
import type { LoopParts } from './loop-parts.ts';
import type { LoopSources } from './loop-sources.ts';
import { RolloutLoop } from './rollout-loop.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { countHostsAt, seeReach } from './see-reach.ts';

export interface OpenRolloutsParts extends AskParts {
  clock: Clock;
  door: Door;
  doorbell: Doorbell;
  delivery: Pick<Delivery, 'rulesets'>;
  fleet: Fleet;
  reports: Pick<Reports, 'evidence' | 'recentRates'>;
  /** How this node calls itself. */
  node: string;
  /** Whether no other process can have the database open. */
  isAlone: boolean;
  /** The train that a rollout left with, where somebody has stopped the line. */
  lineStopped?: LoopSources['lineStopped'];
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Metrics;
  /** Keeps what a run that finished has proven. */
  finished?: LoopParts['finished'];
}

/** Everything of rollouts that lives as long as the house does. */
export interface Rollouts {
  /** For the use cases of people. */
  parts: RolloutParts;
  sources: LoopSources;
  /** The lease under which this node acts for all; undefined where another one does. */
  held(): HeldLease | undefined;
  /** Something came from outside that rings nobody: those whom it may concern are looked at at once. */
  hear(heard: Heard): void;
  /** Begins to ask for the lease, and to act under it; answers how to stop. */
  follow(): () => void;
  /** Waits for what is under way, and lets another node act at once. */
  close(): Promise<void>;
}

const LEASE = 'rollouts';
/** Where guards stood over time is drawn while a rollout lives, and looked at for so long after it. */
const POINTS_KEPT_MS = 30 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;
const FORGOTTEN_AT_ONCE = 5_000;
/** Nobody waits for the lease of a process that is alone, and its first start keeps its database busy for seconds. */
const ALONE_MS = 60_000;

export function openRollouts(parts: OpenRolloutsParts): Rollouts {
  const { db, clock, door, doorbell, node, isAlone, log, metrics } = parts;
  const sources = openSources(parts);
  const names = { salt: newNames.salt, id: () => randomBytes(6).toString('hex') };
  const lease = new Lease({
    ...{ store: leaseInDatabase(db, LEASE, node, { isAlone }), clock, log, onTaken: () => loop.wake() },
    ...(isAlone ? { ms: ALONE_MS } : {}),
  });
  const paged = metrics.counterBy('rollout_pages_total', 'Times that a rollout needed a person, by why', 'about');
  metrics.gauge('rollout_lease', '1 on the node that runs the rollouts', () => (lease.held() === undefined ? 0 : 1));
  const loop: RolloutLoop = new RolloutLoop({
    ...{ door, sources, names, held: () => lease.held(), log, paged },
    ...(parts.finished === undefined ? {} : { finished: parts.finished }),
  });
  return {
    parts: { door, sources, names, wake: () => loop.wake() },
    sources,
    hear: loop.wake,
    held: () => lease.held(),
    follow: () => {
      // A kill, an edit, a press on another node: whatever alters a ruleset rings.
      const stops = [
        lease.follow(),
        loop.follow(),
        doorbell.onRing(({ environmentId }) => loop.wake({ environmentId })),
        repeat(FORGET_EVERY_MS, () => void forgetOld(parts)),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    close: async () => {
      await loop.close();
      await lease.close();
    },
  };
}

/** On every node, for it is only deleted. What fails, for the database is away, is done the next time. */
async function forgetOld({ db, clock }: OpenRolloutsParts): Promise<void> {
  const before = new Date(clock.now().getTime() - POINTS_KEPT_MS);
  try {
    while (await forgetPoints(db, before, FORGOTTEN_AT_ONCE));
  } catch {}
}

function openSources(parts: OpenRolloutsParts): LoopSources {
  const { db, outbound, reports, delivery, fleet, clock } = parts;
  const reach = { clock, rulesets: delivery.rulesets, fleet };
  return {
    findPolicy: async (inside, projectId, key, version) => {
      const found = await findVersion(inside, projectId, key, version);
      if (found === undefined || found.row.archivedAt !== null) return undefined;
      return { key, version: found.version.version, policy: found.version.policy };
    },
    policyFaults: (inside, projectId, found) => recheckPolicy(projectReaders, inside, projectId, found),
    policyFor: async (inside, projectId, flag) => (await readPolicyFor(inside, projectId, flag.key))?.policy,
    listMetrics,
    listSources,
    recentRates: reports.recentRates,
    unitsNeeded,
    readEntry: (asked, now) => reports.evidence.read(asked, now),
    suggestBelow,
    askSource: (projectId, source, query, now) => askSource(parts, projectId, source, query, now),
    firingSignal: async (place, labels, since) => {
      const [newest] = await firingSignals(db, place, labels, since);
      return newest === undefined ? null : { at: newest.receivedAt.toISOString(), summary: newest.summary };
    },
    runProbe: (gate) => runProbe(outbound, gate),
    checkResult: (projectId, gate, commit) => checkResult(db, projectId, gate.check, commit),
    hostsAt: (environmentId, position) => countHostsAt(reach, environmentId, position),
    openIncident: openIncidentFor,
    incidentFree,
    freezeOf: (environmentId, flag, now) => freezeOfFlag(db, environmentId, flag, now),
    freezeTurns: (environmentId, flag, from, to) => freezeTurnsOfFlag(db, environmentId, flag, from, to),
    lineStopped: parts.lineStopped ?? (async () => null),
    seeReach: ({ environmentId, position }) => seeReach(reach, environmentId, position),
  };
}
