import type { JsonObject, JsonValue } from '@turnout/core';
import type { Severity } from './tables.ts';

export const SEVERITIES = ['critical', 'major', 'minor'] as const satisfies readonly Severity[];

/** A flag in an environment, or without one the environment as a whole. */
export interface IncidentPlace {
  environmentId: number;
  environment: string;
  flag: string | null;
}

/** What of an incident somebody writes. */
export interface IncidentContent {
  title: string;
  severity: Severity;
  commander: string | null;
  reference: string | null;
  places: readonly IncidentPlace[];
}

/** What is asked of an incident that a kill or a signal may join. */
export interface Joinable {
  id: string;
  state: 'open' | 'closed';
  openedAt: Date;
  activeAt: Date;
  places: readonly Pick<IncidentPlace, 'environmentId' | 'flag'>[];
}

/** A kill joins what was opened or joined so lately; what is older is another story, or was forgotten. */
const FRESH_MS = 3_600_000;

export const freshSince = (now: Date): Date => new Date(now.getTime() - FRESH_MS);

/**
 * The incident that something in an environment belongs to: of those that are open and fresh there, one that names the
 * flag, else one of the environment as a whole, else any. In an outage people kill one flag after the other, and all of
 * it is one incident. Undefined where there is none.
 */
export function pickIncident(
  found: readonly Joinable[],
  place: Pick<IncidentPlace, 'environmentId' | 'flag'>,
  now: Date,
): Joinable | undefined {
  const since = freshSince(now);
  const rank = ({ places }: Joinable): number => {
    const here = places.filter(({ environmentId }) => environmentId === place.environmentId);
    if (here.some(({ flag }) => flag === place.flag)) return 0;
    return here.some(({ flag }) => flag === null) ? 1 : here.length > 0 ? 2 : 3;
  };
  return found
    .filter((one) => one.state === 'open' && one.activeAt > since && rank(one) < 3)
    .sort((a, b) => rank(a) - rank(b) || b.activeAt.getTime() - a.activeAt.getTime())[0];
}

/** True where an incident names this flag, or its environment as a whole. */
export function covers(
  places: readonly Pick<IncidentPlace, 'environmentId' | 'flag'>[],
  { environmentId, flag }: Pick<IncidentPlace, 'environmentId' | 'flag'>,
): boolean {
  return places.some((one) => one.environmentId === environmentId && (one.flag === null || one.flag === flag));
}

/** An incident as the log keeps it. */
export function logIncident({ title, severity, commander, reference, places }: IncidentContent): JsonObject {
  return { title, severity, commander, reference, places: logPlaces(places) };
}

export function logPlaces(places: readonly Pick<IncidentPlace, 'environment' | 'flag'>[]): JsonValue {
  return places.map(({ environment, flag }) => ({ environment, flag }));
}
