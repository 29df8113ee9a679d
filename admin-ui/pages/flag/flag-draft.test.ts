import type { FlagAnswer } from '@turnout/server/contracts';
import { describe, expect, test } from 'vitest';
import { findFlagFaults, putFlagTogether, readFlag, takeFlagApart, writeFlag } from './flag-draft.ts';
import { mergePieces } from './merge-pieces.ts';

const stored: FlagAnswer = {
  ...{
    key: 'banner',
    type: 'object',
    name: 'Banner',
    description: '',
    owner: 'marketing',
    tags: ['a', 'b'],
    kind: 'ops',
  },
  ...{ clientVisible: true, metadata: { runbook: 'x' }, signalKill: true, archived: false, version: 3 },
  ...{ createdAt: '2026-01-31T12:00:00.000Z', environments: {} },
  variants: { none: { show: false }, sale: { show: true, text: 'Now' } },
};

describe('A draft of a flag', () => {
  test('that was not touched sends what is stored', () => {
    const { key: _key, archived: _archived, version: _version, createdAt: _at, environments: _e, ...written } = stored;
    expect(writeFlag(readFlag(stored), stored)).toEqual(written);
    expect(putFlagTogether(takeFlagApart(readFlag(stored)))).toEqual(readFlag(stored));
  });

  test('sends nothing while a value is none, and says where', () => {
    const draft = readFlag(stored);
    const broken = { ...draft, variants: [...draft.variants, { name: 'new', text: '{' }] };
    expect(writeFlag(broken, stored)).toBeUndefined();
    expect(findFlagFaults(broken, 'object').map(({ place }) => place)).toEqual(['variant new']);
    expect(findFlagFaults({ ...draft, variants: [] }, 'object')).toHaveLength(1);
    expect(findFlagFaults(draft, 'object')).toEqual([]);
  });

  test('takes in what somebody else changed of another variant', () => {
    const base = readFlag(stored);
    const mine = { ...base, owner: 'shop', variants: [{ name: 'none', text: '{}' }, ...base.variants.slice(1)] };
    const theirs = { ...base, variants: [...base.variants, { name: 'new', text: '{"show": 1}' }] };
    const merged = mergePieces(takeFlagApart(base), takeFlagApart(mine), takeFlagApart(theirs));
    expect(merged.conflicts).toEqual([]);
    expect(putFlagTogether(merged.pieces)).toEqual({
      ...mine,
      variants: [...mine.variants, { name: 'new', text: '{"show": 1}' }],
    });
  });
});
