import type { TrainAnswer, VelocityIn } from '@turnout/server/contracts';
import { writeRule } from '../freezes/tell-freeze.ts';

export type Kind = VelocityIn['kind'];

/** The four ways to leave, as one would explain them to whoever makes a train. */
export const KINDS: Record<Kind, { words: string; says: string }> = {
  train: { words: 'By a timetable', says: 'On days of the week, or by a rule. Whoever misses it takes the next.' },
  'critical-mass': { words: 'When enough is ready', says: 'Once so many changes are ready, or after a longest wait.' },
  deadline: { words: 'Once, at a date', says: 'The date does not move. What is not ready then stays behind.' },
  continuous: { words: 'Each change by itself', says: 'As soon as one is ready, it leaves: no cut-off, no waiting.' },
};

export const ON_FAIL: Record<TrainAnswer['onItemFail'], { words: string; says: string }> = {
  eject: { words: 'Eject it', says: 'That one goes back, with those that need it. The others go on.' },
  hold: { words: 'Hold the others', says: 'All others pause until somebody has looked.' },
  recall: { words: 'Recall all', says: 'Everything that left together goes back together.' },
};

export const MODES: Record<TrainAnswer['mode'], { words: string; says: string }> = {
  automatic: { words: 'By itself', says: 'It leaves when its time has come.' },
  button: { words: 'When somebody presses', says: 'When its time has come it waits for a release manager.' },
};

/** What of a form says when it leaves. */
export interface VelocityFields {
  kind: Kind;
  days: readonly string[];
  time: string;
  zone: string;
  /** Typed by hand; taken instead of days and time. */
  rule: string;
  changes: string;
  longestWait: string;
  /** Of a field for date and time, on this machine's clock. */
  at: string;
}

/** As the server wants it. What is missing is sent as it is, so that the server names the field. */
export function writeVelocity(fields: VelocityFields): VelocityIn {
  const { kind, days, time, zone, rule, changes, longestWait, at } = fields;
  if (kind === 'train') return { kind, rule: rule === '' ? (writeRule(days, time) ?? '') : rule, zone };
  if (kind === 'critical-mass') {
    return { kind, changes: Number(changes), longestWait: longestWait === '' ? null : longestWait };
  }
  const when = new Date(at);
  if (kind === 'deadline') return { kind, at: Number.isNaN(when.getTime()) ? '' : when.toISOString() };
  return { kind };
}

/** What it says of itself beside when it leaves: only what is not as usual. */
export function tellHabits({ cutOff, opens, mode, onItemFail, mostCars }: HabitsOf): string[] {
  return [
    cutOff === null ? '' : `cut-off ${cutOff} before`,
    opens === null ? '' : `boards from ${opens} before`,
    mode === 'button' ? 'waits for somebody to press' : '',
    onItemFail === 'eject' ? 'a failed change is ejected' : '',
    onItemFail === 'hold' ? 'a failed change holds the others' : '',
    onItemFail === 'recall' ? 'a failed change recalls all' : '',
    mostCars === null ? '' : `${mostCars} changes at most`,
  ].filter((words) => words !== '');
}
type HabitsOf = Pick<TrainAnswer, 'cutOff' | 'opens' | 'mode' | 'onItemFail' | 'mostCars'>;
