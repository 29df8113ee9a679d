import { describe, expect, it } from 'vitest';
import { contextHash } from '../model/context-hash.ts';
import type { Evaluation } from '../model/evaluation.ts';
import { writeBootstrap } from './write-bootstrap.ts';

const answer = (change: Partial<Evaluation>): Evaluation => ({ key: 'f', reason: 'STATIC', metadata: {}, ...change });

describe('what a page is sent', () => {
  it.each<[string, Partial<Evaluation>, object]>([
    ['a value', { value: 'a', variant: 'x', reason: 'SPLIT' }, { value: 'a', variant: 'x', reason: 'SPLIT' }],
    [
      'off with a value, which is not for the page to replace',
      { value: false, variant: 'off', reason: 'DISABLED', disabledBy: 'killed' },
      { value: false, variant: 'off', reason: 'DEFAULT' },
    ],
    ['off without a value', { reason: 'DISABLED', disabledBy: 'off' }, { reason: 'DISABLED' }],
    ['too old', { value: 1, variant: 'one', reason: 'STALE' }, { value: 1, variant: 'one', reason: 'DEFAULT' }],
    ['too old and off without a value', { reason: 'STALE' }, { reason: 'DEFAULT' }],
    ['the coded default', { reason: 'TARGETING_MATCH', ruleId: 'r' }, { reason: 'DEFAULT' }],
    ['no answer', { reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' }, { reason: 'ERROR' }],
  ])('of %s says what OFREP says, and nothing of why', (_title, change, written) => {
    expect(writeBootstrap('e.1', {}, [answer(change)]).flags).toEqual({ f: written });
  });

  it('names the context, and keeps a flag of any key', () => {
    const context = { targetingKey: 'u', plan: 'pro' };
    const keys = ['__proto__', 'constructor'].map((key) => answer({ key, value: 1, variant: 'one' }));
    const sent = writeBootstrap(null, context, keys);
    expect(sent).toMatchObject({ v: 1, position: null, contextHash: contextHash({ plan: 'pro', targetingKey: 'u' }) });
    const read = JSON.parse(JSON.stringify(sent)).flags;
    expect(Object.keys(read)).toEqual(['__proto__', 'constructor']);
  });
});
