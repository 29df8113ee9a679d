import type { Incident } from './change-incident.ts';
import type { IncidentAnswer, WholeIncidentAnswer } from './contract.ts';
import type { KillInIncident } from './kill-store.ts';
import type { PersonInIncident } from './store.ts';

type NameOf = (actor: string) => string | undefined;

/** What somebody may see of it: of these environments, or of all. */
export type Seen = readonly number[] | undefined;

const isSeen = (only: Seen, environmentId: number) => only === undefined || only.includes(environmentId);

/** An incident as it is listed. */
export function showIncident({ row, places }: Incident, only: Seen, nameOf: NameOf): IncidentAnswer {
  const { id, title, severity, state, openedHow, openedBy, openedAt, activeAt, closedAt, reference, commander } = row;
  return {
    ...{ id, title, severity, state, openedHow, reference, version: row.version },
    openedBy: { actor: openedBy, name: nameOf(openedBy) ?? null },
    openedAt: openedAt.toISOString(),
    activeAt: activeAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    commander: commander === null ? null : { id: commander, name: nameOf(`person:${commander}`) ?? null },
    places: places
      .filter(({ environmentId }) => isSeen(only, environmentId))
      .map(({ environment, flag }) => ({ environment, flag })),
  };
}

/** The same with who takes part and what was killed. */
export function showWholeIncident(
  incident: Incident,
  more: { people: readonly PersonInIncident[]; kills: readonly KillInIncident[] },
  only: Seen,
  nameOf: NameOf,
): WholeIncidentAnswer {
  const somebody = (actor: string) => ({ actor, name: nameOf(actor) ?? null });
  return {
    ...showIncident(incident, only, nameOf),
    people: more.people.map(({ actor, joinedAt }) => ({ ...somebody(actor), joinedAt: joinedAt.toISOString() })),
    kills: more.kills
      .filter(({ environmentId }) => isSeen(only, environmentId))
      .map(({ environmentId: _environment, at, actor, ...kill }) => ({
        ...kill,
        at: at.toISOString(),
        by: somebody(actor),
      })),
  };
}
