import { type Freeze, freezeAt } from '../environments/freeze.ts';
import { ruleFault } from '../environments/occurrences.ts';
import { isZone, toLocal } from '../environments/zone-time.ts';
import { type FieldFault, invalid } from '../platform/problem.ts';
import type { TrainPatch, VelocityIn } from './contract.ts';
import { readLasting, writeLasting } from './lasting.ts';
import type { Train, Velocity } from './train.ts';

/** What somebody decides of a train. */
export type TrainContent = Pick<
  Train,
  'name' | 'velocity' | 'cutOffMs' | 'opensMs' | 'mode' | 'onItemFail' | 'mostCars'
>;

/** What a train is held against when it is saved. */
export interface TrainGround {
  environmentId: number;
  freezes: readonly Freeze[];
  now: Date;
}

const LONGEST_MS = 92 * 86_400_000;

/** What somebody wrote, on top of what it is. Throws 422 with every fault. */
export function readTrain(wanted: TrainPatch, base: TrainContent, ground: TrainGround): TrainContent {
  const content: TrainContent = {
    name: wanted.name ?? base.name,
    velocity: wanted.velocity === undefined ? base.velocity : readVelocity(wanted.velocity),
    cutOffMs: wanted.cutOff === undefined ? base.cutOffMs : wanted.cutOff === null ? 0 : readLasting(wanted.cutOff),
    opensMs: wanted.opens === undefined ? base.opensMs : wanted.opens === null ? null : readLasting(wanted.opens),
    mode: wanted.mode ?? base.mode,
    onItemFail: wanted.onItemFail ?? base.onItemFail,
    mostCars: wanted.mostCars === undefined ? base.mostCars : wanted.mostCars,
  };
  const asked = { velocity: wanted.velocity !== undefined, cutOff: wanted.cutOff !== undefined };
  const faults = [...faultsOfTimes(content), ...faultsOfVelocity(content, ground, asked)];
  if (faults.length > 0) throw invalid(faults);
  return content;
}

function readVelocity(velocity: VelocityIn): Velocity {
  if (velocity.kind === 'deadline') return { kind: 'deadline', at: new Date(velocity.at).toISOString() };
  if (velocity.kind !== 'critical-mass') return velocity;
  const { kind, changes, longestWait } = velocity;
  return { kind, changes, longestWaitMs: longestWait === null ? null : readLasting(longestWait) };
}

function faultsOfTimes({ velocity, cutOffMs, opensMs }: TrainContent): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (path: string, code: string, expected: string) => faults.push({ path, code, expected });
  const hasTime = velocity.kind === 'train' || velocity.kind === 'deadline';
  if (!hasTime && cutOffMs > 0) fault('/cutOff', 'not_needed', 'none: it leaves when something is ready');
  if (!hasTime && opensMs !== null) fault('/opens', 'not_needed', 'none: one may always come aboard');
  if (cutOffMs > LONGEST_MS) fault('/cutOff', 'too_big', `at most ${writeLasting(LONGEST_MS)}`);
  if (opensMs !== null && opensMs > LONGEST_MS) fault('/opens', 'too_big', `at most ${writeLasting(LONGEST_MS)}`);
  if (hasTime && opensMs !== null && opensMs <= cutOffMs) fault('/opens', 'out_of_order', 'longer before than cutOff');
  return faults;
}

/** A date that was all right when it was saved is not held against an edit of something else. */
function faultsOfVelocity(
  { velocity, cutOffMs }: TrainContent,
  { environmentId, freezes, now }: TrainGround,
  asked: { velocity: boolean; cutOff: boolean },
): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (path: string, code: string, expected: string) => faults.push({ path, code, expected });
  if (velocity.kind === 'train' && asked.velocity) {
    if (!isZone(velocity.zone)) fault('/velocity/zone', 'unknown_zone', 'a time zone such as Europe/Zurich');
    else {
      const wrong = ruleFault(velocity.rule, toLocal(velocity.zone, now.getTime()));
      if (wrong !== undefined) fault('/velocity/rule', 'bad_rule', wrong);
    }
  }
  if (velocity.kind === 'deadline' && (asked.velocity || asked.cutOff)) {
    const at = new Date(velocity.at);
    const frozen = freezeAt(freezes, environmentId, at);
    if (at <= now) fault('/velocity/at', 'past', 'a moment in the future');
    else if (at.getTime() - cutOffMs <= now.getTime()) fault('/cutOff', 'too_big', 'a cut-off that is not over yet');
    if (frozen) {
      const until = frozen.until?.toISOString() ?? 'somebody ends it';
      fault('/velocity/at', 'frozen', `a moment outside of the freeze “${frozen.name}”, which holds until ${until}`);
    }
  }
  return faults;
}

/** A train as the log keeps it. */
export function logTrain(train: TrainContent & Pick<Train, 'environment'>) {
  const { environment, name, velocity, cutOffMs, opensMs, mode, onItemFail, mostCars } = train;
  return {
    ...{ environment, name, velocity: { ...velocity }, mode, onItemFail, mostCars, cutOff: writeLasting(cutOffMs) },
    opens: opensMs === null ? null : writeLasting(opensMs),
  };
}
