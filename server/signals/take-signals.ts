import { createHash } from 'node:crypto';
import type { HookPrincipal } from '../access/principal.ts';
import type { Door } from '../changes/door.ts';
import { type KillParts, killFlag } from '../delivery/kill-flag.ts';
import { openOrJoin } from '../incidents/join-incident.ts';
import { Problem } from '../platform/problem.ts';
import { type Allowed, allowFlips } from './allow-flips.ts';
import type { Taken } from './delivery-contract.ts';
import { environmentsOf, type HookRow } from './hook-store.ts';
import { withoutRepeats } from './read-delivery.ts';
import { isLate, readWish, type Signal, severityOf, type Wish } from './signal.ts';
import { type Recorded, recordSignals, settleSignals } from './signal-store.ts';
import type { SignalOutcome } from './tables.ts';

/** What taking signals needs. */
export interface SignalParts {
  door: Door;
  kill: KillParts;
  /** Told of each signal that fires and is new: whoever watches for it need not wait. */
  onSignal(projectId: number): void;
  /** Told of what could not be done; the sender comes again. */
  onError(error: unknown): void;
}

/** A signal that somebody is at for so long is left alone; then whoever it comes to again does it. */
const BUSY_MS = 10_000;

/** A new signal, and what there is to do for it. */
interface Task extends Wish {
  id: number;
  signal: Signal;
  environmentId: number;
}

/**
 * Takes what a hook was sent: each signal is recorded once, kills go the way of all kills, and what the hook's limit does
 * not allow opens one incident. Throws 503 where something could not be done, for senders come again then.
 */
export async function takeSignals(parts: SignalParts, hook: HookRow, came: readonly Signal[]): Promise<Taken> {
  const now = parts.door.clock.now();
  const { db } = parts.door;
  const read = withoutRepeats(came).map((signal) => ({
    signal,
    late: isLate(signal, now),
    ...readWish(hook, signal, now),
  }));
  const recorded = await recordSignals(
    db,
    hook,
    read.map((one) => ({ signal: one.signal, late: one.late, ...('wish' in one ? NOT_YET : outcomeOf(one)) })),
    now,
  );
  const found = new Map(recorded.map((row) => [nameOf(row), row]));
  const fresh = recorded.filter((row) => row.fresh);
  if (fresh.some(({ status }) => status === 'firing')) parts.onSignal(hook.projectId);
  const environments = await environmentsOf(db, hook.projectId);
  const tasks = read.flatMap((one): Task[] => {
    const row = found.get(nameOf(one.signal));
    if (!('wish' in one) || row === undefined || !isOurs(row, now)) return [];
    const environmentId = environments.get(one.wish.environment);
    return environmentId === undefined ? [] : [{ ...one.wish, id: row.id, signal: one.signal, environmentId }];
  });
  const done = await doTasks(parts, hook, tasks);
  const others = recorded.some((row) => !row.fresh && row.outcome === null && !isOurs(row, now));
  if (done.failed || others) {
    throw new Problem('unavailable', 'Not all of it could be done. Send it again.', { retryAfterSeconds: 2 });
  }
  return { received: came.length, fresh: fresh.length, killed: done.killed, limited: done.limited };
}

const NOT_YET = { outcome: null, because: null };
const outcomeOf = ({ outcome, because }: { outcome: SignalOutcome; because: string }) => ({ outcome, because });

const nameOf = ({ fingerprint, startsAt, status }: Pick<Signal, 'fingerprint' | 'startsAt' | 'status'>) =>
  JSON.stringify([fingerprint, startsAt, status]);

/** New, or failed before, or left by somebody who ended in the middle of it. */
function isOurs({ fresh, outcome, receivedAt }: Recorded, now: Date): boolean {
  if (fresh || outcome === 'failed') return true;
  return outcome === null && receivedAt.getTime() < now.getTime() - BUSY_MS;
}

async function doTasks(parts: SignalParts, hook: HookRow, tasks: readonly Task[]) {
  const { db } = parts.door;
  if (tasks.length === 0) return { killed: 0, limited: 0, failed: false };
  const allowed = await allowFlips(db, hook, tasks);
  const of = (outcome: Allowed['outcome']) => tasks.filter(({ id }) => allowed.get(id)?.outcome === outcome);
  const failed: number[] = [];
  const attempt = async (task: Task, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      failed.push(task.id);
      parts.onError(error);
    }
  };
  const kills = of('killed');
  await Promise.all(kills.map((task) => attempt(task, () => kill(parts, hook, task))));
  // One after the other: the first opens an incident, and all others find it.
  for (const [first] of byEnvironment(of('limited'))) {
    if (first !== undefined) await attempt(first, () => tellLimit(parts, hook, first));
  }
  for (const task of tasks.filter(({ id, incident }) => incident && allowed.get(id)?.touches)) {
    await attempt(task, () => tellSignal(parts, hook, task));
  }
  await settle(parts, tasks, allowed, new Set(failed));
  return { killed: kills.length, limited: of('limited').length, failed: failed.length > 0 };
}

/** What came of each, in few statements: those of a storm are many. */
async function settle(
  { door: { db } }: SignalParts,
  tasks: readonly Task[],
  allowed: ReadonlyMap<number, Allowed>,
  failed: ReadonlySet<number>,
): Promise<void> {
  const groups = new Map<string, { ids: number[]; outcome: SignalOutcome; because: string | null }>();
  for (const { id, incident } of tasks) {
    const { outcome = 'none', because = null } = allowed.get(id) ?? {};
    const joined = incident && outcome === 'none' ? 'joined' : outcome === 'none' ? 'recorded' : outcome;
    const final = failed.has(id) ? 'failed' : joined;
    const name = JSON.stringify([final, because]);
    const group = groups.get(name) ?? { ids: [], outcome: final, because };
    group.ids.push(id);
    groups.set(name, group);
  }
  for (const { ids, outcome, because } of groups.values()) await settleSignals(db, ids, outcome, because);
}

function byEnvironment(tasks: readonly Task[]): Task[][] {
  const groups = new Map<number, Task[]>();
  for (const task of tasks) groups.set(task.environmentId, [...(groups.get(task.environmentId) ?? []), task]);
  return [...groups.values()];
}

/** The kill path of everybody. The same signal asks for the same kill, however often it comes and to whichever node. */
function kill({ kill }: SignalParts, hook: HookRow, { id, signal, environmentId, environment, flag }: Task) {
  const asking = {
    principal: principalOf(hook),
    reason: `${signal.summary} (hook “${hook.name}”)`,
    requestId: createHash('sha256').update(`hook:${hook.id}\nsignal ${id}`).digest('hex'),
  };
  const place = { projectId: hook.projectId, environment: { id: environmentId, key: environment }, flag: flag ?? '' };
  return killFlag(kill, asking, place);
}

function tellLimit({ door }: SignalParts, hook: HookRow, { environmentId, environment, signal }: Task) {
  const most = hook.maxFlipsPerHour;
  return openOrJoin(door, {
    ...{ projectId: hook.projectId, principal: principalOf(hook), at: door.clock.now(), severity: 'critical' },
    place: { environmentId, environment, flag: null },
    title: `More alerts in ${environment} than “${hook.name}” may act on`,
    reason: `It may flip ${most} flags an hour: ${signal.summary}`,
    of: {
      ...{ kind: 'signal', hook: hook.id, fingerprint: '' },
      summary: `“${hook.name}” had its ${most} flips of this hour, and flips no more`,
    },
  });
}

function tellSignal({ door }: SignalParts, hook: HookRow, task: Task) {
  const { environmentId, environment, flag, signal } = task;
  const { summary, fingerprint } = signal;
  return openOrJoin(door, {
    ...{ projectId: hook.projectId, principal: principalOf(hook), at: door.clock.now() },
    place: { environmentId, environment, flag },
    ...{ severity: severityOf(signal), title: summary.slice(0, 200), reason: `Alert of “${hook.name}”` },
    of: { kind: 'signal', hook: hook.id, fingerprint, summary },
  });
}

const principalOf = ({ id, projectId }: HookRow): HookPrincipal => ({ kind: 'hook', id, projectId });
