import { describe, expect, it } from 'vitest';
import { type GroundStep, rolloutFaults } from './check-rollout.ts';
import { GUARDS, METRICS, policyOf, stageOf } from './decide.fixture.ts';
import { neededUnits, unreachable } from './needed-units.ts';

const DAY_MS = 86_400_000;
const flag = { key: 'cart', variants: { on: true, off: false, other: true } };
const wanted = { flag: 'cart', target: 'fallthrough', from: 'off', to: 'on' };
const policy = policyOf({
  path: [{ environment: 'production', stages: [stageOf({ name: 'canary', exposure: 5_000, minUnits: 4_000 })] }],
  deadline: { afterMs: DAY_MS, onDeadline: 'ask' },
});
const found = { state: 'on', killed: false, rules: [], fallthrough: { variant: 'off' }, salts: {} } as const;
const [step] = policy.path;
if (step === undefined) throw new Error('the policy has a path');
const ground = (over: Partial<GroundStep> = {}): GroundStep => ({
  ...{ step, found: { ...found, rules: [] }, segments: [], traffic: undefined, needed: 4_000, ...over },
});
const faultsOf = (over: Partial<GroundStep> = {}, asked = wanted) =>
  rolloutFaults(asked, flag, policy, [ground(over)]).map(({ path, code }) => `${path} ${code}`);

describe('whether a rollout may start', () => {
  it('may where its target serves the variant that is left', () => {
    expect(faultsOf()).toEqual([]);
  });

  it('may not where the flag gives nobody anything, or its target is not there or serves something else', () => {
    const there = { ...found, rules: [] };
    expect(faultsOf({ found: { ...there, killed: true } })).toEqual(['/flag killed']);
    expect(faultsOf({ found: { ...there, state: 'off' } })).toEqual(['/flag off']);
    expect(faultsOf({ found: undefined })).toEqual(['/policy unknown_environment']);
    expect(faultsOf({}, { ...wanted, target: 'staff' })).toEqual(['/target unknown_rule']);
    expect(faultsOf({ found: { ...there, fallthrough: { variant: 'other' } } })).toEqual(['/from wrong_serve']);
    expect(faultsOf({ found: { ...there, fallthrough: { coded: true } } })).toEqual(['/from wrong_serve']);
  });

  it('needs a commit where a check is asked for, and audiences that are there', () => {
    const gates = [{ id: 'ci', kind: 'check', check: 'acceptance', always: false }] as const;
    const checked = rolloutFaults(wanted, flag, { ...policy, gates: [...gates] }, [ground()]);
    expect(checked).toMatchObject([{ path: '/commit', code: 'required' }]);
    const staff = { environment: 'production', stages: [stageOf({ audience: 'staff' })] };
    expect(faultsOf({ step: staff })).toEqual(['/policy unknown_segment']);
    expect(faultsOf({ step: staff, segments: ['staff'] })).toEqual([]);
  });

  it('is refused where the first stage could not be left in its time, with the smallest exposure that would do', () => {
    const [fault] = rolloutFaults(wanted, flag, policy, [ground({ traffic: { perHour: 1_000, hours: 100 } })]);
    // 24,000 in a day, of which an arm at 5 % has 1,200; a sixth of all would be 4,000.
    expect(fault).toMatchObject({ path: '/policy', code: 'unreachable_stage' });
    expect(fault?.expected).toContain('1,200 of 4,000 units to each arm in 1 day; 16.667 % would do');
    expect(faultsOf({ traffic: { perHour: 4_000, hours: 100 } })).toEqual([]);
    expect(faultsOf({ traffic: { perHour: 0.1, hours: 100 } })).toEqual(['/policy unreachable_stage']);
    // With less than a day of traffic nothing is said.
    expect(faultsOf({ traffic: { perHour: 1, hours: 23 } })).toEqual([]);
  });
});

describe('the units that a stage needs', () => {
  const place = { environment: 'production', isProtected: true };
  const metrics = Object.values(METRICS);
  const rates = [{ environment: 'production', metric: 'checkout.error', rate: 0.01, hours: 48 }];
  const seeing = policyOf({ guards: [{ ...GUARDS.errors, mustSee: 3 }, GUARDS.latency] });
  const units = { metrics, rates, unitsNeeded: ({ factor }: { factor: number }) => 1_000 * factor };

  it('are those that the policy says, or as many as its guards must see, or nobody knows', () => {
    expect(neededUnits(seeing, place, stageOf({ exposure: 5_000, minUnits: 7 }), units)).toBe(7);
    expect(neededUnits(seeing, place, stageOf({ exposure: 5_000 }), units)).toBe(3_000);
    expect(neededUnits(seeing, place, stageOf({ exposure: 100_000 }), units)).toBeNull();
    expect(neededUnits(seeing, place, stageOf({ exposure: 5_000 }), { ...units, rates: [] })).toBeNull();
    expect(neededUnits(policyOf(), place, stageOf({ exposure: 5_000 }), units)).toBeNull();
  });

  it('can be out of reach at any exposure', () => {
    const traffic = { perHour: 10, hours: 48 };
    expect(unreachable(stageOf({ exposure: 5_000 }), 4_000, DAY_MS, traffic)).toEqual({ comes: 12, exposure: null });
    expect(unreachable(stageOf({ audience: 'staff' }), 4_000, DAY_MS, traffic)).toBeUndefined();
  });
});
