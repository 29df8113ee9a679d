import type { JsonObject } from '@turnout/core';
import { newId } from '../access/mint-secret.ts';
import { type ActingPrincipal, actorOf } from '../access/principal.ts';
import { seenByActor } from '../access/principal-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Door, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { covers, type IncidentPlace, type Joinable, logIncident, logPlaces, pickIncident } from './incident.ts';
import { giveIncident, isWaiting } from './kill-store.ts';
import { NOTHING_SERVED } from './open-incident.ts';
import {
  findNamed,
  insertIncident,
  insertPlaces,
  joinPerson,
  noteSignal,
  openIncidentsIn,
  signalsTold,
  updateIncident,
} from './store.ts';
import type { Severity } from './tables.ts';

/** What opens an incident by itself, or joins one: a kill that the log told of, or a signal. */
export interface Cause {
  projectId: number;
  place: IncidentPlace;
  principal: ActingPrincipal;
  /** Overrides how the actor is written, for kills: whoever killed opened it. */
  actor?: string;
  reason?: string;
  /** Of an incident that is opened. */
  title: string;
  severity: Severity;
  at: Date;
  of:
    | { kind: 'kill'; id: string; named: string | null }
    /** Without a fingerprint it is the limit of the hook that was met. */
    | { kind: 'signal'; hook: string; fingerprint: string; summary: string };
}

/** Between the look and the locks somebody was first: it is looked at again. */
class Moved extends Error {}

const TRIES = 5;
/** An incident is told of so many signals of its own: a storm does not fill the log. */
const MOST_SIGNALS = 100;

/**
 * Opens an incident for something that happened by itself, or joins the one that it belongs to: the one it names, else
 * one that is open there and fresh. Answers its id. Each cause is told of once, whichever nodes come with it.
 */
export async function openOrJoin(door: Door, cause: Cause): Promise<string> {
  for (let left = TRIES; ; left--) {
    const target = await findTarget(door.db, cause, door.clock.now());
    if (target !== undefined && (await isTold(door.db, target.id, cause))) return target.id;
    try {
      return await (target === undefined ? open(door, cause) : join(door, cause, target));
    } catch (error) {
      if (!(error instanceof Moved) || left === 0) throw error;
    }
  }
}

async function findTarget(db: Db | Tx, cause: Cause, now: Date): Promise<Joinable | undefined> {
  const { projectId, place, of } = cause;
  // Whoever names an incident means it: it is joined, or opened under that name.
  if (of.kind === 'kill' && of.named !== null) return findMeant(db, cause, await findNamed(db, projectId, of.named));
  return pickIncident(await openIncidentsIn(db, projectId, place.environmentId), place, now);
}

/**
 * The first of those that are so called and may be meant: one of the environment of the kill, or one that whoever killed may
 * see. By a name nobody opens again, or widens, what is in environments that are none of theirs.
 */
async function findMeant(db: Db | Tx, cause: Cause, named: readonly Joinable[]): Promise<Joinable | undefined> {
  const { projectId, place, actor, principal } = cause;
  const isHere = ({ places }: Joinable) => places.some(({ environmentId }) => environmentId === place.environmentId);
  if (named.every(isHere)) return named[0];
  const seen = await seenByActor(db, projectId, actor ?? actorOf(principal));
  return named.find(
    (one) => isHere(one) || seen === undefined || one.places.every(({ environmentId }) => seen.includes(environmentId)),
  );
}

async function isTold(db: Db | Tx, incidentId: string, { of }: Cause): Promise<boolean> {
  if (of.kind === 'kill') return false;
  const told = await signalsTold(db, incidentId);
  if (told.some(({ hookId, fingerprint }) => hookId === of.hook && fingerprint === of.fingerprint)) return true;
  return of.fingerprint !== '' && told.length >= MOST_SIGNALS;
}

async function open(door: Door, cause: Cause): Promise<string> {
  const id = newId();
  const { title, severity, place, of, projectId } = cause;
  await commitChange(door, orderOf(cause, 'incident.open', id), async (tx, { now }): Promise<Written<undefined>> => {
    if ((await findTarget(tx, cause, now)) !== undefined) throw new Moved();
    if (await isDone(tx, cause)) return UNCHANGED;
    const actor = cause.actor ?? actorOf(cause.principal);
    const reference = of.kind === 'kill' ? of.named : null;
    // A kill that waited in a journal began what it began when it came into force.
    const openedAt = earlier(cause.at, now);
    const row = { id, projectId, title, severity, reference, openedAt, activeAt: now, openedBy: actor };
    await insertIncident(tx, { ...row, state: 'open', openedHow: of.kind }, [place]);
    await record(tx, id, cause);
    await joinPerson(tx, id, actor, now);
    const logged = logIncident({ title, severity, reference, commander: null, places: [place] });
    return { result: undefined, touched: NOTHING_SERVED, after: { ...logged, ...logCause(cause) } };
  });
  return id;
}

async function join(door: Door, cause: Cause, { id }: Joinable): Promise<string> {
  const { projectId, place } = cause;
  await commitChange(door, orderOf(cause, 'incident.join', id), async (tx, { now }): Promise<Written<undefined>> => {
    const target = await findTarget(tx, cause, now);
    if (target?.id !== id) throw new Moved();
    if ((await isTold(tx, id, cause)) || (await isDone(tx, cause))) return UNCHANGED;
    await record(tx, id, cause);
    const isNew = !covers(target.places, place);
    if (isNew) await insertPlaces(tx, id, [place]);
    // A kill that names an incident which was closed says that it is not over.
    const reopened = target.state === 'closed';
    const again = reopened ? { state: 'open' as const, closedAt: null } : {};
    await joinPerson(tx, id, cause.actor ?? actorOf(cause.principal), now);
    const times = { activeAt: now, openedAt: earlier(target.openedAt, cause.at) };
    const { title } = await updateIncident(tx, projectId, id, { ...times, ...again });
    const more = { ...(isNew ? { places: logPlaces([place]) } : {}), ...(reopened ? { reopened } : {}) };
    return { result: undefined, touched: NOTHING_SERVED, after: { title, ...more, ...logCause(cause) } };
  });
  return id;
}

/** An incident begins with the first of what belongs to it, so that its timeline has all of that. */
const earlier = (one: Date, other: Date) => new Date(Math.min(one.getTime(), other.getTime()));

const UNCHANGED = { result: undefined, touched: NOTHING_SERVED, unchanged: true } as const;

/** Under the lock: another node may have been first with this kill. */
async function isDone(tx: Tx, { of }: Cause): Promise<boolean> {
  return of.kind === 'kill' && !(await isWaiting(tx, of.id));
}

async function record(tx: Tx, incidentId: string, { of }: Cause): Promise<void> {
  if (of.kind === 'kill') await giveIncident(tx, of.id, incidentId);
  else await noteSignal(tx, incidentId, of.hook, of.fingerprint);
}

function orderOf({ projectId, principal, actor, reason }: Cause, action: string, id: string) {
  return {
    ...{ projectId, environmentIds: [], principal, action, subject: `incident/${id}` },
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function logCause({ of, place: { environment, flag } }: Cause): JsonObject {
  if (of.kind === 'kill') return { kill: { id: of.id, flag, environment } };
  return { signal: { hook: of.hook, fingerprint: of.fingerprint, summary: of.summary, environment } };
}
