import { describe, expect, it } from 'vitest';
import { flagOf, killOf, rulesetOf } from './house-server.fixture.ts';
import { recordLines } from './lines.fixture.ts';
import { offlineTurnout } from './offline.fixture.ts';

const ruleset = rulesetOf([
  flagOf('on'),
  flagOf('off', { state: 'off' }),
  flagOf('coded', { fallthrough: { coded: true } }),
  flagOf('off-coded', { state: 'off', offVariant: null }),
  flagOf('text', { type: 'string', variants: { a: 'A' }, offVariant: 'a', fallthrough: { variant: 'a' } }),
  flagOf('count', { type: 'number', variants: { three: 3 }, offVariant: null, fallthrough: { variant: 'three' } }),
  flagOf('shape', { type: 'object', variants: { o: { x: [1] } }, offVariant: null, fallthrough: { variant: 'o' } }),
  flagOf('pro', {
    clientVisible: true,
    rules: [{ id: 'r', if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'on' } }],
    fallthrough: { variant: 'off' },
  }),
  flagOf('split', {
    fallthrough: { split: { by: 'targetingKey', salt: 's', of: 100_000, slices: [[0, 100_000, 'on']] } },
  }),
  flagOf('new-kind', { fallthrough: { dice: true } as never }),
]);

describe('an evaluation', () => {
  const turnout = offlineTurnout(ruleset);

  it('gives the value of each of the four types', () => {
    expect(turnout.boolean('on', false)).toBe(true);
    expect(turnout.boolean('off', true)).toBe(false);
    expect(turnout.string('text', '')).toBe('A');
    expect(turnout.number('count', 0)).toBe(3);
    expect(turnout.object('shape', {})).toEqual({ x: [1] });
  });

  it.each([
    ['on', true, { reason: 'STATIC', variant: 'on', value: true }],
    ['off', true, { reason: 'DISABLED', disabledBy: 'off', variant: 'off', value: false }],
    ['coded', true, { reason: 'DEFAULT', value: true }],
    ['coded', 'any type', { reason: 'DEFAULT', value: 'any type' }],
    ['off-coded', 7, { reason: 'DISABLED', disabledBy: 'off', value: 7 }],
    ['text', null, { reason: 'STATIC', value: 'A', variant: 'a' }],
    ['split', false, { reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING', value: false }],
    ['new-kind', true, { reason: 'ERROR', errorCode: 'PARSE_ERROR', value: true }],
    ['nowhere', true, { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', value: true }],
    ['constructor', true, { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', value: true }],
    ['__proto__', true, { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', value: true }],
  ])('of %s with the coded default %s says why', (key, coded, expected) => {
    expect(turnout.evaluate(key, coded, {})).toEqual({ key, metadata: {}, ...expected });
  });

  it('gives the coded default where the types differ, and keeps the code', () => {
    expect(turnout.evaluate('text', true)).toMatchObject({ value: true, errorCode: 'TYPE_MISMATCH', reason: 'ERROR' });
    expect(turnout.boolean('text', true)).toBe(true);
    expect(turnout.boolean('text', false)).toBe(false);
    expect(turnout.string('on', 'coded')).toBe('coded');
    expect(turnout.number('text', 1)).toBe(1);
    expect(turnout.object('count', { a: 1 })).toEqual({ a: 1 });
    expect(turnout.object('text', { a: 1 })).toEqual({ a: 1 });
  });

  it('says each mistake of a program once per flag', () => {
    const { logger, lines } = recordLines();
    const noisy = offlineTurnout(ruleset, { logger, key: 'k', url: 'http://127.0.0.1:1' });
    for (let i = 0; i < 3; i++) {
      noisy.boolean('nowhere', false);
      noisy.boolean('elsewhere', false);
      noisy.boolean('text', false);
      noisy.boolean('new-kind', false);
      noisy.boolean('split', false);
    }
    expect(lines).toEqual([
      'warn turnout: there is no flag nowhere; its coded default is served',
      'warn turnout: there is no flag elsewhere; its coded default is served',
      'warn turnout: the flag text is a string, but a boolean was asked for',
      expect.stringMatching(/^error turnout: the flag new-kind uses what this version/),
    ]);
    return noisy.close();
  });

  it('gives values that nobody can change for others', () => {
    const shape = turnout.object('shape', {}) as { x: number[] };
    expect(() => shape.x.push(2)).toThrow(TypeError);
    expect(turnout.object('shape', {})).toEqual({ x: [1] });
  });
});

describe('contexts', () => {
  it('are laid over each other: the call over `with`, `with` over the options', () => {
    const turnout = offlineTurnout(ruleset, { context: { plan: 'pro' } });
    expect(turnout.boolean('pro', false)).toBe(true);
    expect(turnout.boolean('pro', false, { plan: 'free' })).toBe(false);
    expect(turnout.boolean('pro', false, { other: 1 })).toBe(true);
    const free = turnout.with({ plan: 'free' });
    expect(free.boolean('pro', true)).toBe(false);
    expect(free.with({ plan: 'pro' }).boolean('pro', false)).toBe(true);
    expect(turnout.boolean('pro', false)).toBe(true);
    expect(free.boolean('pro', true, null as never)).toBe(false);
    expect(free.boolean('pro', true, [1] as never)).toBe(false);
  });
});

describe('all flags', () => {
  it('come with their evaluations, without values where a coded default would hold', () => {
    const all = offlineTurnout(ruleset).all({ plan: 'pro' });
    expect(Object.keys(all)).toEqual(Object.keys(ruleset.flags));
    expect(all.pro).toMatchObject({ value: true, reason: 'TARGETING_MATCH', ruleId: 'r' });
    expect(all.coded).not.toHaveProperty('value');
    expect(all.constructor).toBeUndefined();
  });

  it('can be only those that a browser may see', () => {
    const all = offlineTurnout(ruleset, { context: { plan: 'pro' } }).all(undefined, { clientVisibleOnly: true });
    expect(Object.entries(all).map(([key, { value }]) => [key, value])).toEqual([['pro', true]]);
  });
});

describe('a bundled file', () => {
  it('counts its kills, and says where it is from', async () => {
    const bootstrap = { ruleset, overlay: [killOf('on')], settled: [] };
    const turnout = offlineTurnout(ruleset, { bootstrap });
    expect(turnout.evaluate('on', true)).toMatchObject({ value: false, disabledBy: 'killed' });
    expect(turnout.status()).toEqual({ state: 'unauthorized', source: 'file', position: 'x.1', ageMs: null });
    expect(await turnout.ready()).toMatchObject({ source: 'file', error: { code: 'unauthorized' } });
  });

  it.each([null, {}, { ruleset: {} }, ruleset, 'text'])('that is none is ignored, and said: %#', (bootstrap) => {
    const { logger, lines } = recordLines();
    const turnout = offlineTurnout(ruleset, { bootstrap: bootstrap as never, logger });
    expect(turnout.evaluate('on', true).errorCode).toBe('PROVIDER_NOT_READY');
    expect(lines[0]).toMatch(/^warn turnout: bootstrap is ignored/);
  });
});

describe('hooks', () => {
  it('are asked by every typed question, with the merged context', () => {
    const seen: unknown[] = [];
    const hooks = [{ after: (...told: unknown[]) => void seen.push(told) }];
    const turnout = offlineTurnout(ruleset, { hooks, context: { plan: 'pro' } });
    expect(turnout.boolean('pro', false, { targetingKey: 'u' })).toBe(true);
    expect(seen).toEqual([
      [
        { key: 'pro', coded: false, context: { plan: 'pro', targetingKey: 'u' } },
        expect.objectContaining({ value: true, ruleId: 'r' }),
      ],
    ]);
    turnout.string('text', '');
    turnout.all();
    expect(seen).toHaveLength(2);
  });
});
