import { and, asc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, projects, runs } from '../database/tables.ts';
import type { Decision } from '../decisions/decision.ts';
import { isLive, type RolloutState, type Run } from '../decisions/rollout.ts';
import type { Reach } from './reach.ts';
import type { Readings } from './readings.ts';
import { readRunBody, writeRunBody } from './run-text.ts';

/** A run with what stands beside it: what sources said last, how far its last write has come, what was decided last. */
export interface KeptRun {
  run: Run;
  flag: string;
  projectId: number;
  readings: Readings;
  reach: Reach | null;
  decision: Decision | null;
  decidedAt: Date | null;
  startedAt: Date;
  endedAt: Date | null;
}

const LIVE: RolloutState[] = ['waiting', 'running', 'paused'];

/** What is written of a run besides the run. */
export type BesideRun = Partial<Pick<KeptRun, 'readings' | 'reach' | 'decision' | 'decidedAt'>>;

export async function insertRun(tx: Tx, run: Run, flag: string, startedAt: Date): Promise<void> {
  const { id, rollout, environmentId, state, version } = run;
  const body = writeRunBody(run);
  await tx.insert(runs).values({ id, rolloutId: rollout, environmentId, flag, state, body, startedAt, version });
}

/** By compare-and-set: false where somebody wrote the run since it was read. Answers nothing else, for it is as given. */
export async function saveRun(tx: Tx | Db, run: Run, now: Date, beside: BesideRun = {}): Promise<boolean> {
  const { id, state, version } = run;
  const rows = await tx
    .update(runs)
    .set({
      ...{ state, body: writeRunBody(run), version: version + 1 },
      ...(isLive(state) ? {} : { endedAt: now }),
      ...beside,
      ...(beside.reach === undefined ? {} : { isReached: beside.reach === null || beside.reach.reachedAt !== null }),
    })
    .where(and(eq(runs.id, id), eq(runs.version, version)))
    .returning({ id: runs.id });
  return rows.length > 0;
}

/** Where the last write of a run led, by the change that wrote it: no new version, for that made one already. */
export async function saveReach(tx: Tx | Db, runId: string, reach: Reach): Promise<void> {
  await tx
    .update(runs)
    .set({ reach, isReached: reach.reachedAt !== null })
    .where(eq(runs.id, runId));
}

/**
 * What is remembered of a look that left the run as it was. It is a new version all the same: what a slower look read before
 * is old by now, and nothing is decided on it.
 */
export async function saveLook(tx: Tx | Db, { id, version }: Run, beside: BesideRun): Promise<boolean> {
  const rows = await tx
    .update(runs)
    .set({
      ...beside,
      version: version + 1,
      ...(beside.reach === undefined ? {} : { isReached: beside.reach === null || beside.reach.reachedAt !== null }),
    })
    .where(and(eq(runs.id, id), eq(runs.version, version)))
    .returning({ id: runs.id });
  return rows.length > 0;
}

/** A run as the loop chooses from. What it is looked at for is read when its turn comes, and not before. */
export interface ListedRun extends Pick<Run, 'id' | 'rollout' | 'environmentId' | 'environment' | 'isProtected'> {
  projectId: number;
}

/**
 * The runs that the loop looks at: those that live, and those whose last write is not in force everywhere yet. In a project
 * that is archived nothing moves; when it comes back they go on.
 */
const IS_LOOKED_AT = and(isNull(projects.archivedAt), or(inArray(runs.state, LIVE), eq(runs.isReached, false)));

/** All of those, beginning with the one that was not looked at for longest. */
export function runsToLookAt(db: Db): Promise<ListedRun[]> {
  return db
    .select({
      ...{ id: runs.id, rollout: runs.rolloutId, environmentId: runs.environmentId, environment: environments.key },
      ...{ isProtected: environments.protected, projectId: environments.projectId },
    })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(IS_LOOKED_AT)
    .orderBy(sql`${runs.decidedAt} NULLS FIRST`, asc(runs.startedAt), asc(runs.id));
}

/** One of those as it is now; undefined where it is none any more. */
export async function readRunToLookAt(db: Db, id: string): Promise<KeptRun | undefined> {
  return (await select(db, and(eq(runs.id, id), IS_LOOKED_AT)))[0];
}

export function runsOf(db: Db | Tx, rolloutIds: readonly string[]): Promise<KeptRun[]> {
  return rolloutIds.length === 0 ? Promise.resolve([]) : select(db, inArray(runs.rolloutId, [...rolloutIds]));
}

/** The live runs of an environment, with their locks: nobody else writes them until the transaction ends. */
export function lockLiveRuns(tx: Tx, environmentId: number, flags?: readonly string[]): Promise<KeptRun[]> {
  if (flags?.length === 0) return Promise.resolve([]);
  const those = flags === undefined ? undefined : inArray(runs.flag, [...flags]);
  return lock(tx, and(eq(runs.environmentId, environmentId), inArray(runs.state, LIVE), those));
}

/** The live runs of these rollouts, with their locks. */
export function lockLiveRunsOf(tx: Tx, rolloutIds: readonly string[]): Promise<KeptRun[]> {
  if (rolloutIds.length === 0) return Promise.resolve([]);
  return lock(tx, and(inArray(runs.rolloutId, [...rolloutIds]), inArray(runs.state, LIVE)));
}

/** The live runs of an environment without their locks, for whoever only reads. */
export function liveRunsIn(db: Db | Tx, environmentId: number, flags?: readonly string[]): Promise<KeptRun[]> {
  if (flags?.length === 0) return Promise.resolve([]);
  const those = flags === undefined ? undefined : inArray(runs.flag, [...flags]);
  return select(db, and(eq(runs.environmentId, environmentId), inArray(runs.state, LIVE), those));
}

/** The run of a rollout that lives, or that came last, with its lock. */
export async function lockRunOf(tx: Tx, rolloutId: string): Promise<KeptRun | undefined> {
  return (await lock(tx, eq(runs.rolloutId, rolloutId))).at(-1);
}

function query(db: Db | Tx, where: SQL | undefined) {
  return db
    .select({ row: runs, environment: environments })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(where)
    .orderBy(asc(runs.startedAt), asc(runs.id));
}

const select = async (db: Db | Tx, where: SQL | undefined) => readRows(await query(db, where));
const lock = async (tx: Tx, where: SQL | undefined) => readRows(await query(tx, where).for('update', { of: runs }));

function readRows(rows: Awaited<ReturnType<typeof query>>): KeptRun[] {
  return rows.map(({ row, environment }) => {
    const { id, rolloutId, environmentId, flag, state, body, isReached: _isReached, version, ...rest } = row;
    const run: Run = {
      ...readRunBody(body),
      ...{ id, rollout: rolloutId, environmentId, state, version },
      ...{ environment: environment.key, isProtected: environment.protected },
    };
    return { ...rest, run, flag, projectId: environment.projectId };
  });
}
