import { describe, expect, it } from 'vitest';
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
