import { formatPosition, type Ruleset } from '@turnout/core';
import { and, eq, gt, inArray, or, sql } from 'drizzle-orm';
import { canonicalJson, EMPTY_DIGEST, nextDigest } from '../changes/canonical.ts';
import type { LockedEnvironment } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { changeEnvironments, environments, flags, kills, projects } from '../database/tables.ts';
import type { Base, BaseReading } from './base.ts';
import { readRuleset } from './read-ruleset.ts';
import type { PatchFrame } from './served.ts';

/** Beyond this many missed patches a whole ruleset is the shorter way. */
const MOST_PATCHES = 200;
const ONE_MOMENT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/**
 * Where an environment is and what leads there from what the node holds: position, digest, patches or ruleset, and the
 * kills that are recorded, all at one moment. `asked` are ids whose recording is told at any age. Undefined where there
 * is no such environment.
 */
export function readBase(
  db: Db,
  environmentId: number,
  held: Base | undefined,
  asked: readonly string[],
): Promise<BaseReading | undefined> {
  return db.transaction(async (tx) => {
    const row = await readRow(tx, environmentId);
    if (row === undefined) return undefined;
    const { projectId, epoch, revision, digest } = row;
    const settled = await readSettled(tx, environmentId, asked);
    const common = { projectId, epoch, revision, digest, settled };
    if (held === undefined) {
      return { ...common, knowsHeld: true, patches: undefined, ruleset: await readWhole(tx, row) };
    }
    const patches = await patchesSince(tx, held, row);
    if (patches !== undefined) return { ...common, knowsHeld: true, patches, ruleset: undefined };
    const knowsHeld = await hasDigest(tx, row, held.digest);
    return { ...common, knowsHeld, patches: undefined, ruleset: await readWhole(tx, row) };
  }, ONE_MOMENT);
}

/**
 * In canonical order, as patches are: a ruleset has the same bytes on every node, whether it was read whole or came by
 * patches.
 */
async function readWhole(tx: Tx, row: LockedEnvironment): Promise<Ruleset> {
  return JSON.parse(canonicalJson(await readRuleset(tx, row))) as Ruleset;
}

async function readRow(tx: Tx, environmentId: number): Promise<LockedEnvironment | undefined> {
  const [found] = await tx
    .select({ row: environments, projectKey: projects.key })
    .from(environments)
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(eq(environments.id, environmentId));
  return found && { ...found.row, projectKey: found.projectKey };
}

async function readSettled(tx: Tx, environmentId: number, asked: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx
    .select({ id: kills.id, at: kills.settledAt })
    .from(kills)
    .where(
      and(
        eq(kills.environmentId, environmentId),
        or(
          gt(kills.settledAt, sql`now() - interval '24 hours'`),
          asked.length > 0 ? inArray(kills.id, [...asked]) : undefined,
        ),
      ),
    );
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]));
}

/** The patches from what is held to the row, where they are few and their digests lead exactly there. */
async function patchesSince(tx: Tx, held: Base, row: LockedEnvironment): Promise<PatchFrame[] | undefined> {
  const { epoch, revision } = held.ruleset;
  const missed = row.revision - revision;
  if (row.epoch !== epoch || missed < 0 || missed > MOST_PATCHES) return undefined;
  const rows =
    missed === 0
      ? []
      : await tx
          .select({ revision: changeEnvironments.revision, patch: changeEnvironments.patch })
          .from(changeEnvironments)
          .where(
            and(
              eq(changeEnvironments.environmentId, row.id),
              eq(changeEnvironments.epoch, epoch),
              gt(changeEnvironments.revision, revision),
            ),
          )
          .orderBy(changeEnvironments.revision);
  const digest = rows.reduce((before, { patch }) => nextDigest(before, patch), held.digest);
  if (rows.length !== missed || digest !== row.digest) return undefined;
  return rows.map(({ revision: to, patch }) => ({
    from: formatPosition({ epoch, revision: to - 1 }),
    to: formatPosition({ epoch, revision: to }),
    text: patch,
  }));
}

/** Digests chain every patch from the first, so whoever has had this one has had that very history. */
async function hasDigest(tx: Tx, row: LockedEnvironment, digest: string): Promise<boolean> {
  if (digest === row.digest || digest === EMPTY_DIGEST) return true;
  const [found] = await tx
    .select({ id: changeEnvironments.changeId })
    .from(changeEnvironments)
    .where(and(eq(changeEnvironments.environmentId, row.id), eq(changeEnvironments.digest, digest)))
    .limit(1);
  return found !== undefined;
}

/** Where the database is in one environment, and how far its project's log has come. */
export interface Place {
  environmentId: number;
  projectId: number;
  position: string;
  digest: string;
  chainSeq: number;
}

/** Of all environments that a node holds, in one query. */
export async function readPlaces(db: Db, environmentIds: readonly number[]): Promise<Place[]> {
  if (environmentIds.length === 0) return [];
  const rows = await db
    .select({
      environmentId: environments.id,
      projectId: environments.projectId,
      epoch: environments.epoch,
      revision: environments.revision,
      digest: environments.digest,
      chainSeq: projects.chainSeq,
    })
    .from(environments)
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(inArray(environments.id, [...environmentIds]));
  return rows.map(({ epoch, revision, ...row }) => ({ ...row, position: formatPosition({ epoch, revision }) }));
}

/** Which of these kills are recorded, and where the environment was at that moment. */
export function readSettledAmong(
  db: Db,
  environmentId: number,
  ids: readonly string[],
): Promise<{ place: Place; ids: string[] } | undefined> {
  return db.transaction(async (tx) => {
    const row = await readRow(tx, environmentId);
    if (row === undefined) return undefined;
    const found = await tx
      .select({ id: kills.id })
      .from(kills)
      .where(and(eq(kills.environmentId, environmentId), inArray(kills.id, [...ids])));
    const place = {
      environmentId,
      projectId: row.projectId,
      position: formatPosition(row),
      digest: row.digest,
      chainSeq: 0,
    };
    return { place, ids: found.map(({ id }) => id) };
  }, ONE_MOMENT);
}

/** The tags of a project's flags; those without any are left out. */
export async function readTags(db: Db, projectId: number): Promise<Map<string, string[]>> {
  const rows = await db
    .select({ key: flags.key, tags: flags.tags })
    .from(flags)
    .where(and(eq(flags.projectId, projectId), sql`${flags.tags}::text <> '[]'`));
  return new Map(rows.map(({ key, tags }) => [key, tags]));
}
