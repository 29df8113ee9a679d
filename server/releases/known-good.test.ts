import { describe, expect, it } from 'vitest';
import { findUnproven, hasStood, judgeForm, type KnownForms } from './known-good.ts';
import type { GoodForm, ReleasedFlag } from './release.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const released = (over: Partial<ReleasedFlag> = {}): ReleasedFlag => ({ body: 'b', served: 'new', ...over });

interface Known {
  good?: Partial<GoodForm>;
  since?: number;
  served?: string;
}
function knownOf({ good, since, served = 'new' }: Known): KnownForms {
  const form: GoodForm = {
    ...{ environmentId: 1, flag: 'cart', served: 'new', proof: null, proofId: null, provenAt: null },
    ...{ revokedAt: null, revokedBecause: null, ...good },
  };
  return {
    goods: new Map(good === undefined ? [] : [['cart', [form]]]),
    inForce: new Map(since === undefined ? [] : [['cart', { served, since: daysAgo(since) }]]),
  };
}

describe('the form of a flag in a release', () => {
  const revoked = { revokedAt: daysAgo(2), revokedBecause: 'It was killed: “slow”.' };
  const run = { proof: 'run' as const, proofId: 'r1-0', provenAt: daysAgo(3) };
  it.each<[string, Known, Partial<ReleasedFlag>, 'off' | 'run' | 'stood' | null, string]>([
    ['that was off', {}, { off: true }, 'off', 'It was off: nobody got anything but its off variant.'],
    ['that was killed', {}, { killed: true }, 'off', 'It was killed: nobody got anything but its off variant.'],
    ['that was off and was found wrong', { good: revoked }, { off: true }, 'off', 'It was off'],
    [
      'that a run proved',
      { good: run },
      {},
      'run',
      'The run r1-0 of it finished on 2026-11-22, with its guards passed.',
    ],
    [
      'that stood once',
      { good: { proof: 'stood', provenAt: daysAgo(9) } },
      {},
      'stood',
      'It stood for at least 7 days',
    ],
    [
      'that stands since a week',
      { since: 7 },
      {},
      'stood',
      'It is in force since 2026-11-18, with nothing found against it.',
    ],
    ['that stands for less', { since: 6.9 }, {}, null, 'it stands for 6 of 7 days.'],
    ['in whose place another stands', { since: 30, served: 'other' }, {}, null, 'it did not stand for 7 days.'],
    ['of which nothing is known', {}, {}, null, 'No rollout of it has finished with its guards passed'],
    [
      'that was killed later',
      { good: { ...run, ...revoked } },
      {},
      null,
      'It was killed: “slow”. That was on 2026-11-23.',
    ],
    ['that stands on after an incident', { good: revoked, since: 30 }, {}, null, 'It was killed: “slow”.'],
    [
      'that stood on for a week after it',
      { good: { ...revoked, revokedAt: daysAgo(7) }, since: 30 },
      {},
      'stood',
      'It is in force',
    ],
    [
      'with another form that is good',
      { good: { ...run, served: 'other' } },
      {},
      null,
      'No rollout of it has finished',
    ],
  ])('%s', (_title, known, over, proof, because) => {
    const judged = judgeForm('cart', released(over), knownOf(known), NOW);
    expect(judged).toMatchObject({ good: proof !== null, proof });
    expect(judged.because).toContain(because);
    expect(judged.because).toMatch(/\.$/);
  });

  it('has stood from the later of when it came and when something was found against it', () => {
    const since = { served: 'new', since: daysAgo(8) };
    expect(hasStood(since, undefined, NOW)).toBe(true);
    expect(hasStood(since, { revokedAt: daysAgo(1) }, NOW)).toBe(false);
  });
});

describe('a release', () => {
  it('is known good where each of its flags is, also where there is none', () => {
    expect(findUnproven({}, knownOf({}), NOW)).toEqual([]);
    expect(findUnproven({ cart: released(), other: released({ off: true }) }, knownOf({ since: 8 }), NOW)).toEqual([]);
  });

  it('names what something was found against first, then what nothing stands for, then what needs time alone', () => {
    const known: KnownForms = {
      goods: new Map([
        [
          'z',
          [{ ...knownOf({ good: { revokedAt: daysAgo(1), revokedBecause: 'X.' } }).goods.get('cart')![0]!, flag: 'z' }],
        ],
      ]),
      inForce: new Map([['a', { served: 'new', since: daysAgo(1) }]]),
    };
    const flags = { a: released(), toString: released(), b: released(), z: released() };
    expect(findUnproven(flags, known, NOW).map(({ flag }) => flag)).toEqual(['z', 'b', 'toString', 'a']);
  });
});
