import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FlagType, JsonValue } from '@turnout/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFlagFile } from './read-flag-file.ts';
import { type TypedFlag, type TypesFor, writeFlagTypes } from './write-flag-types.ts';

const HOUSE = fileURLToPath(new URL('../..', import.meta.url));

function flag(key: string, variants: Record<string, JsonValue>, more: Partial<TypedFlag> = {}): TypedFlag {
  const [value = null] = Object.values(variants);
  return { key, type: typeof value as FlagType, variants, ...more };
}

/** The line of the type of a flag with these variants. */
function typeOf(variants: Record<string, JsonValue>): string {
  return /^ {2}f: (.*);$/m.exec(writeFlagTypes([flag('f', variants)], 'a test'))?.[1] ?? '';
}

describe('the types of flags', () => {
  it('are written by key, with what each is about and its coded default', () => {
    const text = writeFlagTypes(
      [
        flag('new-cart', { on: true, off: false }, { about: 'New cart: the cart with fewer steps' }),
        flag('hero', { loud: 'loud', calm: "it's calm" }, { offVariant: 'loud' }),
        flag('old', { many: 40, few: 4 }, { archived: true, about: 'Seats' }),
      ],
      'the project shop',
    );
    expect(text).toBe(`// Made by \`turnout codegen\` from the project shop. Make it again rather than editing it.

/** The flags and what their values are: \`new Turnout<Flags>(…)\`. */
export type Flags = {
  hero: 'it\\'s calm' | 'loud';
  /** New cart: the cart with fewer steps */
  'new-cart': boolean;
  /** @deprecated The flag is archived and answers no more. Seats */
  old: number;
};

/** What holds while there is no answer: \`turnout.boolean(key, coded[key])\`. */
export const coded: Flags = {
  hero: 'loud',
  'new-cart': false,
  old: 4,
};
`);
  });

  it('say for whom they are, and take what they need from there', () => {
    const flags = [flag('new-cart', { on: true }), flag('search', { a: { size: null }, b: { size: [1, 'x'] } })];
    const written = (client: TypesFor) => writeFlagTypes(flags, 'a test', client);
    expect(written('browser')).toContain("import type { JsonValue } from '@turnout/sdk-browser';\n");
    expect(written('browser')).toMatch(/^\/\/ Made by `turnout codegen --for browser` from a test\. .*\nimport/);
    const [, ...same] = written('browser').split('\n');
    expect(written('react')).toContain(same.join('\n'));
    for (const client of ['openfeature', 'openfeature-web'] as const) {
      expect(written(client)).toContain("import type { JsonValue } from '@openfeature/core';\n");
      expect(written(client)).toContain('`client.getBooleanValue(key, coded[key])`');
      expect(written(client)).toMatch(/KeysOf<object>;\n}\n$/);
    }
  });

  it.each<[Record<string, JsonValue>, string]>([
    [{ a: { size: 1 }, b: { size: 2 } }, '{ size: number }'],
    [{ a: { size: 1 }, b: { size: 2, tag: 'x' } }, '{ size: number } | { size: number; tag: string }'],
    [{ a: { size: 1 }, b: { size: 'large' } }, '{ size: JsonValue }'],
    [{ a: { tag: null }, b: { tag: 'x' } }, '{ tag: string | null }'],
    [{ a: { tags: ['x'] }, b: { tags: [] } }, '{ tags: string[] }'],
    [{ a: { tags: [] } }, '{ tags: JsonValue[] }'],
    [{ a: { tags: ['x', null] } }, '{ tags: (string | null)[] }'],
    [{ a: { tags: ['x', 1] } }, '{ tags: JsonValue[] }'],
    [{ a: {}, b: { x: { y: true } } }, 'Record<string, never> | { x: { y: boolean } }'],
    [{ a: { 'a-b': 1, __proto: 2 } }, "{ __proto: number; 'a-b': number }"],
    [{ a: 'x'.repeat(101), b: 'y' }, 'string'],
    [{ a: 'y', b: 'x', c: 'y' }, "'x' | 'y'"],
  ])('of variants %j are %s', (variants, type) => {
    expect(typeOf(variants)).toBe(type);
  });

  it('of objects with more than eight shapes are those of a dictionary', () => {
    const variants = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`v${n}`, { [`k${n}`]: n }]));
    expect(typeOf(variants)).toBe('{ [key: string]: JsonValue }');
  });

  it('are the same bytes in whatever order flags and variants come', () => {
    const reversed = (record: Record<string, JsonValue>) => Object.fromEntries(Object.entries(record).reverse());
    fc.assert(
      fc.property(flagsArbitrary, (flags) => {
        const other = [...flags].reverse().map((one) => ({ ...one, variants: reversed(one.variants) }));
        expect(writeFlagTypes(other, 'a test')).toBe(writeFlagTypes(flags, 'a test'));
      }),
      { numRuns: 50 },
    );
  });

  it('cannot be broken by what somebody wrote about a flag', () => {
    const about = `ends */ export const x = 1; /*\n * @deprecated\u2028new line \ud800${'😀'.repeat(200)}`;
    const text = writeFlagTypes(
      [flag('f', { on: true }, { about }), flag('g', { on: true }, { about: '@see x' })],
      'a\nb',
    );
    expect(Buffer.from(text).toString()).toBe(text);
    expect(text.split(/[\n\u2028]/).filter((line) => /^\s*(export|\*)/.test(line))).toHaveLength(2);
    expect(text).toContain('  /** see x */\n');
    expect(text).toMatch(/^\/\/ Made by `turnout codegen` from a b\. /);
  });
});

const valuesOf: Record<FlagType, fc.Arbitrary<JsonValue>> = {
  boolean: fc.boolean(),
  string: fc.string({ unit: 'binary' }),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  object: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue() as fc.Arbitrary<JsonValue>),
};
const keyArbitrary = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('__proto__', 'constructor', 'class', 'a-b', '1', "it's", '*/', '\\'),
);
const flagArbitrary: fc.Arbitrary<TypedFlag> = fc
  .tuple(keyArbitrary, fc.constantFrom<FlagType>('boolean', 'string', 'number', 'object'))
  .chain(([key, type]) =>
    fc.record({
      key: fc.constant(key),
      type: fc.constant(type),
      variants: fc.dictionary(fc.string({ minLength: 1 }), valuesOf[type], {
        minKeys: 1,
        maxKeys: 4,
        noNullPrototype: true,
      }),
      about: fc.string({ unit: 'binary' }),
      archived: fc.boolean(),
    }),
  );
const flagsArbitrary = fc.uniqueArray(flagArbitrary, { selector: ({ key }) => key, maxLength: 40 });

/** What an app would write with the file, and what must not compile. */
const ASKS_TURNOUT = `
export const isNew: boolean = turnout.boolean('new-cart', coded['new-cart']);
export const hero: 'calm' | 'loud' = turnout.string('hero', coded.hero);
export const seats: number = turnout.number('seats', coded.seats);
export const size: number = turnout.object('search', coded.search).size;
// @ts-expect-error there is no such flag
turnout.boolean('new-crat', false);
// @ts-expect-error hero is no boolean
turnout.boolean('hero', false);
// @ts-expect-error hero is never blue
turnout.string('hero', 'blue');
`;
const ON_NODE = `
import { Turnout } from '@turnout/sdk-node';
import { testTurnout } from '@turnout/sdk-node/testing';
import { coded, type Flags } from './node.ts';
const turnout: Turnout<Flags> = new Turnout<Flags>({ url: '', key: '', logger: false });
export const held = testTurnout<Flags>({ hero: 'loud' });
${ASKS_TURNOUT}`;
const IN_A_PAGE = `
import { Turnout } from '@turnout/sdk-browser';
import { coded, type Flags } from './browser.ts';
const turnout: Turnout<Flags> = new Turnout<Flags>({ url: '', key: '', logger: false });
turnout.watch('hero', coded.hero, ({ variant }) => variant === 'calm');
${ASKS_TURNOUT}`;
const BY_HOOKS = `
import { useFlag, useFlagDetails } from '@turnout/sdk-browser/react';
import { coded } from './react.ts';
export const isNew = (): boolean => useFlag('new-cart', coded['new-cart']);
export const hero = (): 'calm' | 'loud' => useFlag('hero', 'calm');
export const size = (): number => useFlag('search', coded.search).size;
// @ts-expect-error there is no such flag
export const crat = () => useFlag('new-crat', false);
// @ts-expect-error hero is no boolean
export const is = () => useFlagDetails('hero', false);
`;
const BY_OPENFEATURE = `
import { useFlag, useBooleanFlagValue, useStringFlagDetails } from '@openfeature/react-sdk';
import { OpenFeature as OnServers } from '@openfeature/server-sdk';
import { OpenFeature } from '@openfeature/web-sdk';
import { coded } from './openfeature.ts';
const client = OpenFeature.getClient();
const onServer = OnServers.getClient();
export const isNew: boolean = client.getBooleanValue('new-cart', coded['new-cart']);
export const hero: string = client.getStringValue('hero', coded.hero);
export const seats: number = client.getNumberDetails('seats', coded.seats).value;
export const size: number = client.getObjectValue<typeof coded.search>('search', coded.search).size;
export const later: Promise<boolean> = onServer.getBooleanValue('new-cart', coded['new-cart'], { targetingKey: 'u' });
export const hooks = () => [useFlag('new-cart', false).value, useFlag('hero', coded.hero), useBooleanFlagValue('new-cart', true)];
// @ts-expect-error there is no such flag
client.getBooleanValue('new-crat', false);
// @ts-expect-error hero is no boolean
client.getBooleanValue('hero', false);
// @ts-expect-error a boolean has a boolean default
client.getBooleanDetails('new-cart', 'no');
// @ts-expect-error there is no such flag
onServer.getStringValue('zero', 'calm');
// @ts-expect-error seats is no string
onServer.getStringDetails('seats', '4', {});
// @ts-expect-error there is no such flag
export const crat = () => useFlag('new-crat', false);
// @ts-expect-error hero is no number
export const four = () => useFlag('hero', 4);
// @ts-expect-error hero is no boolean
export const is = () => useBooleanFlagValue('hero', false);
// @ts-expect-error seats is no string
export const text = () => useStringFlagDetails('seats', '');
`;

describe('the file that is written', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-codegen-'));
    const packages = join(folder, 'node_modules');
    mkdirSync(join(packages, '@turnout'), { recursive: true });
    for (const room of ['sdk-node', 'sdk-browser']) symlinkSync(join(HOUSE, room), join(packages, '@turnout', room));
    symlinkSync(join(HOUSE, 'node_modules/@openfeature'), join(packages, '@openfeature'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compile = (...files: string[]) => {
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
    const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck'];
    const module = ['--module', 'nodenext', '--target', 'es2022', '--rewriteRelativeImportExtensions'];
    const place = [
      '--customConditions',
      'turnout-src',
      '--types',
      'node',
      '--typeRoots',
      join(HOUSE, 'node_modules/@types'),
    ];
    const args = [tsc, ...files, ...strict, ...module, ...place, '--outDir', join(folder, 'out')];
    try {
      execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
      return '';
    } catch (error) {
      return String((error as { stdout?: string }).stdout);
    }
  };

  it('compiles against each client, which then knows keys and values, and refuses what is none', () => {
    const flags = [
      flag('new-cart', { on: true, off: false }),
      flag('hero', { calm: 'calm', loud: 'loud' }),
      flag('seats', { few: 4 }),
      flag('search', { small: { size: 10, facets: [] }, large: { size: 50, facets: ['price'] } }),
    ];
    writeFileSync(join(folder, 'node.ts'), writeFlagTypes(flags, 'a test'));
    writeFileSync(join(folder, 'browser.ts'), writeFlagTypes(flags, 'a test', 'browser'));
    writeFileSync(join(folder, 'openfeature.ts'), writeFlagTypes(flags, 'a test', 'openfeature'));
    writeFileSync(join(folder, 'react.ts'), writeFlagTypes(flags, 'a test', 'react'));
    const uses = {
      'on-node.ts': ON_NODE,
      'in-a-page.ts': IN_A_PAGE,
      'by-hooks.ts': BY_HOOKS,
      'by-openfeature.ts': BY_OPENFEATURE,
    };
    for (const [name, text] of Object.entries(uses)) writeFileSync(join(folder, name), text);
    expect(compile(...Object.keys(uses))).toBe('');
  }, 120_000);

  it('compiles whatever keys, values and notes there are, and holds the very defaults', async () => {
    const seed = Date.now() & 0x7fff_ffff;
    const many = fc.uniqueArray(flagArbitrary, { selector: ({ key }) => key, minLength: 150 });
    const [flags = []] = fc.sample(many, { seed, numRuns: 1 });
    const odd = ['__proto__', 'constructor', "it's"].map((key) => flag(key, { on: true }));
    const all = [...odd, ...flags.filter(({ key }) => odd.every((one) => one.key !== key))];
    const source = writeFlagTypes(all, 'a test');
    const check = `import { Turnout } from '@turnout/sdk-node';\nimport type { Flags } from './many.ts';\n`;
    writeFileSync(join(folder, 'many.ts'), source);
    writeFileSync(
      join(folder, 'check.ts'),
      `${check}export const turnout = (it: Turnout<Flags>): Turnout<Flags> => it;\n`,
    );
    writeFileSync(join(folder, 'named.ts'), writeFlagTypes(all, 'a test', 'openfeature'));
    expect(compile('many.ts', 'check.ts', 'named.ts'), `seed ${seed}\n${source}`).toBe('');
    const { coded }: { coded: object } = await import(pathToFileURL(join(folder, 'out', 'many.js')).href);
    const values = new Map<string, JsonValue>(Object.entries(coded));
    expect([...values.keys()].sort()).toEqual(all.map(({ key }) => key).sort());
    for (const { key, type, variants } of all) {
      const value = values.get(key);
      const expected = [...Object.values(variants), ...(type === 'boolean' ? [false] : [])];
      expect(expected, `seed ${seed}: ${key}`).toContainEqual(value);
    }
  }, 120_000);
});

describe('an exported file', () => {
  const variants = { on: true, off: false };
  it.each([
    ['flagd’s', { flags: { a: { state: 'ENABLED', variants, defaultVariant: 'on' } } }, {}],
    ['a ruleset', { schema: 1, flags: { a: { key: 'a', variants, offVariant: 'on' } } }, { offVariant: 'on' }],
    ['a ruleset of flags for servers', { flags: { a: { variants, clientVisible: false } } }, { clientVisible: false }],
    ['a snapshot', { ruleset: { flags: { a: { variants, offVariant: null } } }, overlay: [], settled: [] }, {}],
  ])('may be %s', (_kind, document, more) => {
    expect(readFlagFile(JSON.stringify(document))).toEqual([{ key: 'a', type: 'boolean', variants, ...more }]);
  });

  it.each([
    [[], 'it holds no flags'],
    [{ flags: [] }, 'it holds no flags'],
    [{ flags: { a: { variants: {} } } }, 'the flag "a" has no variants'],
    [{ flags: { a: { variants: { x: 1, y: 'z' } } } }, 'the variants of the flag "a" must all be'],
    [{ flags: { a: { variants: { x: [1] } } } }, 'the variants of the flag "a" must all be'],
  ])('that is %j is refused: %s', (document, says) => {
    expect(() => readFlagFile(JSON.stringify(document))).toThrow(says);
  });
});
