import { and, desc, eq, exists, inArray, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import {
  environments,
  flags,
  incidentPeople,
  incidentPlaces,
  incidentSignals,
  incidents,
  memberships,
  people,
} from '../database/tables.ts';
import type { IncidentPlace, Joinable } from './incident.ts';

export type IncidentRow = typeof incidents.$inferSelect;
export type PersonInIncident = { actor: string; joinedAt: Date };

/** Which incidents of a project are asked for. */
export interface IncidentFilter {
  state?: 'open' | 'closed' | undefined;
  /** Those in one of these environments. */
  environmentIds?: readonly number[] | undefined;
  /** Those that name it, or an environment as a whole. */
  flag?: string | undefined;
}

/** Newest first, from before `before`; one more than `limit`, so that the caller sees whether there are more. */
export async function listIncidents(
  db: Db,
  projectId: number,
  filter: IncidentFilter,
  page: { limit: number; before: { openedAt: Date; id: string } | undefined },
): Promise<IncidentRow[]> {
  const { before } = page;
  const earlier =
    before &&
    or(
      lt(incidents.openedAt, before.openedAt),
      and(eq(incidents.openedAt, before.openedAt), lt(incidents.id, before.id)),
    );
  return db
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.projectId, projectId),
        filter.state === undefined ? undefined : eq(incidents.state, filter.state),
        isIn(db, filter.environmentIds, filter.flag),
        earlier,
      ),
    )
    .orderBy(desc(incidents.openedAt), desc(incidents.id))
    .limit(page.limit + 1);
}

export async function findIncident(
  db: Db | Tx,
  projectId: number,
  id: string,
  environmentIds?: readonly number[],
): Promise<IncidentRow | undefined> {
  const [row] = await db
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.id, id), isIn(db, environmentIds, undefined)));
  return row;
}

function isIn(db: Db | Tx, environmentIds: readonly number[] | undefined, flag: string | undefined) {
  if (environmentIds === undefined && flag === undefined) return undefined;
  const there = db
    .select({ id: incidentPlaces.incidentId })
    .from(incidentPlaces)
    .where(
      and(
        eq(incidentPlaces.incidentId, incidents.id),
        environmentIds && inArray(incidentPlaces.environmentId, [...environmentIds]),
        flag === undefined ? undefined : inArray(incidentPlaces.flagKey, [flag, WHOLE]),
      ),
    );
  return exists(there);
}

/** What stands for a whole environment in a column that is part of a key. */
const WHOLE = '';

/** Where each of these incidents is. */
export async function placesOf(db: Db | Tx, ids: readonly string[]): Promise<Map<string, IncidentPlace[]>> {
  const found = new Map<string, IncidentPlace[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await db
    .select({ place: incidentPlaces, environment: environments.key })
    .from(incidentPlaces)
    .innerJoin(environments, eq(environments.id, incidentPlaces.environmentId))
    .where(inArray(incidentPlaces.incidentId, [...ids]))
    .orderBy(incidentPlaces.environmentId, incidentPlaces.flagKey);
  for (const { place, environment } of rows) {
    const { incidentId, environmentId, flagKey } = place;
    found.get(incidentId)?.push({ environmentId, environment, flag: flagKey === WHOLE ? null : flagKey });
  }
  return found;
}

/** Everything that is open somewhere in an environment. */
export async function openIncidentsIn(tx: Db | Tx, projectId: number, environmentId: number): Promise<Joinable[]> {
  const rows = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), eq(incidents.state, 'open'), isIn(tx, [environmentId], undefined)));
  return withPlaces(tx, rows);
}

/** More incidents under one name nobody looks through. */
const MOST_NAMED = 20;

/** What somebody may mean by a name: the incident of that id, then those with that reference, open ones first. */
export async function findNamed(tx: Db | Tx, projectId: number, name: string): Promise<Joinable[]> {
  const rows = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.projectId, projectId), or(eq(incidents.id, name), eq(incidents.reference, name))))
    .orderBy(desc(sql`${incidents.id} = ${name}`), desc(sql`${incidents.state} = 'open'`), desc(incidents.openedAt))
    .limit(MOST_NAMED);
  return withPlaces(tx, rows);
}

async function withPlaces(tx: Db | Tx, rows: readonly IncidentRow[]): Promise<Joinable[]> {
  const places = await placesOf(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, state, openedAt, activeAt }) => {
    return { id, state, openedAt, activeAt, places: places.get(id) ?? [] };
  });
}

export async function insertIncident(
  tx: Tx,
  row: typeof incidents.$inferInsert,
  places: readonly IncidentPlace[],
): Promise<IncidentRow> {
  const [made] = await tx.insert(incidents).values(row).returning();
  await insertPlaces(tx, row.id, places);
  return made as IncidentRow;
}

/** Writes what changed and counts the version up. */
export async function updateIncident(
  tx: Tx,
  projectId: number,
  id: string,
  set: Partial<typeof incidents.$inferInsert>,
): Promise<IncidentRow> {
  const [row] = await tx
    .update(incidents)
    .set({ ...set, version: sql`${incidents.version} + 1` })
    .where(and(eq(incidents.projectId, projectId), eq(incidents.id, id)))
    .returning();
  return row as IncidentRow;
}

export async function insertPlaces(tx: Tx, incidentId: string, places: readonly IncidentPlace[]): Promise<void> {
  if (places.length === 0) return;
  const rows = places.map(({ environmentId, flag }) => ({ incidentId, environmentId, flagKey: flag ?? WHOLE }));
  await tx.insert(incidentPlaces).values(rows).onConflictDoNothing();
}

export async function replacePlaces(tx: Tx, incidentId: string, places: readonly IncidentPlace[]): Promise<void> {
  await tx.delete(incidentPlaces).where(eq(incidentPlaces.incidentId, incidentId));
  await insertPlaces(tx, incidentId, places);
}

export async function peopleOf(db: Db | Tx, incidentId: string): Promise<PersonInIncident[]> {
  return db
    .select({ actor: incidentPeople.actor, joinedAt: incidentPeople.joinedAt })
    .from(incidentPeople)
    .where(eq(incidentPeople.incidentId, incidentId))
    .orderBy(incidentPeople.joinedAt, incidentPeople.actor);
}

/** True where they had not joined before. */
export async function joinPerson(tx: Tx, incidentId: string, actor: string, joinedAt: Date): Promise<boolean> {
  const rows = await tx
    .insert(incidentPeople)
    .values({ incidentId, actor, joinedAt })
    .onConflictDoNothing()
    .returning();
  return rows.length > 0;
}

/** Which of the signals of a hook an incident was told of; with an empty fingerprint that the hook met its limit. */
export async function signalsTold(db: Db | Tx, incidentId: string): Promise<{ hookId: string; fingerprint: string }[]> {
  const { hookId, fingerprint } = incidentSignals;
  return db.select({ hookId, fingerprint }).from(incidentSignals).where(eq(incidentSignals.incidentId, incidentId));
}

export async function noteSignal(tx: Tx, incidentId: string, hookId: string, fingerprint: string): Promise<void> {
  await tx.insert(incidentSignals).values({ incidentId, hookId, fingerprint }).onConflictDoNothing();
}

/** The environments of a project with these keys. */
export async function environmentsNamed(db: Db | Tx, projectId: number, keys: readonly string[]) {
  if (keys.length === 0) return [];
  return db
    .select({ id: environments.id, key: environments.key })
    .from(environments)
    .where(and(eq(environments.projectId, projectId), inArray(environments.key, [...keys])));
}

/** Those of these keys that the project has a flag of. */
export async function flagsNamed(db: Db | Tx, projectId: number, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db
    .select({ key: flags.key })
    .from(flags)
    .where(and(eq(flags.projectId, projectId), inArray(flags.key, [...keys])));
  return new Set(rows.map(({ key }) => key));
}

/** Whether somebody is a member of a project, in all or a part of it. */
export async function isMember(tx: Tx, projectId: number, personId: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: people.id })
    .from(people)
    .innerJoin(memberships, eq(memberships.personId, people.id))
    .where(
      and(
        eq(people.id, personId),
        or(sql`${memberships.projectId} IS NULL`, eq(memberships.projectId, projectId)),
        sql`${people.disabledAt} IS NULL`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Incidents that name a flag in an environment, or the environment as a whole: open ones first, then the one that was over last. */
export async function incidentsOver(db: Db | Tx, environmentId: number, flag: string, state?: 'open') {
  return db
    .select({
      ...{ id: incidents.id, title: incidents.title, severity: incidents.severity, state: incidents.state },
      ...{ openedAt: incidents.openedAt, closedAt: incidents.closedAt, flagKey: incidentPlaces.flagKey },
    })
    .from(incidentPlaces)
    .innerJoin(incidents, eq(incidents.id, incidentPlaces.incidentId))
    .where(
      and(
        eq(incidentPlaces.environmentId, environmentId),
        inArray(incidentPlaces.flagKey, [flag, WHOLE]),
        state && eq(incidents.state, state),
      ),
    )
    .orderBy(desc(incidents.state), desc(incidents.closedAt), desc(incidents.openedAt), incidents.id)
    .limit(1);
}
