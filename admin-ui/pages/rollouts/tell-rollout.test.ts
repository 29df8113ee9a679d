import type { RolloutItem } from '@turnout/server/contracts';
import { expect, test } from 'vitest';
import {
  bakeOf,
  byUrgency,
  splitSaid,
  tellExposure,
  tellOnFail,
  tellOwned,
  tellPlace,
  tellSpan,
  tellStage,
  tellStatistic,
  whatItNeeds,
} from './tell-rollout.ts';

const item = (over: Partial<RolloutItem>): RolloutItem => ({
  ...{ id: 'r', flag: 'f', target: 'fallthrough', from: 'off', to: 'on', policy: { key: 'p', version: 1 } },
  ...{ mode: 'automatic', commit: null, state: 'running', startedBy: 'root', startedByName: null },
  ...{ startedAt: '2026-11-26T10:00:00.000Z', endedAt: null, reason: null, retryOf: null, version: 1 },
  ...{ environment: 'production', stage: 0, stages: 3, stageName: null, exposure: 5, audience: null },
  ...{ says: null, page: null, reach: 'reached', ...over },
});

test.each([
  [item({}), undefined],
  [item({ state: 'waiting', reach: null }), undefined],
  [item({ state: 'paused' }), 'Paused: it waits for Resume or Roll back'],
  [item({ state: 'paused', page: 'stopped' }), 'Needs somebody: it stopped, and nobody chose that'],
  [item({ page: 'approval' }), 'Needs somebody: nobody approved of it in time'],
  [item({ reach: 'late' }), 'Not in force everywhere: not every app has this stage'],
  [item({ state: 'rolledBack', reach: 'late' }), 'Rollback not effective: not every app has it'],
  [item({ state: 'killed', reach: 'late' }), 'Rollback not effective: not every app has it'],
  [item({ state: 'rolledBack', reach: 'pending' }), undefined],
  [item({ state: 'finished', page: 'deadline', reach: 'late' }), undefined],
])('says why one needs somebody, or nothing (%#)', (one, words) => {
  expect(whatItNeeds(one)).toBe(words);
});

test('puts what went back and did not arrive first, then who is called, what is late, what is paused, and the newest', () => {
  const sorted = [
    item({ id: 'older', startedAt: '2026-11-26T09:00:00.000Z' }),
    item({ id: 'newer', startedAt: '2026-11-26T11:00:00.000Z' }),
    item({ id: 'paused', state: 'paused' }),
    item({ id: 'late', reach: 'late' }),
    item({ id: 'called', page: 'deadline' }),
    item({ id: 'back', state: 'rolledBack', reach: 'late' }),
  ].sort(byUrgency);
  expect(sorted.map(({ id }) => id)).toEqual(['back', 'called', 'late', 'paused', 'newer', 'older']);
});

test.each([
  [{ name: 'canary', audience: null, exposure: 5 }, 'canary · 5 %'],
  [{ name: 'staff', audience: 'staff', exposure: null }, 'staff'],
  [{ name: null, audience: 'staff', exposure: 0.125 }, 'staff and 0.125 %'],
  [{ name: null, audience: null, exposure: 20 }, '20 %'],
])('names a stage (%#)', (stage, words) => {
  expect(tellStage(stage)).toBe(words);
});

test('counts stages as people do', () => {
  expect([tellPlace(-1, 4), tellPlace(0, 4), tellPlace(3, 4)]).toEqual([
    'before stage 1 of 4',
    'stage 1 of 4',
    'stage 4 of 4',
  ]);
  expect([tellExposure(100), tellExposure(0.1 + 0.2)]).toEqual(['100 %', '0.3 %']);
});

test.each([
  [0, '0 s'],
  [-5_000, '0 s'],
  [499, '0 s'],
  [40_000, '40 s'],
  [59_999, '1 min'],
  [90_000, '1 min 30 s'],
  [7_200_000, '2 h'],
  [100_000_000, '1 d 3 h'],
  [604_800_000, '7 d'],
])('tells a span of %d ms', (ms, words) => {
  expect(tellSpan(ms)).toBe(words);
});

test('a bake goes from nothing to all of it', () => {
  const now = Date.parse('2026-11-26T10:15:00.000Z');
  const run = { bakeEndsAt: '2026-11-26T10:30:00.000Z' };
  expect(bakeOf(run, 1_800_000, now)).toEqual({ share: 0.5, leftMs: 900_000 });
  expect(bakeOf(run, 1_800_000, now + 3_600_000)).toEqual({ share: 1, leftMs: 0 });
  // The clock of the browser may be behind that of the server.
  expect(bakeOf(run, 1_800_000, now - 3_600_000)?.share).toBe(0);
  expect(bakeOf({ bakeEndsAt: null }, 1_800_000, now)).toBeUndefined();
});

test.each([
  ['hold', 'Holds: 9 of 100 units.', 'Holds', '9 of 100 units.'],
  [
    'needApproval',
    'Waits: Needs the approval of 1 release-manager.',
    'Waits',
    'Needs the approval of 1 release-manager.',
  ],
  ['rollBack', 'Rolls back: guard errors failed.', 'Rolls back', 'guard errors failed.'],
  ['kill', 'Kills the flag: guard budget failed.', 'Kills the flag', 'guard budget failed.'],
  ['advance', 'Advances to canary (5 %).', 'Advances', 'to canary (5 %).'],
  ['hold', 'Finished in staging: in force everywhere.', '', 'Finished in staging: in force everywhere.'],
  ['pause', 'Somebody paused it. “Holds: no”', '', 'Somebody paused it. “Holds: no”'],
] as const)('puts the word in front that says it at a glance: %s, %s', (action, reason, word, rest) => {
  expect(splitSaid(action, reason)).toMatchObject({ word, rest });
});

test('says of a shadow that it does nothing', () => {
  expect(tellOnFail({ mode: 'enforce', onFail: 'rollBack' })).toBe('rolls back if it fails');
  expect(tellOnFail({ mode: 'shadow', onFail: 'kill' })).toBe('only watched: enforced it would kill');
});

test('tells how near a guard is to where it fails', () => {
  const logE = { name: 'logE', value: -0.515_15, bound: 6.396_93 };
  expect(tellStatistic('versus-control', logE)).toBe('evidence of harm −0.515, fails at 6.4');
  expect(tellStatistic('sample-ratio', logE)).toBe('evidence that they differ −0.515, fails at 6.4');
  expect(tellStatistic('versus-control', { ...logE, value: -2.22e-16 })).toBe('evidence of harm 0, fails at 6.4');
  expect(tellStatistic('threshold', { name: 'value', value: 0.412_3, bound: 0.4 })).toBe('value 0.412, fails at 0.4');
});

test('says what is refused, what ends it and what pauses it', () => {
  const [refused, ends] = tellOwned({ target: 'vip', from: 'off', to: 'on', audience: 'staff' });
  expect(refused).toMatch(/off and on.*the rule vip/);
  expect(ends).toMatch(/what the rule vip serves, or in the rule for staff/);
  expect(tellOwned({ target: 'fallthrough', from: 'off', to: 'on', audience: null })[1]).toMatch(
    /everybody else gets\.$/,
  );
});
