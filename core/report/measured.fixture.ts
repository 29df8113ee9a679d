import { flagWith } from '../evaluate/ruleset.fixture.ts';
import type { Flag, MeasuredRun } from '../model/ruleset.ts';

export const RUN: MeasuredRun = {
  ...{ id: 'r1', entry: 1, stage: 0, target: 'fallthrough', by: 'targetingKey', salt: 'salt', from: 'off', to: 'on' },
  ...{ treatment: [0, 20_000], control: [50_000, 70_000] },
  ...{ sample: { salt: 'sample', below: 100_000 }, events: ['bought', 'ms'] },
};

/** A flag under a run at 20 %: its fallthrough is the run's split. */
export function measuredFlag(changes: Partial<MeasuredRun> = {}, more: Partial<Flag> = {}): Flag {
  const run = { ...RUN, ...changes };
  return flagWith({
    fallthrough: {
      split: {
        ...{ by: run.by, salt: run.salt, of: 100_000 },
        slices: [
          [0, 20_000, 'on'],
          [20_000, 100_000, 'off'],
        ],
      },
    },
    ...more,
    run,
  });
}
