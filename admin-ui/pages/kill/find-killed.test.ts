import type { ChangeItem, FlagAnswer } from '@turnout/server/contracts';
import { describe, expect, it } from 'vitest';
import { findKilled, keepRecent, tellServed } from './find-killed.ts';

const flag = (key: string, killed: boolean) =>
  ({ key, environments: { production: { killed }, staging: { killed: !killed } } }) as unknown as FlagAnswer;
const kill = (seq: number, key: string, direction: 'safe' | 'none' = 'safe') =>
  ({ seq, subject: `flag/${key}`, environments: [{ key: 'production', direction }] }) as unknown as ChangeItem;

describe('what is killed now', () => {
  it('is what the list says, the newest kill first, and each with the entry that made it so', () => {
    const flags = [flag('a', true), flag('b', false), flag('c', true), flag('d', true)];
    const found = findKilled(flags, 'production', [kill(9, 'c'), kill(8, 'a', 'none'), kill(7, 'a')]);
    expect(found.map(({ flag: { key }, kill: entry }) => [key, entry?.seq])).toEqual([
      ['c', 9],
      ['a', 7],
      ['d', undefined],
    ]);
    expect(findKilled(flags, 'elsewhere', [])).toEqual([]);
  });
});

describe('what users get of a killed flag', () => {
  it('is told without the word that stands beside it', () => {
    expect([tellServed('killed: variant off'), tellServed('on for everyone')]).toEqual([
      'variant off',
      'on for everyone',
    ]);
  });
});

describe('what was changed lately', () => {
  it('leaves out what is older, and what altered other environments', () => {
    const change = (at: string, key: string) => ({ at, environments: [{ key, position: '', direction: null }] });
    const changes = [
      change('2026-01-01T00:10:00.000Z', 'production'),
      change('2026-01-01T00:09:00.000Z', 'staging'),
      change('2026-01-01T00:01:00.000Z', 'production'),
    ];
    const since = Date.parse('2026-01-01T00:05:00.000Z');
    expect(keepRecent(changes, ['production'], since)).toEqual([changes[0]]);
  });
});
