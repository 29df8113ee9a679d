import type { FloorDocument } from '@turnout/server/contracts';
import { expect, test } from 'vitest';
import { countFaults, type Fault, faultAt, faultsOf, tellPlace } from './findings.ts';
import { mayWrite } from './may-write.ts';
import { tellFloor } from './tell-floor.ts';
import { countChanged, tellAttachment, tellPath, tellSaver } from './tell-policy.ts';
import { tellGate, tellGuard } from './tell-terms.ts';

const document = { path: [{ environment: 'production' }], guards: [{ id: 'errors' }], gates: [{}] };

test.each([
  ['/', 'The whole'],
  ['/mode', 'mode'],
  ['/path/0/environment', 'production, environment'],
  ['/path/0/stages/1/exposure', 'production, stage 2, exposure'],
  ['/path/0/stages/1', 'production, stage 2'],
  ['/path/7/stages/0/minHits/event', 'environment 8, stage 1, minHits.event'],
  ['/guards/0/metric', 'errors, metric'],
  ['/guards/9', 'guard 10'],
  ['/gates/0/probe/url', 'gate 1, probe.url'],
  ['/evidence/maxAge', 'evidence.maxAge'],
])('%s is told as %s', (pointer, told) => {
  expect(tellPlace(document, pointer)).toBe(told);
});

test('a place is told also while the text says nothing that can be read', () => {
  expect(tellPlace(undefined, '/guards/0/metric')).toBe('guard 1, metric');
});

test('faults stand at their field, and are counted for what they are in', () => {
  const fault = (path: string): Fault => ({ path, code: 'x', expected: path });
  const faults = [fault('/guards/1'), fault('/guards/1/metric'), fault('/guards/10')];
  expect(faultAt(faults, ['guards', 1, 'metric'])).toBe('/guards/1/metric');
  expect(faultAt(faults, ['guards', 0])).toBeUndefined();
  expect(faultsOf(faults, ['guards', 1])).toEqual(['/guards/1']);
  expect(countFaults(faults, ['guards', 1])).toBe(2);
  expect(countFaults(faults, ['guards'])).toBe(3);
});

test.each([
  [
    { id: 'a', kind: 'versus-control', metric: 'e', margin: '20%', mustSee: '3x', onFail: 'rollBack' },
    'e against control, 20% tolerated, must see 3x → roll back',
  ],
  [
    { id: 'a', kind: 'absolute', metric: 'e', limit: '1%', window: '10m', onFail: 'kill' },
    'e at most 1% within 10m → kill',
  ],
  [{ id: 'a', query: 'q', source: 'prom', above: 0.4, for: '2m', onFail: 'pause' }, 'prom above 0.4 for 2m → pause'],
  [
    { id: 'a', signal: { severity: 'critical', service: 'shop' }, onFail: 'hold' },
    'severity=critical, service=shop → hold',
  ],
  [{ id: 'a', kind: 'sample-ratio' }, 'both arms as equal as they were cut → hold'],
  [{ id: 'a', kind: 'versus-control', metric: '' }, '… against control, 0% tolerated → …'],
  [{ id: 'a', kind: 'other' }, 'of no known kind'],
])('the guard %j in a line', (guard, told) => {
  expect(tellGuard(guard)).toBe(told);
});

test.each([
  [{ probe: { url: 'https://a', times: 3 } }, 'GET https://a answers 200, 3 times in a row'],
  [{ check: 'ci' }, 'the check ci passed for this commit'],
  [{ instances: { atLeast: 2 }, at: 'every' }, 'at least 2 apps run with it, before every stage'],
  [{ incidentFree: '1h' }, 'no incident for 1h'],
  [{ parity: 'staging' }, 'of no known kind'],
])('the gate %j in a line', (gate, told) => {
  expect(tellGate(gate)).toBe(told);
});

test('a policy is told by its way, by what it is for and by who saved it', () => {
  const path = [
    { environment: 'staging', stages: 1 },
    { environment: 'production', stages: 5 },
  ];
  expect(tellPath(path)).toBe('staging (1 stage) → production (5 stages)');
  expect(tellAttachment({ by: 'tag', value: 'checkout' })).toBe('flags tagged checkout');
  expect(tellSaver({ savedBy: 'person:1', savedByName: 'Ada' })).toBe('Ada');
  expect(tellSaver({ savedBy: 'request', savedByName: null })).toBe('an approved request');
  expect(countChanged({ a: 1, b: [1] }, { b: [2], c: 1 }, (x, y) => JSON.stringify(x) === JSON.stringify(y))).toBe(3);
});

test('a floor is told one thing a line', () => {
  const floor: FloorDocument = {
    ...{
      bake: '10m',
      firstExposure: 10,
      guards: [],
      approvals: [{ role: 'release-manager', count: 2, expires: '2d' }],
    },
    gates: [{ id: 'ci', check: 'acceptance', always: true }],
  };
  expect(tellFloor({ ...floor, alpha: 0.01 })).toEqual([
    ...['each stage bakes 10m at least', 'the first exposure is 10 % at most'],
    ...['alpha is 0.01 at least, so that its guards are not deaf', 'a gate that asks for what ci does'],
    'an approval by 2 of release-manager before some stage',
  ]);
});

type Project = Parameters<typeof mayWrite>[0];
type Roles = Project['roles'];
test.each<[Roles, Roles, string[], RegExp | undefined]>([
  [['editor'], ['editor'], ['staging'], undefined],
  [['editor'], ['editor'], ['staging', 'production'], /goes through Production, which is protected/],
  [['editor'], ['editor', 'release-manager'], ['production'], undefined],
  [['admin'], ['admin'], ['production'], undefined],
  [['viewer'], ['viewer'], [], /needs the role editor/],
  [['killer'], ['killer'], [], /needs the role editor/],
])('with %j in the project and %j in production one may write a way through %j', (roles, there, path, why) => {
  const environments = [
    { key: 'staging', name: 'Staging', protected: false, roles },
    { key: 'production', name: 'Production', protected: true, roles: there },
  ] as unknown as Project['environments'];
  const may = mayWrite({ roles, environments }, path);
  expect(may.yes).toBe(why === undefined);
  if (why !== undefined) expect(may.why).toMatch(why);
});
