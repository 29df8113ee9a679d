import type { Asking } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { type IncidentContent, type IncidentPlace, logIncident } from './incident.ts';
import { type IncidentParts, incidentOrder, NOTHING_SERVED, requireContent } from './open-incident.ts';
import { findIncident, type IncidentRow, joinPerson, placesOf, replacePlaces, updateIncident } from './store.ts';

/** An incident with the places that it names. */
export interface Incident {
  row: IncidentRow;
  places: IncidentPlace[];
}

/** The incident, or 404; of these environments only, where not all may be seen. */
export async function requireIncident(
  db: Db | Tx,
  projectId: number,
  id: string,
  only?: readonly number[],
): Promise<Incident> {
  const row = await findIncident(db, projectId, id, only);
  if (!row) throw new Problem('not_found', 'There is no such incident in this project.');
  return { row, places: (await placesOf(db, [id])).get(id) ?? [] };
}

/** What is left out stays. */
export type IncidentPatch = { [Field in keyof IncidentContent]?: IncidentContent[Field] | undefined };

/** Changes what is written of an incident; what is left out stays. */
export async function editIncident(
  parts: IncidentParts,
  asking: Asking,
  seen: Incident,
  patch: IncidentPatch,
): Promise<Committed<IncidentRow>> {
  // Whoever widens it needs their role there too.
  const wide = { ...seen, places: [...seen.places, ...(patch.places ?? [])] };
  return change(parts, asking, wide, 'incident.update', async (tx, { row, places }) => {
    const before = logIncident({ ...row, places });
    const { title = row.title, severity = row.severity, commander = row.commander, reference = row.reference } = patch;
    const content = { title, severity, commander, reference, places: patch.places ?? places };
    const after = logIncident(content);
    if (JSON.stringify(before) === JSON.stringify(after)) return { result: row, unchanged: true };
    await requireContent(tx, row.projectId, patch);
    if (patch.places !== undefined) await replacePlaces(tx, row.id, patch.places);
    const result = await updateIncident(tx, row.projectId, row.id, { title, severity, commander, reference });
    return { result, before, after };
  });
}

/** Writes something down for the timeline. Whoever does takes part. */
export async function noteIncident(parts: IncidentParts, asking: Asking, seen: Incident, text: string) {
  return change(parts, asking, seen, 'incident.note', async (tx, { row }, now) => {
    await joinPerson(tx, row.id, actorOf(asking.principal), now);
    return { result: row, after: { title: row.title, note: text } };
  });
}

/** Takes part, as whoever asks; a second time changes nothing. */
export async function joinIncident(parts: IncidentParts, asking: Asking, seen: Incident) {
  return change(parts, asking, seen, 'incident.join', async (tx, { row }, now) => {
    if (!(await joinPerson(tx, row.id, actorOf(asking.principal), now))) return { result: row, unchanged: true };
    return { result: row, after: { title: row.title } };
  });
}

/** It is over: whatever waits for it goes on. No flag is restored. */
export async function closeIncident(parts: IncidentParts, asking: Asking, seen: Incident) {
  return change(parts, asking, seen, 'incident.close', async (tx, { row }, now) => {
    if (row.state === 'closed') return { result: row, unchanged: true };
    const result = await updateIncident(tx, row.projectId, row.id, { state: 'closed', closedAt: now });
    return { result, before: { state: 'open' }, after: { title: row.title, state: 'closed' } };
  });
}

/** It was not over. */
export async function reopenIncident(parts: IncidentParts, asking: Asking, seen: Incident) {
  return change(parts, asking, seen, 'incident.reopen', async (tx, { row }, now) => {
    if (row.state === 'open') return { result: row, unchanged: true };
    const open = { state: 'open' as const, closedAt: null, activeAt: now };
    const result = await updateIncident(tx, row.projectId, row.id, open);
    return { result, before: { state: 'closed' }, after: { title: row.title, state: 'open' } };
  });
}

async function change(
  parts: IncidentParts,
  asking: Asking,
  { row: { id, projectId }, places }: Incident,
  action: string,
  write: (tx: Tx, incident: Incident, now: Date) => Promise<Omit<Written<IncidentRow>, 'touched'>>,
): Promise<Committed<IncidentRow>> {
  const order = { ...incidentOrder(asking, projectId, id, places), action };
  return commitChange(parts.door, order, async (tx, { now }) => {
    const found = await requireIncident(tx, projectId, id);
    // Who may change it was decided by where it was.
    const isWider = found.places.some(
      ({ environmentId }) => !places.some((one) => one.environmentId === environmentId),
    );
    if (order.within !== undefined && isWider) {
      throw new Problem('changed_since', 'Meanwhile the incident has spread to other environments. Look at it again.');
    }
    requireExpected(asking.expected, found.row.version, undefined);
    const written = await write(tx, found, now);
    return { ...written, touched: NOTHING_SERVED };
  });
}
