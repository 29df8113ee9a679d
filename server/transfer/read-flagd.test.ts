import { type Context, compile, evaluate, type JsonValue } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { servedFlag } from '../flags/configuration.ts';
import { rulesetOf } from './flagd-differential.fixture.ts';
import { readFlagd } from './read-flagd.ts';

type Fields = Record<string, JsonValue>;
const plain: Fields = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' };

function read(flags: Record<string, JsonValue>, more: Fields = {}, rename: [string, string][] = []) {
  const incoming = readFlagd({ flags, ...more }, new Map(rename));
  const served = incoming.flags.map(({ key, content, configuration }) =>
    servedFlag({ key, ...content }, { ...configuration, killed: false, run: null }),
  );
  const compiled = compile(rulesetOf(served));
  return {
    ...incoming,
    ask: (key: string, context: Context) => {
      const { variant, reason, errorCode } = evaluate(compiled, key, context);
      return [variant, errorCode ?? reason];
    },
  };
}

/** What one flag with this targeting gives; its reason for being left out, where it is. */
function target(targeting: JsonValue, over: Fields = {}, more: Fields = {}) {
  const { ask, notImported } = read({ f: { ...plain, targeting, ...over } }, more);
  return { left: notImported[0]?.reason, gives: (context: Context) => ask('f', context) };
}
const when = (condition: JsonValue): JsonValue => ({ if: [condition, 'on'] });
const holds = (condition: JsonValue, context: Context) => target(when(condition)).gives(context)[0] === 'on';
const read$ = (path: string): JsonValue => ({ var: path });

describe('a condition of flagd', () => {
  it.each<[string, JsonValue, Context, boolean]>([
    ['null counts as 0 where numbers are compared', { '<': [read$('age'), 18] }, {}, true],
    ['but is above nothing negative only', { '>': [read$('age'), -1] }, {}, true],
    ['and is not at most 0, for it equals nothing but null', { '<=': [read$('age'), 0] }, {}, false],
    ['texts count as the numbers that they write', { '<': [read$('age'), 18] }, { age: '17' }, true],
    ['other texts are no number', { '<': [read$('age'), 18] }, { age: 'young' }, false],
    ['== coerces', { '==': [read$('n'), 5] }, { n: '5' }, true],
    ['=== does not', { '===': [read$('n'), 5] }, { n: '5' }, false],
    ['!= is the opposite, also of what is missing', { '!=': [read$('n'), 5] }, {}, true],
    ['a list equals none of its members', { '==': [read$('country'), 'CH'] }, { country: ['CH'] }, false],
    ['sides may be the other way round', { '>': [18, read$('age')] }, { age: 17 }, true],
    ['three in a row', { '<': [10, read$('age'), 18] }, { age: 18 }, false],
    ['in is membership of a fixed list', { in: [read$('country'), ['CH', 'DE']] }, { country: 'DE' }, true],
    ['and not substring there', { in: [read$('country'), ['CHE']] }, { country: 'CH' }, false],
    ['in looks into a text', { in: ['@x.org', read$('email')] }, { email: 'a@x.org' }, true],
    ['and into a list by whole members', { in: ['a', read$('tags')] }, { tags: ['ab'] }, false],
    ['and finds nothing in what is missing', { in: ['a', read$('tags')] }, {}, false],
    ['a path never meets a literal key', { '==': [read$('user.role'), 'x'] }, { 'user.role': 'x' }, false],
    ['but goes by its dots', { '==': [read$('user.role'), 'x'] }, { user: { role: 'x' } }, true],
    ['a name of the prototype is missing', { '!': [[read$('__proto__')]] }, {}, false],
    ['an attribute alone is its truth', read$('beta'), { beta: 'no' }, true],
    ['0, empty texts and empty lists are not', read$('beta'), { beta: [] }, false],
    ['a stand-in for what is missing', { '==': [{ var: ['plan', 'free'] }, 'free'] }, { plan: null }, true],
    ['the key of the flag is known', { '==': [read$('$flagd.flagKey'), 'f'] }, {}, true],
    ['and gives operands', { and: [{ '==': [read$('a'), 1] }, read$('b')] }, { a: 1, b: 0 }, false],
    ['an empty and is false', { and: [] }, {}, false],
    ['an empty or too', { or: [] }, {}, false],
    ['an if among conditions', { if: [read$('a'), read$('b'), read$('c')] }, { c: 1 }, true],
    ['sem_ver ^ asks for the same first number', { sem_ver: [read$('v'), '^', '1.2.0'] }, { v: '1.0.0' }, true],
    ['sem_ver of no version does not hold', { sem_ver: [read$('v'), '!=', '1.2.0'] }, { v: 'x' }, false],
    ['starts_with of no text does not hold', { starts_with: [read$('v'), '1'] }, { v: 1 }, false],
  ])('%s', (_title, condition, context, expected) => {
    expect(holds(condition, context)).toBe(expected);
  });
});

describe('a rule’s result', () => {
  it.each<[string, JsonValue, Context, (string | undefined)[]]>([
    ['null means the default', { if: [read$('a'), null, 'on'] }, { a: 1 }, ['off', 'TARGETING_MATCH']],
    ['so does no else', { if: [read$('a'), 'on'] }, {}, ['off', 'DEFAULT']],
    ['an explicit else is a match', { if: [read$('a'), 'on', 'off'] }, {}, ['off', 'TARGETING_MATCH']],
    [
      'the first of several that holds',
      { if: [read$('a'), 'on', read$('b'), 'off'] },
      { a: 1, b: 1 },
      ['on', 'TARGETING_MATCH'],
    ],
    ['or gives the operand', { or: [{ if: [read$('a'), 'on'] }, 'off'] }, { a: 1 }, ['on', 'TARGETING_MATCH']],
  ])('%s', (_title, targeting, context, expected) => {
    expect(target(targeting).gives(context)).toEqual(expected);
  });

  it('is “true” or “false” where it is a condition', () => {
    const variants = { true: 'yes', false: 'no' };
    const { gives } = target({ '==': [read$('a'), 1] }, { variants, defaultVariant: 'false' });
    expect([gives({ a: 1 })[0], gives({})[0]]).toEqual(['true', 'false']);
    expect(target({ '==': [read$('a'), 1] }).left).toContain('“true”, which is no variant');
  });

  it('is the app’s own default where null has none', () => {
    const { gives } = target({ if: [read$('a'), 'on'] }, { defaultVariant: null });
    expect([gives({ a: 1 }), gives({})]).toEqual([
      ['on', 'TARGETING_MATCH'],
      [undefined, 'DEFAULT'],
    ]);
  });
});

describe('a fractional', () => {
  const halves: JsonValue[] = [
    ['on', 50],
    ['off', 50],
  ];
  // The buckets of 100 that flagd's own tests name: 62 for jack, 18 for ten, of the flag fractional-flag.
  const ask = (targeting: JsonValue, context: Context, rename: [string, string][] = []) => {
    const flag = { ...plain, variants: { a: 1, b: 2, on: 3, off: 4 }, targeting };
    const { ask: answer } = read({ 'fractional-flag': flag }, {}, rename);
    return answer(rename[0]?.[1] ?? 'fractional-flag', context);
  };

  it('in short hashes flag key and targeting key without anything between', () => {
    expect(ask({ fractional: halves }, { targetingKey: 'jack' })).toEqual(['off', 'SPLIT']);
    expect(ask({ fractional: halves }, { targetingKey: 'ten' })).toEqual(['on', 'SPLIT']);
  });

  it('goes on to hash the key that flagd knew, whatever the flag is called here', () => {
    const jack = ask(
      {
        fractional: [
          ['a', 62],
          ['b', 1],
          ['on', 37],
        ],
      },
      { targetingKey: 'jack' },
      [['fractional-flag', 'g']],
    );
    expect(jack).toEqual(['b', 'SPLIT']);
  });

  it('by an attribute hashes its bare value', () => {
    const by = (...buckets: JsonValue[]) => ({ fractional: [read$('email'), ...buckets] });
    const context = { email: 'jon@company.com' };
    expect(ask(by(['a', 36], ['b', 1], ['on', 63]), context)).toEqual(['b', 'SPLIT']);
    expect(
      ask(
        { fractional: [{ cat: [read$('$flagd.flagKey'), read$('targetingKey')] }, ...halves] },
        { targetingKey: 'ten' },
      ),
    ).toEqual(['on', 'SPLIT']);
  });

  it('gives the default where there is nothing to be hashed, and no error', () => {
    expect(ask({ fractional: halves }, {})).toEqual(['off', 'DEFAULT']);
    expect(ask({ fractional: halves }, { targetingKey: 5 as never })).toEqual(['off', 'DEFAULT']);
    expect(ask({ fractional: [read$('email'), ...halves] }, { email: 5 })).toEqual(['off', 'DEFAULT']);
    expect(ask({ fractional: [read$('email'), ...halves] }, {})).toEqual(['off', 'DEFAULT']);
  });

  it('without its attribute hashes as the short form does, for so flagd does', () => {
    expect(ask({ fractional: [read$('email'), ...halves] }, { targetingKey: 'ten' })).toEqual(['on', 'SPLIT']);
  });

  it('counts a missing weight as 1, and a negative one as 0', () => {
    const { flags } = read({ f: { ...plain, targeting: { fractional: [['on'], ['off', -5], ['off', 3]] } } });
    const split = flags[0]?.configuration.rules[1]?.serve;
    expect(split).toEqual({
      split: {
        by: 'targetingKey',
        salt: 'f',
        of: 4,
        slices: [
          [0, 1, 'on'],
          [1, 4, 'off'],
        ],
        hash: 'flagd',
      },
    });
  });
});

describe('what is listed and not imported', () => {
  const listed = (over: Fields, more: Fields = {}) => read({ f: { ...plain, ...over } }, more).notImported[0]?.reason;

  it.each<[string, Fields, string]>([
    ['a clock', { targeting: when({ '>': [read$('$flagd.timestamp'), 1] }) }, 'asks no clock'],
    ['arithmetic', { targeting: when({ '>': [{ '+': [read$('a'), 1] }, 1] }) }, 'computes a value'],
    ['two attributes', { targeting: when({ '==': [read$('a'), read$('b')] }) }, 'two attributes'],
    ['an attribute looked for in a text', { targeting: when({ in: [read$('a'), 'abc'] }) }, 'flagd fails'],
    ['an unknown result', { targeting: { if: [true, 'blue'] } }, 'no variant of it'],
    ['a result out of the context', { targeting: { if: [true, read$('a')] } }, 'computes'],
    [
      'a computed bucket',
      {
        targeting: {
          fractional: [
            [read$('a'), 1],
            ['on', 1],
          ],
        },
      },
      'computed',
    ],
    [
      'a broken weight',
      {
        targeting: {
          fractional: [
            ['on', 0.5],
            ['off', 1],
          ],
        },
      },
      'no whole number',
    ],
    [
      'no weight at all',
      {
        targeting: {
          fractional: [
            ['on', 0],
            ['off', 0],
          ],
        },
      },
      'disagree',
    ],
    [
      'too many weights',
      {
        targeting: {
          fractional: [
            ['on', 2 ** 31 - 1],
            ['off', 1],
          ],
        },
      },
      'sum to more',
    ],
    ['several operations', { targeting: { if: [], or: [] } }, 'several operations'],
    ['a negated list', { targeting: when({ '!': read$('a') }) }, 'write ["…"] around it'],
    ['a targeting that is no object', { targeting: 'on' }, 'no object'],
    ['a default that is no variant', { defaultVariant: 'blue' }, 'takes no document'],
    ['variants of two types', { variants: { on: true, off: 0 } }, 'true or false'],
    ['a variant that is a list', { variants: { on: [1] } }, 'JSON object'],
    ['no variants', { variants: {} }, 'at least one variant'],
    ['a state of its own', { state: 'PAUSED' }, 'neither ENABLED nor DISABLED'],
    ['metadata with depth', { metadata: { a: { b: 1 } } }, 'no text, number or truth value'],
    ['an evaluator that is not there', { targeting: when({ $ref: 'gone' }) }, 'no evaluator'],
  ])('%s', (_title, over, reason) => {
    expect(listed(over)).toContain(reason);
  });

  it('a key that is none here, unless it is renamed', () => {
    const { notImported, flags } = read({ 'a/b': plain, '-x': plain, ok: plain }, {}, [['a/b', 'a-b']]);
    expect(flags.map(({ key }) => key)).toEqual(['a-b', 'ok']);
    expect(notImported).toEqual([{ flag: '-x', reason: expect.stringContaining('rename it') }]);
  });

  it('two flags that would have one key', () => {
    expect(read({ a: plain, b: plain }, {}, [['b', 'a']]).notImported).toEqual([
      { flag: 'b', reason: 'another flag of the document is to be called a' },
    ]);
  });
});

describe('a document', () => {
  it('has evaluators in the places of their names, and none within another', () => {
    const $evaluators = { staff: { '==': [read$('a'), 1] }, both: { and: [{ $ref: 'staff' }] } };
    const { gives } = target(when({ $ref: 'staff' }), {}, { $evaluators });
    expect([gives({ a: 1 })[0], gives({})[0]]).toEqual(['on', 'off']);
    expect(target(when({ $ref: 'both' }), {}, { $evaluators }).left).toContain('no evaluator “both”');
  });

  it('has metadata for all of its flags, which a flag may alter', () => {
    const { flags } = read({ f: { ...plain, metadata: { b: 2 } } }, { metadata: { a: 1, b: 1 } });
    expect(flags[0]?.content.metadata).toEqual({ a: 1, b: 2 });
  });

  it('gives no value of a disabled flag, and none of one without a default', () => {
    const { ask, flags } = read({ a: { ...plain, state: 'DISABLED' }, b: { ...plain, defaultVariant: '' }, c: plain });
    expect(ask('a', {})).toEqual([undefined, 'DISABLED']);
    expect(ask('b', {})).toEqual([undefined, 'DEFAULT']);
    expect(flags.map(({ configuration }) => configuration.offVariant)).toEqual([null, 'off', 'off']);
  });

  it('says what of it means nothing here', () => {
    const { notes } = read({ f: { ...plain, owner: 'x' } }, { version: 2 });
    expect(notes).toEqual([
      { flag: '', note: '“version” of the document means nothing here' },
      { flag: 'f', note: '“owner” means nothing here' },
    ]);
  });

  it('may be anything at all', () => {
    for (const document of [null, 1, 'x', [], {}, { flags: [] }, { flags: { f: null } }] as JsonValue[]) {
      expect(readFlagd(document).flags).toEqual([]);
    }
    expect(
      readFlagd(JSON.parse('{"flags":{"__proto__":{},"constructor":{"state":"ENABLED","variants":{"__proto__":1}}}}'))
        .notImported,
    ).toHaveLength(2);
  });

  it('costs no more than its limits allow, however deep it is and however often it names an evaluator', () => {
    const long = { or: Array.from({ length: 5_000 }, () => read$('a')) };
    const often = when({ or: Array.from({ length: 5_000 }, () => ({ $ref: 'long' })) });
    let deep: JsonValue = true;
    for (let i = 0; i < 100_000; i++) deep = { '!': [deep] };
    let branches: JsonValue = 'on';
    for (let i = 0; i < 20; i++) branches = { or: [{ if: [read$('a'), null] }, branches] };
    const flags = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`f${at}`, { ...plain, targeting: often }]),
    );
    const { notImported } = readFlagd({
      flags: {
        ...flags,
        deep: { ...plain, targeting: when(deep) },
        wide: { ...plain, targeting: { or: [branches, branches] } },
      },
      $evaluators: { long },
    });
    expect(notImported).toHaveLength(502);
    expect(new Set(notImported.map(({ reason }) => reason))).toEqual(
      new Set([
        'its targeting is too long when it is written out',
        'the document is too long when it is written out: import it in parts',
        'it is nested too deeply',
      ]),
    );
  });
});
