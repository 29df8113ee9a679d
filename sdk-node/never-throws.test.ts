import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { flagOf, rulesetOf } from './house-server.fixture.ts';
import { Turnout } from './index.ts';
import { offlineTurnout } from './offline.fixture.ts';

const explode = () => {
  throw new Error('a getter of the app');
};
const cyclic: Record<string, unknown> = { plan: 'pro' };
cyclic.self = cyclic;
cyclic.list = [cyclic];
let deep: unknown = 'bottom';
for (let i = 0; i < 10_000; i++) deep = { a: deep };

const hostile = new Proxy({}, { get: explode, has: explode, ownKeys: explode, getOwnPropertyDescriptor: explode });
const spiteful = { toString: explode, valueOf: explode, [Symbol.toPrimitive]: explode };
const getter = Object.defineProperty({}, 'plan', { enumerable: true, get: explode });

const EXOTIC: Record<string, unknown> = {
  cyclic,
  deep,
  hostile,
  spiteful,
  getter,
  explode,
  symbol: Symbol('s'),
  bigint: 10n,
  map: new Map(),
  array: [cyclic],
};

/** A value behind a function: the generator must not look at it either. */
function boxed(name: string, value: unknown): () => unknown {
  return Object.assign(() => value, { [fc.toStringMethod]: () => name });
}

/** Whatever a program in JavaScript may hand over. */
const anything: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    .map((value) => boxed(fc.stringify(value), value)),
  fc.constantFrom(...Object.keys(EXOTIC)).map((name) => boxed(name, EXOTIC[name])),
);

const test = (attribute: string) => ({ attribute, op: 'equals' as const, values: ['pro'] });
const flags = [
  flagOf('on'),
  flagOf('coded', { fallthrough: { coded: true } }),
  flagOf('ruled', { rules: [{ id: 'r', if: { not: test('plan') }, serve: { variant: 'off' } }] }),
  flagOf('pathed', { rules: [{ id: 'r', if: test('a.a.a'), serve: { variant: 'off' } }] }),
  flagOf('split', {
    fallthrough: { split: { by: 'plan', salt: 's', of: 100, slices: [[0, 100, 'on']] } },
  }),
  flagOf('limited', { maxStalenessMs: 1, whenStale: 'off' }),
];
const known = fc.constantFrom(...flags.map(({ key }) => key), 'nowhere', '__proto__').map((key) => boxed(key, key));
const keys: fc.Arbitrary<() => unknown> = fc.oneof(known, anything);

const failing = { before: explode, after: explode, error: explode, finally: explode };
const none = offlineTurnout(null as never);
const bare = offlineTurnout(rulesetOf(flags));
const limitless = offlineTurnout(rulesetOf(flags.slice(0, -1)));
const hooked = offlineTurnout(rulesetOf(flags), { hooks: [failing], context: { plan: 'pro' } });
const logged = offlineTurnout(rulesetOf(flags), { logger: { info: explode, warn: explode, error: explode } });

describe('no question throws', () => {
  it('whatever key, default and context it is asked with, with or without a ruleset', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(none, bare, limitless, hooked, logged),
        fc.constantFrom('boolean' as const, 'string' as const, 'number' as const, 'object' as const),
        keys,
        anything,
        anything,
        (client, type, giveKey, giveCoded, giveContext) => {
          const [coded, context] = [giveCoded(), giveContext()];
          const asked = [giveKey(), coded, context] as never as [string, never, never];
          const scoped = client.with(context as never);
          for (const one of [client, scoped]) {
            const value: unknown = one[type](...asked);
            // The right type, or the very default.
            expect(Object.is(value, coded) || typeof value === type).toBe(true);
            const evaluation = one.evaluate(...asked);
            expect(evaluation).toHaveProperty('reason');
            expect(evaluation.errorCode === undefined || Object.is(evaluation.value, coded)).toBe(true);
            expect(typeof one.all(context as never)).toBe('object');
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('whatever the options are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ url: anything, key: anything, context: anything, bootstrap: anything, hooks: anything }),
        async (options) => {
          const url = options.url();
          const given = {
            url: typeof url === 'string' ? '' : url,
            key: options.key(),
            context: options.context(),
            bootstrap: options.bootstrap(),
            hooks: options.hooks(),
            logger: false,
          };
          const client = new Turnout(given as never);
          expect(client.boolean('on', true)).toBe(true);
          expect((await client.ready({ timeoutMs: 0 })).source).toBe('defaults');
          await client.close();
        },
      ),
      { numRuns: 100 },
    );
    vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const nothing of [undefined, null, 7, 'text'])
      expect(new Turnout(nothing as never).boolean('a', true)).toBe(true);
  });
});
