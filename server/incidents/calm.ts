import type { Db, Tx } from '../database/connect.ts';
import { newestKill } from './kill-store.ts';
import { incidentsOver } from './store.ts';
import type { Severity } from './tables.ts';

/** An incident as those see it who hold because of it. */
export interface OpenIncident {
  id: string;
  title: string;
  severity: Severity;
  openedAt: Date;
  /** The flag that it names here; null where it names the environment as a whole. */
  flag: string | null;
}

/** Of which flag it is asked whether it is calm there, and how the environment is called. */
export interface CalmPlace {
  environmentId: number;
  environment: string;
  flag: string;
}

/** Whether it was calm for a while, with a sentence why, and when that may change by time alone. */
export interface Calm {
  open: boolean;
  because: string;
  /** RFC 3339; left out where only somebody can change it. */
  nextAt?: string;
}

/** The open incident that names this flag in an environment, or the environment as a whole; the newest of several. */
export async function openIncidentFor(
  db: Db | Tx,
  environmentId: number,
  flag: string,
): Promise<OpenIncident | undefined> {
  const [found] = await incidentsOver(db, environmentId, flag, 'open');
  if (found === undefined) return undefined;
  const { id, title, severity, openedAt, flagKey } = found;
  return { id, title, severity, openedAt, flag: flagKey === flag ? flag : null };
}

/**
 * No open incident names the flag or the environment as a whole, and within the time none was open and the flag was not
 * killed: what the gate `incidentFree` asks. Calm begins when the last one is closed, however long ago it was opened.
 */
export async function incidentFree(
  db: Db | Tx,
  { environmentId, environment, flag }: CalmPlace,
  withinMs: number,
  now: Date,
): Promise<Calm> {
  const since = new Date(now.getTime() - withinMs);
  const [last] = await incidentsOver(db, environmentId, flag);
  if (last?.state === 'open') {
    const names = last.flagKey === flag ? `${flag} in ${environment}` : `all of ${environment}`;
    return { open: false, because: `The incident “${last.title}” is open, and names ${names}.` };
  }
  const kill = await newestKill(db, environmentId, flag, since);
  const storms = [
    ...(last?.closedAt ? [{ what: `The incident “${last.title}” was closed`, at: last.closedAt }] : []),
    ...(kill?.at ? [{ what: `${flag} was killed`, at: kill.at }] : []),
  ];
  const [newest] = storms.filter(({ at }) => at > since).sort((a, b) => b.at.getTime() - a.at.getTime());
  if (newest === undefined) {
    const of = `No incident of ${flag} or of ${environment} as a whole, and no kill of ${flag}`;
    return { open: true, because: `${of}, within ${inWords(withinMs)}.` };
  }
  const { what, at } = newest;
  const nextAt = new Date(at.getTime() + withinMs).toISOString();
  return { open: false, because: `${what} at ${at.toISOString()}, within ${inWords(withinMs)}.`, nextAt };
}

function inWords(ms: number): string {
  const [size = 1, unit = 'ms'] = SIZES.find(([one]) => ms >= one && ms % one === 0) ?? [];
  return `${ms / size} ${unit}`;
}

const SIZES = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;
