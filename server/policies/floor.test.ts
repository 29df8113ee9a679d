import { describe, expect, it } from 'vitest';
import { checkFloor } from './check-floor.ts';
import { parseFloor } from './document-contract.ts';
import { type Floor, floorFaults, isLowering } from './floor.ts';
import type { Policy } from './policy.ts';
import { readPolicy } from './read-policy.ts';
import { SAMPLE, sampleGround } from './sample.fixture.ts';
import { readYaml } from './yaml-document.ts';

const MINUTE = 60_000;
const GROUND = sampleGround();
const { policy } = readPolicy(readYaml(SAMPLE).value, GROUND);
const nothing: Floor = { guards: [], gates: [], approvals: [] };
const budget = { id: 'x', kind: 'absolute', metric: 'http.5xx', windowMs: 10 * MINUTE, mode: 'enforce' } as const;
const calm = { id: 'y', kind: 'incident-free', withinMs: 60 * MINUTE, always: false } as const;

function faultsOf(over: Partial<Floor>): string[] {
  return floorFaults(policy as Policy, { ...nothing, ...over }, GROUND).map(({ path, code }) => `${path} ${code}`);
}

describe('the floor of a project', () => {
  it.each<[string, Partial<Floor>]>([
    ['nothing', {}],
    ['a bake as short as its shortest', { bakeMs: 30 * MINUTE }],
    ['a first exposure as large as its own', { firstExposure: 5_000 }],
    ['a guard that is as strict under another name', { guards: [{ ...budget, limit: 0.01, onFail: 'kill' }] }],
    ['a weaker guard', { guards: [{ ...budget, limit: 0.02, onFail: 'pause', mode: 'shadow' }] }],
    ['an alpha as small as its own', { alpha: 0.01 }],
    ['a gate that it has under another name', { gates: [calm] }],
    ['a shorter calm', { gates: [{ ...calm, withinMs: MINUTE }] }],
    ['an approval that it asks for', { approvals: [{ role: 'release-manager', count: 1, expiresMs: 1e9 }] }],
  ])('that asks for %s is met by the sample', (_title, floor) => {
    expect(faultsOf(floor)).toEqual([]);
  });

  it.each<[string, Partial<Floor>, string[]]>([
    ['a longer bake', { bakeMs: 60 * MINUTE }, ['/path/1/stages/1/bake below_floor']],
    ['a smaller first exposure', { firstExposure: 1_000 }, ['/path/1/stages/1/exposure below_floor']],
    ['a stricter guard', { guards: [{ ...budget, limit: 0.001, onFail: 'kill' }] }, ['/guards below_floor']],
    ['a larger alpha', { alpha: 0.02 }, ['/alpha below_floor']],
    ['a longer calm', { gates: [{ ...calm, withinMs: 120 * MINUTE }] }, ['/path/1 below_floor']],
    [
      'two approvals',
      { approvals: [{ role: 'release-manager', count: 2, expiresMs: 1e9 }] },
      ['/path/1/stages below_floor'],
    ],
    ['an admin', { approvals: [{ role: 'admin', count: 1, expiresMs: 1e9 }] }, ['/path/1/stages below_floor']],
  ])('that asks for %s is not met, and says where', (_title, floor, faults) => {
    expect(faultsOf(floor)).toEqual(faults);
  });

  it('that asks for a guard that kills is not met by what no guard may take back', () => {
    const kills: Floor = { ...nothing, guards: [{ ...budget, limit: 0.01, onFail: 'kill' }] };
    const forward = { ...(policy as Policy), reversible: 'forward-only' as const };
    const faults = (floor: Floor) => floorFaults(forward, floor, GROUND).map(({ path, code }) => `${path} ${code}`);
    expect(faults(kills)).toEqual(['/reversible below_floor']);
    expect(faults({ ...nothing, guards: [{ ...budget, limit: 0.01, onFail: 'pause' }] })).toEqual([]);
  });

  it('asks for an alpha, written down or not, that its guards are not deaf at', () => {
    const guards = [{ ...budget, limit: 0.01, onFail: 'kill' } as const];
    const faults = (alpha: number, floor: Floor) =>
      floorFaults({ ...(policy as Policy), alpha }, floor, GROUND).map(({ path, expected }) => `${path} ${expected}`);
    // As a floor is stored that was written before there was one.
    expect(faults(1e-300, { ...nothing, guards })).toEqual([expect.stringMatching(/^\/alpha at least 0\.01: /)]);
    expect(faults(0.01, { ...nothing, guards })).toEqual([]);
    expect(
      faults(1e-300, { ...nothing, guards: [{ id: 'a', kind: 'sample-ratio', mode: 'enforce', onFail: 'hold' }] }),
    ).toEqual([]);
    const written = {
      guards: [{ id: 'x', kind: 'absolute', metric: 'http.5xx', limit: '1%', window: '10m', onFail: 'kill' }],
    };
    expect(parseFloor(written).document?.alpha).toBe(0.01);
    expect(parseFloor({ ...written, alpha: 0.005 }).document?.alpha).toBe(0.005);
    expect(parseFloor({ ...written, alpha: 0 }).faults).toMatchObject([{ path: '/alpha', code: 'too_small' }]);
    expect(parseFloor({ bake: '1m' }).document?.alpha).toBeUndefined();
  });

  it('has no time for a check, which nothing gives up', () => {
    const { document } = parseFloor({ gates: [{ id: 'ci', check: 'acceptance', timeout: '10m' }] });
    if (document === undefined) throw new Error('it is sound in its shape');
    expect(checkFloor(document, GROUND).faults).toMatchObject([{ path: '/gates/0/timeout', code: 'not_used' }]);
  });

  it('asks for no more guards that judge a metric than a policy may have', () => {
    const faults = (count: number) => {
      const guard = { kind: 'absolute', metric: 'http.5xx', limit: '1%', window: '10m', onFail: 'kill' };
      const { document } = parseFloor({
        guards: Array.from({ length: count }, (_, at) => ({ ...guard, id: `g${at}` })),
      });
      if (document === undefined) throw new Error('it is sound in its shape');
      return checkFloor(document, GROUND).faults;
    };
    expect(faults(20)).toEqual([]);
    expect(faults(21)).toMatchObject([{ path: '/guards', code: 'too_many', expected: expect.stringContaining('20') }]);
  });

  it('asks for nothing where nothing is protected', () => {
    const environments = GROUND.environments.map((one) => ({ ...one, protected: false }));
    expect(floorFaults(policy as Policy, { ...nothing, bakeMs: 1e9 }, { environments })).toEqual([]);
  });

  it('is lowered by whatever asks for less, and raised by the rest', () => {
    const steps: Floor[] = [
      nothing,
      { ...nothing, bakeMs: MINUTE },
      { ...nothing, bakeMs: MINUTE, firstExposure: 10_000 },
      { ...nothing, bakeMs: MINUTE, firstExposure: 5_000, guards: [{ ...budget, limit: 0.02, onFail: 'pause' }] },
      {
        ...nothing,
        bakeMs: MINUTE,
        firstExposure: 5_000,
        guards: [{ ...budget, limit: 0.01, onFail: 'kill' }],
        gates: [calm],
      },
      {
        ...nothing,
        bakeMs: MINUTE,
        firstExposure: 5_000,
        alpha: 0.05,
        guards: [{ ...budget, limit: 0.01, onFail: 'kill' }],
        gates: [calm],
      },
    ];
    for (const [at, floor] of steps.entries()) {
      expect(isLowering(floor, floor)).toBe(false);
      for (const higher of steps.slice(at + 1)) {
        expect(isLowering(floor, higher)).toBe(false);
        expect(isLowering(higher, floor)).toBe(true);
      }
    }
  });
});
