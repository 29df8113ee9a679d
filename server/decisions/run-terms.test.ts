import { expect, it } from 'vitest';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { policyOf, rolloutOf, runningRun } from './decide.fixture.ts';
import { layRun } from './layout.ts';
import { termsOf } from './run-terms.ts';

const FOUND = { configuration: { rules: [], salts: {} } } as unknown as FlagInEnvironment;

it('keeps over all entries of a run the salt and the sample that it wrote: one that was lowered never rises', () => {
  const pinned = policyOf();
  const rollout = { ...rolloutOf(), pinned, newSalt: false };
  const run = runningRun(pinned);
  const first = termsOf(rollout, run, FOUND, [], () => 'drawn');
  expect([first.salt, first.sample]).toEqual(['drawn', { salt: 'sample-r1-0', below: 100_000 }]);
  const lowered = { ...first, sample: { ...first.sample, below: 25_000 } };
  const wrote = layRun(lowered, pinned.path[0]!.stages, 0, 1);
  const later = termsOf(rollout, { ...run, wrote }, FOUND, [], () => 'another');
  expect([later.salt, later.sample]).toEqual([lowered.salt, lowered.sample]);
});
