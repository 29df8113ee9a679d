import { expect, it } from 'vitest';
import { readPolicy } from './read-policy.ts';
import { sampleGround } from './sample.fixture.ts';
import { sayBeginning } from './say-beginning.ts';

const CI = { id: 'ci', check: 'acceptance' };
const SMOKE = { id: 'smoke', probe: { url: 'https://shop.example/healthz', expect: 200, every: '10s', times: 3 } };
const terms = {
  evidence: { maxAge: '5m', onNoData: 'hold', onError: 'hold' },
  guards: [{ id: 'budget', metric: 'http.5xx', kind: 'absolute', limit: '1%', window: '10m', onFail: 'rollBack' }],
};

function begin(environment: string, stage: object, over: object = {}) {
  const path = [{ environment, stages: [stage, { exposure: 100, bake: '1h' }] }];
  const ground = sampleGround();
  const { policy, faults } = readPolicy({ key: 'web', path, ...terms, ...over }, ground);
  if (policy === undefined) throw new Error(JSON.stringify(faults));
  return sayBeginning(policy, (key) => ground.environments.some((one) => one.key === key && one.protected));
}

it('tells who gets it within seconds where the first stage has nothing to wait for', () => {
  expect(begin('staging', { exposure: 50 })).toBe(
    'In staging 50 % get it within seconds, unless a freeze or an open incident holds it. After that it goes on by itself.',
  );
  expect(begin('staging', { exposure: 100 })).toContain('all users get it within seconds');
  expect(begin('staging', { audience: 'staff', exposure: 0.125 })).toContain('staff and 0.125 % get it within seconds');
});

it('tells what is waited for before anybody gets it', () => {
  const approvals = [{ role: 'release-manager' }, { role: 'admin', count: 2 }];
  expect(begin('production', { exposure: 5, approvals }, { gates: [CI, SMOKE] })).toBe(
    'In production nobody gets it before the gates ci and smoke open, a release-manager approves and 2 admins approve; ' +
      'then 5 % do. After that it goes on by itself.',
  );
  expect(begin('production', { exposure: 5 }, { gates: [CI] })).toContain('before the gate ci opens; then');
});

it('tells that starting counts as the first press of a button', () => {
  expect(begin('staging', { exposure: 50 }, { mode: 'button' })).toMatch(
    /within seconds.* Starting it counts as the first press; before each next stage somebody presses Advance\.$/,
  );
});
