import { describe, expect, it } from 'vitest';
import { unitsNeeded } from '../statistics/power.ts';
import { foresee } from './foresee.ts';
import { readPolicy } from './read-policy.ts';
import { SAMPLE, sampleGround } from './sample.fixture.ts';
import { readYaml } from './yaml-document.ts';

const rate = (hours: number, environment = 'production') => [
  { environment, metric: 'checkout.error', rate: 0.01, hours },
];

function see(over: Parameters<typeof sampleGround>[0], perHour?: number) {
  const ground = sampleGround({ unitsNeeded: (ask) => unitsNeeded(ask), ...over });
  const { policy } = readPolicy(readYaml(SAMPLE).value, ground);
  if (policy === undefined) throw new Error('the sample validates');
  return foresee(policy, ground, new Map(perHour === undefined ? [] : [['production', { perHour, hours: 168 }]]));
}

describe('what can be seen before a start', () => {
  it('is how many units it takes, where no traffic is known', () => {
    const [only, ...more] = see({ rates: rate(24) });
    expect(more).toEqual([]);
    expect(only?.units).toBeGreaterThan(2_000);
    expect(only?.says).toMatch(/^errors sees 3x of 1 % after about [34],\d00 units in each arm; 1\.25x after about \d/);
  });

  it('is how long it takes in each stage that has a control, and what its bake is too short for', () => {
    const seen = see({ rates: rate(24) }, 6_000_000);
    expect(seen.map(({ stage }) => stage)).toEqual([1, 2, 3]);
    expect(seen[0]?.says).toMatch(
      /^canary, 5 %: at the traffic of the last week 3x of 1 % \(errors\) shows in about a minute; 1\.25x will not show in this bake of 30m\.$/,
    );
    const slower = see({ rates: rate(24) }, 60_000);
    expect(slower[0]?.says).toContain('3x of 1 % (errors) will not show in this bake of 30m');
    expect(slower[2]?.says).toContain('50 %: at the traffic of the last week 3x of 1 % (errors) shows in about');
    // Ten times the exposure brings ten times the units.
    expect((slower[0]?.takesMs ?? 0) / (slower[2]?.takesMs ?? 1)).toBeCloseTo(10, 3);
  });

  it('is nothing yet with less than a day of data, and that is said', () => {
    const told = [{ environment: 'production', guard: 'errors', says: expect.stringContaining('cannot be told yet') }];
    expect(see({ rates: rate(23) }, 60_000)).toEqual(told);
    expect(see({ rates: [] })).toEqual(told);
  });

  it('is not computed of a mean, and that is said', () => {
    const guard = { id: 'slow', metric: 'checkout.ms', kind: 'versus-control', onFail: 'rollBack' };
    const stages = [{ exposure: 50 }, { exposure: 100 }];
    const document = { key: 'web', path: [{ environment: 'staging', stages }], guards: [guard] };
    const { policy } = readPolicy(document, sampleGround());
    expect(policy && foresee(policy, sampleGround())).toEqual([
      {
        environment: 'staging',
        guard: 'slow',
        says: 'slow compares a mean: what it will see of checkout.ms is not computed.',
      },
    ]);
  });

  it('says so where nothing would be enough', () => {
    const [seen] = see({ rates: rate(24), unitsNeeded: () => undefined });
    expect(seen).toEqual({
      environment: 'production',
      guard: 'errors',
      says: 'errors sees 3x of 1 % never; 1.25x never.',
    });
    expect(see({ rates: rate(24), unitsNeeded: () => undefined }, 60_000)[0]?.says).toContain('will not show');
  });
});
