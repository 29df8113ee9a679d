import { channel } from 'node:diagnostics_channel';
import { diffRulesets, formatPosition, type Ruleset } from '@turnout/core';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { actorOf } from '../access/principal.ts';
import type { Tx } from '../database/connect.ts';
import { environments, installation, projects } from '../database/tables.ts';
import { asDatabaseProblem } from '../platform/database-problem.ts';
import { Problem } from '../platform/problem.ts';
import { appendEntry, type ChainEnd, type NewRevision } from './append-entry.ts';
import { canonicalJson, nextDigest } from './canonical.ts';
import { findReceiptOfRequest, findTakenBack } from './change-store.ts';
import { direction } from './direction.ts';
import type { ChangeOrder, Committed, Door, EnvironmentStep, Ground, LockedEnvironment, Written } from './door.ts';
import type { Ring } from './doorbell.ts';
import { hasGrace } from './grace.ts';

interface LockedProject extends ChainEnd {
  key: string;
  archivedAt: Date | null;
}

interface Outcome<T> {
  committed: Committed<T>;
  rings: Ring[];
  accessRevision?: number;
}

/** A request is known by its id for so long. */
const REMEMBERED_MS = 24 * 3_600_000;
/** Told `{ id }` of each change at the moment at which its commit came back: for whoever measures what follows. */
const COMMITTED = channel('turnout:committed');

/**
 * The one door: every visible change goes through here. It locks the project and then its environments by ascending
 * id, lets `write` do its work, checks what came of it, gives each named environment one new revision, appends one
 * entry to the project's chain, commits, and rings. What depends on state is decided after the locks; nothing is
 * decided from what was read before them. Throws a `Problem`; then nothing has changed.
 */
export async function commitChange<T>(
  door: Door,
  order: ChangeOrder,
  write: (tx: Tx, ground: Ground) => Promise<Written<T>>,
): Promise<Committed<T>> {
  let outcome: Outcome<T>;
  try {
    if (!order.settling && order.environmentIds.length > 0) await door.settleFirst(order.environmentIds);
    const work = (tx: Tx) => changeUnderLocks(tx, door, order, write);
    outcome = await (door.rehearses ? takeBack(door, work) : door.db.transaction(work));
  } catch (error) {
    throw asDatabaseProblem(error);
  }
  if (COMMITTED.hasSubscribers && outcome.committed.change) COMMITTED.publish({ id: outcome.committed.change.id });
  for (const ring of outcome.rings) door.doorbell.ring(ring);
  if (outcome.accessRevision !== undefined) door.doorbell.ringAccess(outcome.accessRevision);
  return outcome.committed;
}

/** Thrown so that the database takes everything back. */
class TakenBack extends Error {}

/** What would have come of it. There is no entry, so there is no receipt of one, and nobody is rung for. */
async function takeBack<T>(door: Door, work: (tx: Tx) => Promise<Outcome<T>>): Promise<Outcome<T>> {
  let found: Outcome<T> | undefined;
  try {
    await door.db.transaction(async (tx) => {
      found = await work(tx);
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
  if (found === undefined || found.committed.replayed) throw new Error('a rehearsal has a result');
  return { committed: { result: found.committed.result }, rings: [] };
}

async function changeUnderLocks<T>(
  tx: Tx,
  door: Door,
  order: ChangeOrder,
  write: (tx: Tx, ground: Ground) => Promise<Written<T>>,
): Promise<Outcome<T>> {
  const project = await lockProject(tx, order.projectId);
  const replayed = door.rehearses ? undefined : await findReplay<T>(tx, door, order);
  if (replayed) return { committed: replayed, rings: [] };
  // Memory may not know it yet; what was decided before it was archived holds all the same, for it may come back.
  if (project.archivedAt !== null && !order.settling) {
    throw new Problem('not_found', 'There is no such project any more: it was archived.');
  }
  const locked = await lockEnvironments(tx, project, order.environmentIds);
  const before = new Map<number, Ruleset>();
  for (const environment of locked) before.set(environment.id, await door.readRuleset(tx, environment));
  const now = door.clock.now();
  const actor = order.actor ?? actorOf(order.principal);
  const written = await write(tx, { actor, environments: new Map(locked.map((row) => [row.id, row])), before, now });
  if (written.unchanged) return { committed: { result: written.result }, rings: [] };

  const steps = await stepsOf(tx, door, order, written, { locked, before, now, actor });
  for (const check of door.checks) {
    const problem = await check(tx, order, steps);
    if (problem) throw problem;
  }
  const revisions = planRevisions(steps, written);
  const change = await appendEntry(tx, project, order, written, revisions, now);
  const accessRevision = order.access ? await bumpAccess(tx) : undefined;
  return {
    committed: { result: written.result, change },
    rings: revisions.map(({ environment, position, digest, patch }) => ({
      environmentId: environment.id,
      position,
      digest,
      patch,
    })),
    ...(accessRevision === undefined ? {} : { accessRevision }),
  };
}

/** What came of it in each environment, and which way that goes. */
async function stepsOf(
  tx: Tx,
  door: Door,
  order: ChangeOrder,
  written: Written<unknown>,
  ground: { locked: LockedEnvironment[]; before: Map<number, Ruleset>; now: Date; actor: string },
): Promise<EnvironmentStep[]> {
  const { takesBack, touched } = written;
  const taken = takesBack === undefined ? undefined : await findTakenBack(tx, order.projectId, takesBack);
  const steps: EnvironmentStep[] = [];
  for (const environment of ground.locked) {
    const before = ground.before.get(environment.id) as Ruleset;
    const next = { ...environment, revision: environment.revision + 1 };
    const after = await door.readRuleset(tx, next, { ruleset: before, touched });
    const grows = written.grows?.some(({ id }) => id === environment.id) === true;
    const way = order.toAnchor ? 'safe' : grows ? 'growing' : direction(before, after);
    const step = { environment, before, after, direction: way };
    const grace = taken !== undefined && hasGrace(step, taken, ground.actor, ground.now);
    steps.push(grace ? { ...step, grace } : step);
  }
  return steps;
}

export async function lockProject(tx: Tx, projectId: number): Promise<LockedProject> {
  const [project] = await tx
    .select({
      ...{ id: projects.id, key: projects.key, archivedAt: projects.archivedAt },
      ...{ chainSeq: projects.chainSeq, chainHead: projects.chainHead },
    })
    .from(projects)
    .where(eq(projects.id, projectId))
    .for('update');
  if (!project) throw new Problem('not_found', 'There is no such project.');
  return project;
}

export async function lockEnvironments(
  tx: Tx,
  project: { id: number; key: string },
  ids: number[],
): Promise<LockedEnvironment[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .select()
    .from(environments)
    .where(and(eq(environments.projectId, project.id), inArray(environments.id, ids)))
    .orderBy(environments.id)
    .for('update');
  if (rows.length !== new Set(ids).size) throw new Problem('not_found', 'There is no such environment.');
  return rows.map(({ name: _name, version: _version, createdAt: _createdAt, ...row }) => ({
    ...row,
    projectKey: project.key,
  }));
}

/** What a request that was committed before had answered. Whoever made it finds its result by itself. */
async function findReplay<T>(
  tx: Tx,
  door: Door,
  { projectId, requestId }: ChangeOrder,
): Promise<Committed<T> | undefined> {
  if (!requestId) return undefined;
  const since = new Date(door.clock.now().getTime() - REMEMBERED_MS);
  const change = await findReceiptOfRequest(tx, projectId, requestId, since);
  return change && { change, replayed: true };
}

function planRevisions(steps: EnvironmentStep[], written: Written<unknown>): NewRevision[] {
  return steps.map(({ environment, before, after, direction: way }) => {
    const settles = written.settles?.get(environment.id) ?? [];
    const patch = canonicalJson(diffRulesets(before, after, settles));
    const digest = nextDigest(environment.digest, patch);
    return { environment, position: formatPosition(after), revision: after.revision, digest, patch, direction: way };
  });
}

async function bumpAccess(tx: Tx): Promise<number> {
  const [row] = await tx
    .update(installation)
    .set({ accessRevision: sql`${installation.accessRevision} + 1` })
    .returning({ revision: installation.accessRevision });
  return row?.revision ?? 0;
}
