import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { departures, formBodies, releases, rollouts, trains } from '../database/tables.ts';
import type { Release } from './release.ts';

/** A statement has 65,535 parameters at most. */
const AT_ONCE = 5_000;

/** Keeps texts under their hashes, each once. */
export async function keepBodies(tx: Tx, projectId: number, bodies: ReadonlyMap<string, string>): Promise<void> {
  const known = await knownBodies(tx, projectId, [...bodies.keys()]);
  const rows = [...bodies].filter(([hash]) => !known.has(hash)).map(([hash, body]) => ({ projectId, hash, body }));
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    await tx
      .insert(formBodies)
      .values(rows.slice(at, at + AT_ONCE))
      .onConflictDoNothing();
  }
}

async function knownBodies(tx: Tx, projectId: number, hashes: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let at = 0; at < hashes.length; at += AT_ONCE) {
    const rows = await tx
      .select({ hash: formBodies.hash })
      .from(formBodies)
      .where(and(eq(formBodies.projectId, projectId), inArray(formBodies.hash, hashes.slice(at, at + AT_ONCE))));
    for (const { hash } of rows) known.add(hash);
  }
  return known;
}

/** By hash, the texts that releases of this project keep. */
export async function readBodies(
  db: Db | Tx,
  projectId: number,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  const bodies = new Map<string, string>();
  const wanted = [...new Set(hashes)];
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const rows = await db
      .select({ hash: formBodies.hash, body: formBodies.body })
      .from(formBodies)
      .where(and(eq(formBodies.projectId, projectId), inArray(formBodies.hash, wanted.slice(at, at + AT_ONCE))));
    for (const { hash, body } of rows) bodies.set(hash, body);
  }
  return bodies;
}

export async function insertRelease(tx: Tx, release: Omit<Release, 'seq'>): Promise<Release> {
  const [row] = await tx.insert(releases).values(release).returning();
  return row as Release;
}

/** By its tag, which is unique in its environment. */
export async function findRelease(db: Db | Tx, environmentId: number, tag: string): Promise<Release | undefined> {
  const [row] = await db
    .select()
    .from(releases)
    .where(and(eq(releases.environmentId, environmentId), eq(releases.tag, tag)));
  return row;
}

/** Newest first, below `before`; one more than `limit`. */
export async function listReleases(
  db: Db | Tx,
  environmentId: number,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<Release[]> {
  return db
    .select()
    .from(releases)
    .where(and(eq(releases.environmentId, environmentId), before === undefined ? undefined : lt(releases.seq, before)))
    .orderBy(desc(releases.seq))
    .limit(limit + 1);
}

/** The tags of an environment that begin so. */
export async function tagsBeginning(tx: Db | Tx, environmentId: number, start: string): Promise<string[]> {
  const rows = await tx
    .select({ tag: releases.tag })
    .from(releases)
    .where(and(eq(releases.environmentId, environmentId), sql`left(${releases.tag}, ${start.length}) = ${start}`));
  return rows.map(({ tag }) => tag);
}

/** By the id of a departure or a rollout: how a release that comes from it says so, and where it is below the project. */
export async function readOrigins(
  db: Db | Tx,
  those: readonly Pick<Release, 'origin' | 'originId'>[],
): Promise<Map<string, { says: string; link: string }>> {
  const idsOf = (kind: Release['origin']) =>
    those.flatMap(({ origin, originId }) => (origin === kind && originId) || []);
  const [left, rolled] = [idsOf('departure'), idsOf('rollout')];
  const found = new Map<string, { says: string; link: string }>();
  if (left.length > 0) {
    const rows = await db
      .select({ id: departures.id, number: departures.number, train: trains.key })
      .from(departures)
      .innerJoin(trains, eq(trains.id, departures.trainId))
      .where(inArray(departures.id, left));
    for (const { id, number, train } of rows) {
      found.set(id, { says: `${train} ${number}`, link: `/trains/${train}/departures/${number}` });
    }
  }
  if (rolled.length > 0) {
    const rows = await db.select().from(rollouts).where(inArray(rollouts.id, rolled));
    for (const { id, flag, from, to } of rows)
      found.set(id, { says: `${flag}: ${from} → ${to}`, link: `/rollouts/${id}` });
  }
  return found;
}
