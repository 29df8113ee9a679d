import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { departures, formBodies, releases, rollouts, trains } from '../database/tables.ts';
import type { Release } from './release.ts';

/** Keeps texts under their hashes, each once. */
export async function keepBodies(tx: Tx, projectId: number, bodies: ReadonlyMap<string, string>): Promise<void> {
  const rows = await tx
    .select({ hash: formBodies.hash })
    .from(formBodies)
    .where(and(eq(formBodies.projectId, projectId), isOneOf([...bodies.keys()])));
  const known = new Set(rows.map(({ hash }) => hash));
  const fresh = [...bodies].filter(([hash]) => !known.has(hash)).map(([hash, body]) => ({ hash, body }));
  if (fresh.length === 0) return;
  await tx.execute(sql`
    INSERT INTO ${formBodies} (project_id, hash, body)
    SELECT ${projectId}, x.hash, x.body FROM json_to_recordset(${JSON.stringify(fresh)}::json) AS x(hash text, body text)
    ON CONFLICT DO NOTHING`);
}

/** By hash, the texts that releases of this project keep. */
export async function readBodies(
  db: Db | Tx,
  projectId: number,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db
    .select({ hash: formBodies.hash, body: formBodies.body })
    .from(formBodies)
    .where(and(eq(formBodies.projectId, projectId), isOneOf([...new Set(hashes)])));
  return new Map(rows.map(({ hash, body }) => [hash, body]));
}

/** As one parameter: ten thousand of them would cost more than what is asked. */
const isOneOf = (hashes: readonly string[]) =>
  sql`${formBodies.hash} IN (SELECT json_array_elements_text(${JSON.stringify(hashes)}::json))`;

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
