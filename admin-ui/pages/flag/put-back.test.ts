import type { Flag } from '@turnout/core';
import type { ConfigurationAnswer } from '@turnout/server/contracts';
import { describe, expect, it } from 'vitest';
import { missingVariants, writtenNow, writtenOf } from './put-back.ts';

const split = {
  by: 'company',
  salt: 's',
  of: 100,
  slices: [
    [0, 30, 'on'],
    [30, 60, 'off'],
    [60, 100, 'on'],
  ] as [number, number, string][],
};
const flag: Flag = {
  ...{ key: 'cart', type: 'boolean', variants: { on: true, off: false }, state: 'on', killed: true, offVariant: 'off' },
  prerequisites: [{ flag: 'ads', variants: ['on'] }],
  rules: [{ id: 'staff', if: { segment: 'staff' }, serve: { split } }],
  fallthrough: { coded: true },
  ...{ clientVisible: true, shedAt: 2, metadata: { a: 1 } },
};

describe('a flag of an earlier ruleset', () => {
  it('is written with weights, without what a kill or the project says of it', () => {
    expect(writtenOf(flag)).toEqual({
      ...{ state: 'on', offVariant: 'off', shedAt: 2, maxStalenessMs: null, whenStale: null },
      prerequisites: [{ flag: 'ads', variants: ['on'] }],
      rules: [
        {
          id: 'staff',
          if: { segment: 'staff' },
          serve: { split: { by: 'company', of: 100, weights: { on: 70, off: 30 } } },
        },
      ],
      fallthrough: { coded: true },
    });
  });

  it('is written as what is stored is, so that both can be laid beside each other', () => {
    const { variants: _variants, clientVisible: _visible, metadata: _metadata, ...rest } = flag;
    const stored: ConfigurationAnswer = {
      ...{ ...rest, environment: 'production', archived: false, killed: false, serves: '', version: 3 },
      ...{ shedAt: 2, maxStalenessMs: null, whenStale: null },
      rules: [{ id: 'staff', if: { segment: 'staff' }, serve: { split: { ...split, weights: { on: 70, off: 30 } } } }],
      fallthrough: { coded: true },
    };
    expect(writtenNow(stored)).toEqual(writtenOf(flag));
  });

  it('names the variants that are gone since', () => {
    const written = writtenOf(flag);
    expect(missingVariants(written, ['on', 'off'])).toEqual([]);
    expect(missingVariants(written, ['on'])).toEqual(['off']);
    expect(missingVariants({ ...written, fallthrough: { variant: 'big' } }, ['on', 'off'])).toEqual(['big']);
  });
});
