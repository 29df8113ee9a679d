import { invalid } from '../platform/problem.ts';
import type { EvaluationsQuery, Step } from './contract.ts';
import type { Span } from './evaluation-store.ts';
import { HOURS_KEPT_DAYS, MINUTES_KEPT_HOURS } from './old-reports-store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const STEP_MS: Record<Step, number> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };
/** What is shown where a caller names no beginning. */
const USUAL_MS: Record<Step, number> = { minute: HOUR_MS, hour: DAY_MS, day: 30 * DAY_MS };

/** Which steps a query asks for: whole ones, in UTC, so that the same question a moment later has the same steps. */
export function readSpan(query: EvaluationsQuery, now: Date): Span {
  const { step } = query;
  const stepMs = STEP_MS[step];
  const to = Math.ceil(asked(query.to, now.getTime() + 1) / stepMs) * stepMs;
  const from = Math.floor(asked(query.from, to - USUAL_MS[step]) / stepMs) * stepMs;
  if (from >= to) throw fault('/query/from', 'a moment before `to`');
  // A day is cut off where its hours are forgotten, so a whole one more may be asked for.
  if (to - from > (HOURS_KEPT_DAYS + 1) * DAY_MS)
    throw fault('/query/from', `at most ${HOURS_KEPT_DAYS} days before \`to\``);
  if (step === 'minute' && from < now.getTime() - MINUTES_KEPT_HOURS * HOUR_MS) {
    throw fault('/query/step', `hour or day: minutes are told apart for ${MINUTES_KEPT_HOURS} hours`);
  }
  if (step === 'minute' && to - from > (MINUTES_KEPT_HOURS + 1) * HOUR_MS) {
    throw fault('/query/to', `at most ${MINUTES_KEPT_HOURS} hours after \`from\``);
  }
  return { from: new Date(from), to: new Date(to), stepMs };
}

/** The whole hours of a day that ends with the present one. */
export function lastDay(now: Date): Span {
  const to = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS + HOUR_MS;
  return { from: new Date(to - DAY_MS), to: new Date(to), stepMs: HOUR_MS };
}

/** One number for each step. */
export function zeros({ from, to, stepMs }: Span): number[] {
  return new Array<number>(Math.round((to.getTime() - from.getTime()) / stepMs)).fill(0);
}

function asked(moment: string | undefined, otherwise: number): number {
  return moment === undefined ? otherwise : Date.parse(moment);
}

function fault(path: string, expected: string) {
  return invalid([{ path, code: 'out_of_range', expected }]);
}
