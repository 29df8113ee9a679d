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
  return found && { id: found.id, title: found.title, severity: found.severity, openedAt: found.openedAt };
}

/**
 * No open incident names the flag or the environment as a whole, and within the time none was opened and the flag was
 * not killed: what the gate `incidentFree` asks.
 */
export async function incidentFree(
  db: Db | Tx,
  environmentId: number,
  flag: string,
  withinMs: number,
  now: Date,
): Promise<Calm> {
  const since = new Date(now.getTime() - withinMs);
  const [newest] = await incidentsOver(db, environmentId, flag);
  if (newest?.state === 'open') return { open: false, because: `The incident “${newest.title}” is open.` };
  const kill = await newestKill(db, environmentId, flag, since);
  const over = [newest?.openedAt, kill?.at].filter((at) => at !== undefined && at > since);
  if (over.length === 0) return { open: true, because: `No incident and no kill within ${inWords(withinMs)}.` };
  const last = new Date(Math.max(...over.map((at) => at?.getTime() ?? 0)));
  const what =
    last.getTime() === kill?.at.getTime() ? `${flag} was killed` : `The incident “${newest?.title}” was opened`;
  const nextAt = new Date(last.getTime() + withinMs).toISOString();
  return { open: false, because: `${what} at ${last.toISOString()}, within ${inWords(withinMs)}.`, nextAt };
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
