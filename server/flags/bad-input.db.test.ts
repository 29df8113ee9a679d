import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../database/test-database.ts';
import { type Authoring, faultsOf, inCountry, openAuthoring } from './authoring.fixture.ts';

const THEME = '/environments/staging/flags/theme';
const rule = (over: object) => ({ rules: [{ id: 'r', if: inCountry('CH'), serve: { variant: 'dark' }, ...over }] });
const split = (weights: object, over: object = {}) => ({ fallthrough: { split: { weights, ...over } } });
const needs = (flag: string, ...variants: string[]) => ({ prerequisites: [{ flag, variants }] });

function nested(depth: number): object {
  return depth === 0 ? { attribute: 'x', op: 'exists', values: [] } : { not: nested(depth - 1) };
}

/** What a flag in an environment may not be: the body of a PATCH, and where it points. */
const CONFIGURATIONS: [string, unknown, string[]][] = [
  [
    'an unknown variant in the fallthrough',
    { fallthrough: { variant: 'blue' } },
    ['/fallthrough/variant unknown_variant'],
  ],
  ['an unknown variant as offVariant', { offVariant: 'blue' }, ['/offVariant unknown_variant']],
  ['a variant that every object has', { offVariant: 'constructor' }, ['/offVariant unknown_variant']],
  ['an unknown variant in a rule', rule({ serve: { variant: 'blue' } }), ['/rules/0/serve/variant unknown_variant']],
  [
    'an unknown variant in a split',
    split({ blue: 50_000, dark: 50_000 }),
    ['/fallthrough/split/weights/blue unknown_variant'],
  ],
  ['weights that do not sum', split({ dark: 50, light: 40 }), ['/fallthrough/split/weights wrong_sum']],
  [
    'weights that do not sum to their own total',
    split({ dark: 2 }, { of: 3 }),
    ['/fallthrough/split/weights wrong_sum'],
  ],
  ['a split without weights', { fallthrough: { split: {} } }, ['/fallthrough/split/weights wrong_sum']],
  ['a negative weight', split({ dark: -1, light: 100_001 }), ['/fallthrough/split/weights/dark too_small']],
  [
    'half a weight',
    split({ dark: 0.5, light: 99_999.5 }),
    ['/fallthrough/split/weights/dark invalid_type', '/fallthrough/split/weights/light invalid_type'],
  ],
  [
    'more buckets than can be drawn exactly',
    split({ dark: 2 ** 21 }, { of: 2 ** 21 }),
    ['/fallthrough/split/of out_of_range'],
  ],
  ['two kinds of serve', { fallthrough: { variant: 'dark', coded: true } }, ['/fallthrough custom']],
  ['no kind of serve', { fallthrough: {} }, ['/fallthrough custom']],
  ['a state that is neither on nor off', { state: 'killed' }, ['/state invalid_value']],
  ['killed', { killed: false }, ['/killed unrecognized_keys']],
  ['an unknown field', { rollout: 3 }, ['/rollout unrecognized_keys']],
  ['a shed level of 4', { shedAt: 4 }, ['/shedAt invalid_union']],
  ['a negative age', { maxStalenessMs: -1 }, ['/maxStalenessMs too_small']],
  ['a rule without a condition', { rules: [{ serve: { variant: 'dark' } }] }, ['/rules/0/if custom']],
  ['an empty condition', rule({ if: {} }), ['/rules/0/if unknown_kind']],
  [
    'an unknown operator',
    rule({ if: { attribute: 'a', op: 'like', values: ['b'] } }),
    ['/rules/0/if/op unknown_operator'],
  ],
  [
    'a pattern that RE2 refuses',
    rule({ if: { all: [{ attribute: 'a', op: 'matches', values: ['ok', '(a)\\1'] }] } }),
    ['/rules/0/if/all/0/values/1 malformed_value'],
  ],
  [
    'a test without values',
    rule({ if: { attribute: 'a', op: 'equals', values: [] } }),
    ['/rules/0/if/values malformed_value'],
  ],
  ['an unknown segment', rule({ if: { not: { segment: 'vip' } } }), ['/rules/0/if/not/segment unknown_segment']],
  ['a rule called fallthrough', rule({ id: 'fallthrough' }), ['/rules/0/id custom']],
  ['a rule with a bad id', rule({ id: '../x' }), ['/rules/0/id custom']],
  ['two rules with one id', { rules: [rule({}).rules[0], rule({}).rules[0]] }, ['/rules/1/id duplicate']],
  ['a prerequisite that is not there', needs('nothing', 'on'), ['/prerequisites/0/flag unknown_flag']],
  ['a prerequisite that is archived', needs('gone', 'on'), ['/prerequisites/0/flag unknown_flag']],
  [
    'a prerequisite on a variant that is not there',
    needs('base', 'on', 'maybe'),
    ['/prerequisites/0/variants/1 unknown_variant'],
  ],
  ['a prerequisite without variants', needs('base'), ['/prerequisites/0/variants too_small']],
  ['a prerequisite on itself', needs('theme', 'dark'), ['/prerequisites/0/flag cycle']],
  [
    'the same prerequisite twice',
    { prerequisites: [...needs('base', 'on').prerequisites, ...needs('base', 'off').prerequisites] },
    ['/prerequisites/1/flag duplicate'],
  ],
  ['nesting deeper than can be evaluated', rule({ if: nested(40) }), []],
  [
    '__proto__ as a variant',
    '{"fallthrough":{"split":{"weights":{"__proto__":100000}}}}',
    ['/fallthrough/split/weights/__proto__ forbidden_name'],
  ],
  [
    'a number that JSON cannot write',
    '{"rules":[{"if":{"attribute":"a","op":"lt","values":[1e999]},"serve":{"variant":"dark"}}]}',
    ['/rules/0/if/values/0 malformed_value'],
  ],
  [
    'half of a surrogate pair',
    '{"rules":[{"if":{"attribute":"a","op":"equals","values":["\\ud800"]},"serve":{"variant":"dark"}}]}',
    ['/rules/0/if/values/0 not_text'],
  ],
  [
    'more than 256 KiB',
    { rules: Array.from({ length: 300 }, (_, i) => rule({ id: `r${i}`, if: inCountry('x'.repeat(1_000)) }).rules[0]) },
    ['/ too_large'],
  ],
  ['a list', [], ['/ invalid_type']],
];

/** What a new flag may not be. */
const FLAGS: [string, unknown, string[]][] = [
  ['a key that climbs', { key: '..', type: 'boolean' }, ['/key custom']],
  ['a key that is an option', { key: '--yes', type: 'boolean' }, ['/key custom']],
  ['a key with a slash', { key: 'a/b', type: 'boolean' }, ['/key custom']],
  ['a key that is __proto__', { key: '__proto__', type: 'boolean' }, ['/key custom']],
  ['a key that is too long', { key: 'x'.repeat(129), type: 'boolean' }, ['/key custom']],
  ['no key', { type: 'boolean' }, ['/key invalid_type']],
  ['an unknown type', { key: 'x', type: 'json' }, ['/type invalid_value']],
  ['no variants', { key: 'x', type: 'string' }, ['/variants required']],
  ['an empty set of variants', { key: 'x', type: 'string', variants: {} }, ['/variants too_small']],
  [
    '33 variants',
    { key: 'x', type: 'number', variants: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`v${i}`, i])) },
    ['/variants too_many'],
  ],
  [
    'a string in a boolean',
    { key: 'x', type: 'boolean', variants: { on: 'true', off: false } },
    ['/variants/on wrong_type'],
  ],
  ['null in an object', { key: 'x', type: 'object', variants: { 'a/b': null } }, ['/variants/a~1b wrong_type']],
  ['an array in an object', { key: 'x', type: 'object', variants: { a: [] } }, ['/variants/a wrong_type']],
  ['infinity', '{"key":"x","type":"number","variants":{"a":1e999}}', ['/variants/a wrong_type']],
  ['infinity inside', '{"key":"x","type":"object","variants":{"a":{"b":[1e999]}}}', ['/variants/a/b/0 out_of_range']],
  ['a nameless variant', { key: 'x', type: 'number', variants: { '': 1 } }, ['/variants/ invalid_key']],
  ['metadata that is no scalar', { key: 'x', type: 'boolean', metadata: { a: {} } }, ['/metadata/a invalid_union']],
  ['the same tag twice', { key: 'x', type: 'boolean', tags: ['a', 'a'] }, ['/tags custom']],
  [
    'an environment that is not there',
    { key: 'x', type: 'boolean', environments: { moon: {} } },
    ['/environments/moon unknown_environment'],
  ],
  [
    'a fault in an environment',
    { key: 'x', type: 'boolean', environments: { staging: { offVariant: 'no' }, production: split({ on: 3 }) } },
    [
      '/environments/staging/offVariant unknown_variant',
      '/environments/production/fallthrough/split/weights wrong_sum',
    ],
  ],
  [
    'itself as prerequisite',
    { key: 'x', type: 'boolean', environments: { staging: needs('x', 'on') } },
    ['/environments/staging/prerequisites/0/flag cycle'],
  ],
  [
    'more than 256 KiB',
    { key: 'x', type: 'string', variants: { a: 'x'.repeat(270_000) } },
    ['/environments/staging too_large', '/environments/production too_large'],
  ],
];

describe.each(databaseKinds)('bad input on %s', (kind) => {
  let shop: Authoring;
  beforeAll(async () => {
    shop = await openAuthoring(kind);
    await shop.call('POST', '/flags', { key: 'base', type: 'boolean' });
    await shop.call('POST', '/flags', { key: 'gone', type: 'boolean' });
    await shop.call('POST', '/flags/gone/archive');
    await shop.call('POST', '/flags', { key: 'theme', type: 'string', variants: { light: 'white', dark: 'black' } });
  }, 180_000);
  afterAll(() => shop?.database.close());

  /** The fault is named, what would be right is said, and nothing moved. */
  async function refuses(method: string, path: string, body: unknown, faults: string[]): Promise<void> {
    const before = [await shop.positions(), await shop.ruleset()];
    const refused = await shop.call(method, path, body);
    expect([refused.body.code, faultsOf(refused)]).toEqual([faults.length > 0 ? 'invalid' : 'too_deep', faults]);
    expect(refused.status).toBe(faults.length > 0 ? 422 : 400);
    for (const { expected } of refused.body.errors ?? []) expect(expected.length).toBeGreaterThan(3);
    expect([await shop.positions(), await shop.ruleset()]).toEqual(before);
  }

  it.each(CONFIGURATIONS)('a flag in an environment refuses %s', async (_title, body, faults) => {
    await refuses('PATCH', THEME, body, faults);
  });

  it.each(FLAGS)('a new flag refuses %s', async (_title, body, faults) => {
    await refuses('POST', '/flags', body, faults);
  });

  it('serve refuses an unknown variant, and PUT what it needs and lacks', async () => {
    await refuses('POST', `${THEME}/serve`, { variant: 'blue' }, ['/variant unknown_variant']);
    await refuses('POST', `${THEME}/serve`, {}, ['/variant invalid_type']);
    const put = await shop.call('PUT', THEME, {}, { headers: { 'if-match': '*' } });
    expect(faultsOf(put)).toEqual(['/state invalid_value', '/offVariant invalid_type', '/fallthrough invalid_type']);
  });

  it('a value of the wrong type is refused in an edit as in a new flag', async () => {
    await refuses('PATCH', '/flags/theme', { variants: { dark: 3 } }, ['/variants/dark wrong_type']);
    await refuses('PATCH', '/flags/theme', { type: 'number' }, [
      '/variants/light wrong_type',
      '/variants/dark wrong_type',
    ]);
    await refuses('PATCH', '/flags/theme', { archived: true }, ['/archived unrecognized_keys']);
  });

  it('a circle of several flags is refused and named', async () => {
    for (const key of ['one', 'two', 'three']) await shop.call('POST', '/flags', { key, type: 'boolean' });
    const need = (key: string, other: string) =>
      shop.call('PATCH', `/environments/staging/flags/${key}`, needs(other, 'on'));
    expect((await need('one', 'two')).status).toBe(200);
    expect((await need('two', 'three')).status).toBe(200);
    const circle = await need('three', 'one');
    expect(faultsOf(circle)).toEqual(['/prerequisites/0/flag cycle']);
    expect(circle.body.errors[0].expected).toContain('three → one → two → three');
    expect((await shop.call('PATCH', '/environments/production/flags/three', needs('one', 'on'))).status).toBe(200);
  });

  it('two halves of a circle that are saved at the same moment do not both get in', async () => {
    for (const key of ['left', 'right']) await shop.call('POST', '/flags', { key, type: 'boolean' });
    const both = await Promise.all([
      shop.call('PATCH', '/environments/staging/flags/left', needs('right', 'on')),
      shop.call('PATCH', '/environments/staging/flags/right', needs('left', 'on')),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('a chain of prerequisites that no evaluator follows is refused, wherever its last link is put in', async () => {
    const link = (at: number, to: number) =>
      shop.call('PATCH', `/environments/staging/flags/link-${at}`, needs(`link-${to}`, 'on'));
    for (let i = 0; i < 33; i++) await shop.call('POST', '/flags', { key: `link-${i}`, type: 'boolean' });
    for (let i = 0; i < 32; i++) if (i !== 15) expect((await link(i, i + 1)).status).toBe(200);
    const before = await shop.positions();
    const refused = await link(15, 16);
    expect([refused.status, ...faultsOf(refused)]).toEqual([422, '/prerequisites tangled']);
    expect(refused.body.errors[0].expected).toMatch(/at most 32 prerequisites.*flag link-0/);
    expect(await shop.positions()).toEqual(before);
    expect((await link(15, 17)).status).toBe(200);
  });

  it('conditions that take an evaluation longer than a node can wait are refused, though they name nothing', async () => {
    await shop.call('POST', '/flags', { key: 'slow', type: 'boolean' });
    const before = await shop.positions();
    const tests: object[] = [
      { attribute: 'a', op: 'contains', values: Array.from({ length: 18_000 }, (_, i) => `part-${i}`) },
      { any: Array.from({ length: 100 }, () => ({ attribute: 'a', op: 'matches', values: ['\\pL{240}'] })) },
    ];
    for (const condition of tests) {
      const rules = [{ if: condition, serve: { variant: 'on' } }];
      const refused = await shop.call('PATCH', '/environments/staging/flags/slow', { rules });
      expect([refused.status, ...faultsOf(refused)]).toEqual([422, '/rules tangled']);
    }
    expect(await shop.positions()).toEqual(before);
  });

  it('a body that is no JSON, compressed, too deep or too large is refused before it is read', async () => {
    const codes: [unknown, Record<string, string>, number, string][] = [
      ['{', {}, 400, 'bad_json'],
      ['['.repeat(1_000), {}, 400, 'too_deep'],
      ['{}', { 'content-encoding': 'gzip' }, 415, 'bad_media_type'],
      ['{}', { 'content-type': 'text/plain' }, 415, 'bad_media_type'],
      [{ reason: 'x'.repeat(1_100_000) }, {}, 413, 'too_large'],
    ];
    for (const [body, headers, status, code] of codes) {
      const refused = await shop.call('PATCH', THEME, body, { headers });
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
  });
});
