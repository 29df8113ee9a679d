import { eq } from 'drizzle-orm';
import { checkMayChange } from '../access/may-change.ts';
import { type Principal, ROOT } from '../access/principal.ts';
import { testDoor } from '../changes/door.fixture.ts';
import type { Door } from '../changes/door.ts';
import { seedProject } from '../changes/seed.fixture.ts';
import { environments, flagEnvironments } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { METRICS, policyOf, stageOf } from '../decisions/decide.fixture.ts';
import type { StoppedLine } from '../decisions/decision.ts';
import type { Frozen } from '../environments/freeze.ts';
import type { OpenIncident } from '../incidents/calm.ts';
import type { EntryEvidence, MetricDefinition } from '../metrics/evidence.ts';
import type { QueryAnswer } from '../metrics/query-answer.ts';
import type { HeldLease } from '../platform/lease.ts';
import type { FieldFault } from '../platform/problem.ts';
import type { Policy } from '../policies/policy.ts';
import { checkLease } from './check-lease.ts';
import { checkOwnership } from './check-ownership.ts';
import type { Crash } from './crash-point.ts';
import { leaseInDatabase } from './lease-store.ts';
import type { LoopParts } from './loop-parts.ts';
import type { LoopSources } from './loop-sources.ts';
import { RolloutLoop } from './rollout-loop.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { findRollout, type PinnedRollout } from './rollout-store.ts';
import { type KeptRun, runsOf } from './run-store.ts';
import { startRollout } from './start-rollout.ts';
import { type Steer, steerRollout } from './steer-rollout.ts';
import type { Start } from './write-start.ts';

/** What sources say in a test; it changes them as it goes. */
export interface Says {
  entry(run: string, entry: number, now: Date): EntryEvidence | undefined;
  metrics: MetricDefinition[];
  sources: { key: string; kind: string; url: string }[];
  query: QueryAnswer;
  /** The source `slow` answers once this is there. */
  slow: Promise<void> | undefined;
  signal: { at: string; summary: string } | null;
  reach: { effective: boolean; laggards: string[] };
  probe: { well: boolean; found: string };
  freeze: Frozen | null;
  incident: OpenIncident | undefined;
  line: StoppedLine | null;
  below(below: number): number;
  /** What speaks against every policy by now. */
  policyFaults: FieldFault[];
}

export interface RolloutWorld {
  database: TestDatabase;
  door: Door;
  projectId: number;
  environmentIds: number[];
  says: Says;
  parts: RolloutParts;
  policies: Map<string, Policy>;
  now(): Date;
  wait(ms: number): void;
  /** A loop as another node would have it; it holds the lease from now on. */
  takeOver(crash?: Crash): Promise<RolloutLoop>;
  /** What such a loop looks with. */
  hold(crash?: Crash): Promise<LoopParts>;
  start(over?: Partial<Start>, principal?: Principal): Promise<string>;
  steer(id: string, steer: Steer, reason?: string, principal?: Principal): Promise<void>;
  read(id: string): Promise<{ rollout: PinnedRollout; runs: KeptRun[]; run: KeptRun }>;
  /** What the flag is in an environment. */
  flag(index?: number): Promise<typeof flagEnvironments.$inferSelect>;
  setFlag(set: Partial<typeof flagEnvironments.$inferInsert>, index?: number): Promise<void>;
}

export const FLAG = 'new-checkout';
const T0 = new Date('2026-03-02T09:00:00Z');

/** Two short environments: the second begins where the first is finished. */
export function shortPolicy(over: Partial<Policy> = {}): Policy {
  return policyOf({
    path: [
      { environment: 'staging', stages: [stageOf({ exposure: 100_000, bakeMs: 60_000 })] },
      {
        environment: 'production',
        stages: [stageOf({ exposure: 10_000, bakeMs: 60_000 }), stageOf({ exposure: 50_000, bakeMs: 60_000 })],
      },
    ],
    guards: [],
    ...over,
  });
}

/** What a test reads of the world itself, in place of what is said in it. */
export type ReadFrom = (database: TestDatabase) => Partial<LoopSources>;

export async function openRolloutWorld(
  kind?: 'postgres' | 'embedded',
  readFrom: ReadFrom = () => ({}),
): Promise<RolloutWorld> {
  const database = await openTestDatabase(kind);
  const { db } = database;
  const seeded = await seedProject(db, 'shop', ['staging', 'production'], [FLAG, 'other']);
  const { projectId, environmentIds } = seeded;
  await db.update(flagEnvironments).set({ state: 'on', fallthrough: { variant: 'off' } });
  await db.update(environments).set({ protected: true }).where(eq(environments.key, 'production'));
  let at = T0.getTime();
  let names = 0;
  const clock = { now: () => new Date(at), monotonic: () => at };
  const door = { ...testDoor(database, [checkMayChange, checkLease, checkOwnership(clock)]), clock };
  const says = quiet();
  const policies = new Map<string, Policy>([['web-standard', shortPolicy()]]);
  const sources = { ...sourcesOf(says, policies), ...readFrom(database) };
  const naming = { salt: () => `salt${++names}`, id: () => `r${++names}` };
  const parts: RolloutParts = { door, sources, names: naming, wake: () => undefined };
  return {
    ...{ database, door, projectId, environmentIds, says, parts, policies, now: clock.now },
    wait: (ms) => {
      at += ms;
    },
    takeOver: async (crash) => new RolloutLoop(await hold(parts, sources, crash)),
    hold: (crash) => hold(parts, sources, crash),
    start: async (over = {}, principal = ROOT) => {
      const wanted = { flag: FLAG, target: 'fallthrough', from: 'off', to: 'on', policy: 'web-standard', ...over };
      return (await startRollout(parts, { principal, reason: 'It is ready.' }, projectId, wanted)).id;
    },
    steer: async (id, steer, reason, principal = ROOT) => {
      await steerRollout(parts, { principal, ...(reason === undefined ? {} : { reason }) }, { projectId, id }, steer);
    },
    read: async (id) => {
      const rollout = (await findRollout(db, projectId, id)) as PinnedRollout;
      const runs = await runsOf(db, [id]);
      return { rollout, runs, run: runs.at(-1) as KeptRun };
    },
    flag: async (index = 0) =>
      (await flagRows(database, environmentIds[index])) as typeof flagEnvironments.$inferSelect,
    setFlag: async (set, index = 0) => {
      await db
        .update(flagEnvironments)
        .set(set)
        .where(eq(flagEnvironments.environmentId, environmentIds[index] ?? 0));
    },
  };
}

async function flagRows({ db }: TestDatabase, environmentId = 0) {
  const rows = await db.select().from(flagEnvironments).where(eq(flagEnvironments.environmentId, environmentId));
  return rows.sort((a, b) => a.flagId - b.flagId)[0];
}

async function hold(parts: RolloutParts, sources: LoopSources, crash?: Crash): Promise<LoopParts> {
  const { db } = parts.door;
  const previous = await db.execute('UPDATE leases SET expires_at = clock_timestamp() - make_interval(secs => 1)');
  void previous;
  const lease = (await leaseInDatabase(db, 'rollouts', 'test').take(600_000)) as HeldLease;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return { ...parts, sources, held: () => lease, log, ...(crash ? { crash } : {}) };
}

export function quiet(): Says {
  return {
    entry: () => undefined,
    metrics: Object.values(METRICS),
    sources: [{ key: 'prometheus', kind: 'prometheus', url: 'https://prometheus.example' }],
    query: { kind: 'value', value: 0.1 },
    slow: undefined,
    signal: null,
    reach: { effective: true, laggards: [] },
    probe: { well: true, found: 'it answered 200' },
    freeze: null,
    incident: undefined,
    line: null,
    below: (below) => below,
    policyFaults: [],
  };
}

export function sourcesOf(says: Says, policies: Map<string, Policy>): LoopSources {
  const nothing = { newestAt: null, exposed: { treatment: 0, control: 0, to: 0 }, metrics: {} };
  return {
    findPolicy: async (_db, _projectId, key, version = 1) => {
      const policy = policies.get(key);
      return policy === undefined || version !== 1 ? undefined : { key, version, policy };
    },
    policyFaults: async () => says.policyFaults,
    policyFor: async () => undefined,
    listMetrics: async () => says.metrics,
    listSources: async () => says.sources,
    recentRates: async () => [],
    unitsNeeded: () => undefined,
    readEntry: async ({ run, entry }, now) => says.entry(run, entry, now) ?? { run, entry, ...nothing },
    suggestBelow: (below) => says.below(below),
    askSource: async (_projectId, source) => {
      if (source === 'slow') await says.slow;
      return says.query;
    },
    firingSignal: async () => says.signal,
    runProbe: async () => says.probe,
    checkResult: async () => undefined,
    hostsAt: async () => 2,
    openIncident: async () => says.incident,
    incidentFree: async () => ({ open: true, because: 'It is calm.' }),
    freezeOf: async () => says.freeze,
    freezeTurns: async () => [],
    lineStopped: async () => says.line,
    seeReach: async () => says.reach,
  };
}
