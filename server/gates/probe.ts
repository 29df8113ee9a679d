import type { GateReading } from '../decisions/decision.ts';
import type { ProbeGate } from '../policies/policy.ts';

/** What one call of a probe found: whether it is well, and a clause that says what there was. */
export interface ProbeShot {
  well: boolean;
  found: string;
}

/** What is known of a probe between two calls; plain JSON, so that whoever acts next goes on with it. */
export interface ProbeState {
  /** When this attempt began: the first, or the one after a time-out. */
  begunAt: string;
  lastAt: string;
  lastFound: string;
  /** How many calls in a row were well. */
  inARow: number;
  /** How often it did not pass in its time. */
  timeouts: number;
  /** Once it has passed, it stays so. */
  passedAt?: string;
}

/** Where nobody called for so much longer than a probe wants, what lies between is not in a row. */
const UNBROKEN_MS = 60_000;

/** When it is time for the next call; undefined where it has passed. */
export function nextCallOf(
  state: ProbeState | undefined,
  gate: Pick<ProbeGate, 'everyMs'>,
  now: Date,
): Date | undefined {
  if (state === undefined) return now;
  if (state.passedAt !== undefined) return undefined;
  return new Date(Date.parse(state.lastAt) + gate.everyMs);
}

/** What is known after a call. One that came too early counts only where it was not well. */
export function foldProbe(
  previous: ProbeState | undefined,
  shot: ProbeShot,
  gate: Pick<ProbeGate, 'everyMs' | 'times' | 'timeoutMs'>,
  now: Date,
): ProbeState {
  if (previous?.passedAt !== undefined) return previous;
  const at = now.toISOString();
  const isOver = previous !== undefined && isTimedOut(previous, gate, now);
  const passedMs = previous === undefined ? 0 : now.getTime() - Date.parse(previous.lastAt);
  const isEarly = previous !== undefined && passedMs < gate.everyMs;
  if (isEarly && shot.well && !isOver) return previous;
  const isBroken = previous === undefined || isOver || passedMs > gate.everyMs + UNBROKEN_MS;
  const inARow = shot.well ? (isBroken ? 0 : previous.inARow) + 1 : 0;
  return {
    begunAt: previous === undefined || isOver ? at : previous.begunAt,
    lastAt: at,
    lastFound: shot.found,
    inARow,
    timeouts: (previous?.timeouts ?? 0) + (isOver ? 1 : 0),
    ...(inARow >= gate.times ? { passedAt: at } : {}),
  };
}

/** How the gate stands. One that timed out is tried again: it holds, and the stage's deadline ends it. */
export function readProbe(state: ProbeState | undefined, gate: ProbeGate, now: Date): GateReading {
  const host = URL.canParse(gate.url) ? new URL(gate.url).host : gate.url;
  if (state === undefined) return { open: false, because: `${host} was not called yet.`, nextAt: now.toISOString() };
  if (state.passedAt !== undefined) {
    const because = `${host} was well ${gate.times} times in a row, last at ${state.passedAt}.`;
    return { open: true, because, at: state.passedAt };
  }
  const again =
    state.timeouts === 0 ? '' : ` It did not pass in its time ${times(state.timeouts)}, and is tried again.`;
  const because = `${state.inARow} of ${gate.times} calls in a row were well; ${state.lastFound}.${again}`;
  return { open: false, because, nextAt: nextCallOf(state, gate, now)?.toISOString() ?? now.toISOString() };
}

function isTimedOut({ begunAt }: ProbeState, { timeoutMs }: Pick<ProbeGate, 'timeoutMs'>, now: Date): boolean {
  return timeoutMs !== undefined && now.getTime() - Date.parse(begunAt) > timeoutMs;
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
