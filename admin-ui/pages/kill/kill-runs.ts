import type { FlipReceiptsShown, IncidentAnswer, WholeIncidentAnswer } from '@turnout/server/contracts';
import { type FlagPlace, type Flipped, flip, readKillReceipts } from '../../client/flip.ts';
import { live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Store } from '../../client/store.ts';
import { isReached } from './tell-meter.ts';

/** A kill from this screen, from the key press until all have it. */
export interface KillRun {
  id: number;
  place: FlagPlace;
  /** What the environment is called. */
  environment: string;
  state: 'sending' | 'refused' | 'done';
  refusal?: Refusal;
  killed?: Flipped;
  receipts?: FlipReceiptsShown;
  /** Whether the receipts are still asked for; a refusal says why they cannot be. */
  isWatched: boolean;
  unheard?: Refusal | undefined;
  isRestored: boolean;
  /** The incident that it opened or joined, once it is known. */
  incident?: { id: string; title: string; isNew: boolean };
}

const WATCH_MS = 30_000;
const PAUSE_MS = 250;

/**
 * The kills from this screen, newest first. They live here and not on the page: whoever looks elsewhere meanwhile finds
 * them again, as far as they have come.
 */
export const killRuns = new Store<readonly KillRun[]>([]);
let lastId = 0;

function patch(id: number, changed: Partial<KillRun>): void {
  killRuns.value = killRuns.value.map((run) => (run.id === id ? { ...run, ...changed } : run));
}

function isSame(one: FlagPlace, other: FlagPlace): boolean {
  return one.project === other.project && one.environment === other.environment && one.flag === other.flag;
}

const find = (id: number) => killRuns.value.find((run) => run.id === id);

/** Kills, and follows how it comes into force. What is killed already is killed still: the server does nothing twice. */
export async function startKill(place: FlagPlace, environment: string): Promise<void> {
  lastId++;
  const id = lastId;
  const others = killRuns.value.filter((run) => run.state === 'sending' || !isSame(run.place, place));
  killRuns.value = [{ id, place, environment, state: 'sending', isWatched: false, isRestored: false }, ...others];
  await sendKill(id, place);
}

export async function sendKill(id: number, place: FlagPlace): Promise<void> {
  patch(id, { state: 'sending' });
  try {
    const killed = await flip(place, 'kill');
    patch(id, { state: 'done', killed });
    void nameIncident(id);
    await watch(id);
  } catch (error) {
    patch(id, { state: 'refused', refusal: asRefusal(error) });
  }
}

/** Asks who has it in force until all have, or for half a minute. */
export async function watch(id: number): Promise<void> {
  const until = Date.now() + WATCH_MS;
  patch(id, { isWatched: true });
  for (let waitMs = PAUSE_MS; Date.now() < until; waitMs = 1_000) {
    const run = find(id);
    const kill = run?.killed?.id;
    if (run === undefined || kill === undefined || run.isRestored) break;
    try {
      const receipts = await readKillReceipts(run.place, kill, waitMs);
      patch(id, { receipts, unheard: undefined });
      if (isReached(receipts)) break;
    } catch (error) {
      patch(id, { unheard: asRefusal(error) });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  patch(id, { isWatched: false });
}

const LOOKED_AT = 3;

/** Finds the incident that a kill went into: the server gives it one as soon as the log has it. */
async function nameIncident(id: number): Promise<void> {
  const run = find(id);
  const kill = run?.killed?.id;
  if (run === undefined || kill === undefined || run.incident !== undefined) return;
  const { project, environment, flag } = run.place;
  const path = `/projects/${encodeURIComponent(project)}/incidents`;
  const query = { state: 'open', environment, flag, limit: LOOKED_AT };
  // Without it the kill is as good; the next change of an incident looks again.
  const { items } = await send<{ items: IncidentAnswer[] }>(path, { query }).catch(() => ({ items: [] }));
  for (const one of items) {
    const whole = await send<WholeIncidentAnswer>(`${path}/${one.id}`).catch(() => undefined);
    if (whole?.kills.some((known) => known.id === kill)) {
      const isNew = whole.openedHow === 'kill' && whole.kills.every((known) => known.id === kill);
      patch(id, { incident: { id: whole.id, title: whole.title, isNew } });
      return;
    }
  }
}

export function dismissRun(id: number): void {
  killRuns.value = killRuns.value.filter((run) => run.id !== id);
}

live.on('kill', ({ id, state }) => {
  const run = killRuns.value.find(({ killed }) => killed?.id === id);
  if (run?.killed && state === 'in-log') patch(run.id, { killed: { ...run.killed, durable: 'log' } });
});
live.on('change', ({ action, subject, environments, seq }) => {
  if (subject.startsWith('incident/')) {
    for (const { id } of killRuns.value) void nameIncident(id);
  }
  if (action !== 'flag.restore') return;
  for (const { id, place, killed } of killRuns.value) {
    const isHere = subject === `flag/${place.flag}` && environments.some(({ key }) => key === place.environment);
    // News come late now and then: a restore from before this kill lifts nothing of it.
    const isLater = killed?.durable === 'log' && seq > (killed.change?.seq ?? 0);
    if (isHere && isLater) patch(id, { isRestored: true });
  }
});
