import { type Asking, orderOf } from '../access/asking.ts';
import { newId } from '../access/mint-secret.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Door } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { invalid } from '../platform/problem.ts';
import { type IncidentContent, type IncidentPlace, logIncident } from './incident.ts';
import { flagsNamed, type IncidentRow, insertIncident, isMember, joinPerson } from './store.ts';

/** What the use cases of incidents need. */
export interface IncidentParts {
  door: Door;
}

/** What an incident alters of a ruleset: nothing. */
export const NOTHING_SERVED = { flags: [], segments: [] };

/** Opens an incident by hand. Whoever does has joined it. */
export async function openIncident(
  parts: IncidentParts,
  asking: Asking,
  projectId: number,
  content: IncidentContent,
): Promise<Committed<IncidentRow>> {
  const id = newId();
  const { places, ...fields } = content;
  const order = { ...incidentOrder(asking, projectId, id, places), action: 'incident.open' };
  return commitChange(parts.door, order, async (tx, { now }) => {
    await requireContent(tx, projectId, content);
    const actor = actorOf(asking.principal);
    const times = { openedAt: now, activeAt: now };
    const row = await insertIncident(
      tx,
      { id, projectId, ...fields, ...times, state: 'open', openedHow: 'hand', openedBy: actor },
      places,
    );
    await joinPerson(tx, id, actor, now);
    return { result: row, touched: NOTHING_SERVED, after: logIncident(content) };
  });
}

/**
 * The order of a change of an incident. Where all of it is in one environment, whoever has their role there alone may
 * do it.
 */
export function incidentOrder(asking: Asking, projectId: number, id: string, places: readonly IncidentPlace[]) {
  const [first, ...others] = [...new Set(places.map(({ environmentId }) => environmentId))];
  const within = first !== undefined && others.length === 0 ? { within: first } : {};
  return { ...orderOf(asking), ...within, projectId, environmentIds: [], subject: `incident/${id}` };
}

/** Inside the transaction: the flags and the commander must be there. */
export async function requireContent(
  tx: Tx,
  projectId: number,
  { places, commander }: { places?: readonly IncidentPlace[] | undefined; commander?: string | null | undefined },
): Promise<void> {
  const wanted = (places ?? []).flatMap(({ flag }) => flag ?? []);
  const known = await flagsNamed(tx, projectId, wanted);
  const faults = (places ?? []).flatMap(({ flag }, index) => {
    if (flag === null || known.has(flag)) return [];
    return [{ path: `/places/${index}/flag`, code: 'unknown_flag', expected: 'the key of a flag of this project' }];
  });
  if (commander != null && !(await isMember(tx, projectId, commander))) {
    faults.push({ path: '/commander', code: 'unknown_person', expected: 'the id of a member of this project' });
  }
  if (faults.length > 0) throw invalid(faults);
}
