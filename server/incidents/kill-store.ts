import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { environments, incidentKills, kills, projects } from '../database/tables.ts';

/** A kill that no incident has yet. */
export interface WaitingKill {
  id: string;
  projectId: number;
  environmentId: number;
  environment: string;
  flag: string;
  /** What whoever killed called the incident that it belongs to. */
  named: string | null;
  actor: string;
  reason: string;
  at: Date;
}

/** A kill as an incident shows it. */
export interface KillInIncident {
  id: string;
  environmentId: number;
  environment: string;
  flag: string;
  actor: string;
  reason: string;
  at: Date;
  lifted: boolean;
}

/** The log told of a kill: where it had an effect, it waits for an incident. */
export async function noteKill(tx: Tx, projectId: number, killId: string): Promise<void> {
  const [row] = await tx.select({ effect: kills.effect }).from(kills).where(eq(kills.id, killId));
  if (row?.effect) await tx.insert(incidentKills).values({ killId, projectId }).onConflictDoNothing();
}

/** In the order in which they are in the log. */
export async function waitingKills(db: Db, limit: number): Promise<WaitingKill[]> {
  return db
    .select({
      ...{ id: kills.id, projectId: incidentKills.projectId, environmentId: kills.environmentId },
      ...{ environment: environments.key, flag: kills.flagKey, named: kills.incident },
      ...{ actor: kills.actor, reason: kills.reason, at: kills.at },
    })
    .from(incidentKills)
    .innerJoin(kills, eq(kills.id, incidentKills.killId))
    .innerJoin(environments, eq(environments.id, kills.environmentId))
    .innerJoin(projects, eq(projects.id, incidentKills.projectId))
    .where(and(isNull(incidentKills.incidentId), isNull(projects.archivedAt)))
    .orderBy(kills.changeId)
    .limit(limit);
}

export async function isWaiting(tx: Tx, killId: string): Promise<boolean> {
  const [row] = await tx.select({ incidentId: incidentKills.incidentId }).from(incidentKills).where(ofKill(killId));
  return row !== undefined && row.incidentId === null;
}

export async function giveIncident(tx: Tx, killId: string, incidentId: string): Promise<void> {
  await tx.update(incidentKills).set({ incidentId }).where(ofKill(killId));
}

const ofKill = (killId: string) => eq(incidentKills.killId, killId);

export async function killsOf(db: Db | Tx, incidentId: string): Promise<KillInIncident[]> {
  const rows = await db
    .select({
      ...{ id: kills.id, environmentId: kills.environmentId, environment: environments.key, flag: kills.flagKey },
      ...{ actor: kills.actor, reason: kills.reason, at: kills.at, liftedBy: kills.liftedBy },
    })
    .from(incidentKills)
    .innerJoin(kills, eq(kills.id, incidentKills.killId))
    .innerJoin(environments, eq(environments.id, kills.environmentId))
    .where(eq(incidentKills.incidentId, incidentId))
    .orderBy(kills.at, kills.id);
  return rows.map(({ liftedBy, ...kill }) => ({ ...kill, lifted: liftedBy !== null }));
}

/** The newest kill of a flag that took effect after a moment. */
export async function newestKill(db: Db | Tx, environmentId: number, flag: string, since: Date) {
  const [row] = await db
    .select({ id: kills.id, at: kills.settledAt })
    .from(kills)
    .where(
      and(
        eq(kills.environmentId, environmentId),
        eq(kills.flagKey, flag),
        eq(kills.effect, true),
        gt(kills.settledAt, since),
      ),
    )
    .orderBy(desc(kills.settledAt))
    .limit(1);
  return row;
}
