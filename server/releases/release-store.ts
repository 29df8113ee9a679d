import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { formBodies, releases } from '../database/tables.ts';
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
export async function tagsBeginning(tx: Tx, environmentId: number, start: string): Promise<string[]> {
  const rows = await tx
    .select({ tag: releases.tag })
    .from(releases)
    .where(and(eq(releases.environmentId, environmentId), sql`left(${releases.tag}, ${start.length}) = ${start}`));
  return rows.map(({ tag }) => tag);
}
