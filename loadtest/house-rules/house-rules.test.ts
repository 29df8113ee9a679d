import { describe, expect, it } from 'vitest';
import { checkDrizzle, checkImports, checkRoutes } from './check-imports.ts';
import { checkPatterns, checkPurity } from './check-purity.ts';
import { checkLimits, checkMarkup, checkNames, checkPlaces, checkTypes } from './check-shape.ts';
import { type Finding, type House, printFindings, withoutExceptions } from './house.ts';
import { readSource } from './read-source.ts';

/** A small house: what is tested here is the machinery, not the real tables. */
const house: House = {
  edges: {
    core: { products: ['re2js'], tests: ['*'], node: false },
    'sdk-node': { products: ['@turnout/core'], tests: ['*'], tools: ['sdk-node/bundle.ts'], node: true },
    server: { products: ['@turnout/core', '*'], tests: ['@turnout/sdk-node'], node: true },
    migrations: { products: [], tests: ['*'], node: true },
  },
  order: ['platform', 'database', 'flags', 'delivery'],
  above: ['server/main.ts', 'server/cli/'],
  mayTouchDrizzle: [/store\.ts$/, /\/tables\.ts$/],
  mayTouchHttp: [/contract\.ts$/, /routes\.ts$/],
  pure: ['server/flags/check-flag.ts', 'server/flags/other.ts', 'server/platform/sums/'],
  unlimitedFiles: [/\/tables\.ts$/],
  exceptions: {},
};

/** Every breach of one file, as `line rule`. */
function breaches(path: string, text: string): string[] {
  const source = readSource(path, text);
  const found: Finding[] = [
    ...checkImports(source, house),
    ...checkDrizzle(source, house),
    ...checkRoutes(source, house),
    ...checkPurity(source, house),
    ...checkPatterns(source),
    ...checkLimits(source, house),
    ...checkTypes(source),
    ...checkNames(source),
    ...checkMarkup(source),
    ...checkPlaces(path, text),
  ];
  return found.map(({ line, rule }) => `${line} ${rule}`);
}

const lines = (count: number, line = '// -') => Array.from({ length: count }, () => line).join('\n');

describe('each rule of the house finds its breach', () => {
  it.each<[string, string, string, string[]]>([
    ['core imports another package', 'core/a.ts', "import { z } from 'zod';", ['1 edges']],
    ['core imports Node', 'core/a.ts', "\nimport { readFileSync } from 'node:fs';", ['2 edges']],
    ['core imports Node for a type', 'core/a.ts', "export type T = import('node:fs').Stats;", ['1 edges']],
    ['core imports Node late', 'core/a.ts', "export const m = () => import('node:fs');", ['1 edges']],
    ['core requires', 'core/a.ts', "export const m = require('zod');", ['1 edges', '1 purity']],
    ['an export brings in a package', 'sdk-node/a.ts', "export { z } from 'zod';", ['1 edges']],
    ['an export of everything does', 'sdk-node/a.ts', "export * from 'zod';", ['1 edges']],
    ['a builtin without node:', 'server/flags/a.ts', "import fs from 'fs';", ['1 edges']],
    ['the server imports the client', 'server/flags/a.ts', "import { T } from '@turnout/sdk-node';", ['1 edges']],
    ['the client imports the server', 'sdk-node/a.ts', "import { T } from '@turnout/server';", ['1 edges']],
    ['a relative path leaves the room', 'sdk-node/a.ts', "import { T } from '../core/index.ts';", ['1 edges']],
    ['an import without its ending', 'core/a.ts', "import { b } from './b';", ['1 edges']],
    ['a product imports a fixture', 'server/flags/a.ts', "import { f } from './a.fixture.ts';", ['1 edges']],
    ['so does a product of another room', 'sdk-node/a.ts', "export * from './a.fixture.ts';", ['1 edges']],
    ['even by the name of its package', 'sdk-node/a.ts', "import { f } from '@turnout/core/fixtures';", ['1 edges']],
    ['a room imports a later one', 'server/flags/a.ts', "import { r } from '../delivery/r.ts';", ['1 order']],
    ['even for its types', 'server/flags/a.ts', "import type { R } from '../delivery/r.ts';", ['1 order']],
    ['a room imports what stands above', 'server/flags/a.ts', "import { c } from '../cli/c.ts';", ['1 order']],
    ['a room that is not in the order', 'server/misplaced/a.ts', "import { r } from '../flags/r.ts';", ['1 order']],
    ['and one that imports nothing', 'server/misplaced/a.ts', 'export const a = 1;', ['1 order']],
    ['a room that nobody drew', 'lobby/a.ts', "import { z } from 'zod';", ['1 edges']],
    ['and one that imports nothing', 'lobby/a.ts', 'export const a = 1;', ['1 edges']],
    ['SQL in a use case', 'server/flags/a.ts', "import { eq } from 'drizzle-orm';", ['1 drizzle']],
    ['tables in a use case', 'server/flags/a.ts', "import { flags } from '../database/tables.ts';", ['1 drizzle']],
    ['HTTP in a use case', 'server/flags/a.ts', "import { Hono } from 'hono';", ['1 routes']],
    ['a contract in a store', 'server/flags/store.ts', "import { z } from '@hono/zod-openapi';", ['1 routes']],
    ['core asks the clock', 'core/a.ts', 'export const t = Date.now();', ['1 purity']],
    ['core gets at the clock by a text', 'core/a.ts', "export const t = Date['now']();", ['1 purity']],
    ['core takes the clock apart', 'core/a.ts', 'export const { now } = Date;', ['1 purity']],
    ['core calls for the date', 'core/a.ts', 'export const t = Date();', ['1 purity']],
    ['core takes the dice apart', 'core/a.ts', 'const { random } = Math;', ['1 purity']],
    ['core makes a date', 'core/a.ts', 'export const t = new Date(5);', ['1 purity']],
    ['core throws dice', 'core/a.ts', 'export const r = Math . random();', ['1 purity']],
    ['core waits', 'core/a.ts', 'export const w = (f: () => void) => setTimeout(f, 1);', ['1 purity']],
    ['core fetches', 'core/a.ts', "export const f = () => fetch('x');", ['1 purity']],
    ['a pure file imports a store', 'server/flags/check-flag.ts', "import { s } from './store.ts';", ['1 purity']],
    [
      'a file of a pure folder asks the clock',
      'server/platform/sums/sum.ts',
      'export const t = Date.now();',
      ['1 purity'],
    ],
    ['a pure file asks the clock', 'server/flags/check-flag.ts', 'export const t = Date.now();', ['1 purity']],
    ['and makes the present date', 'server/flags/check-flag.ts', 'export const t = new Date();', ['1 purity']],
    ['of what may be nothing', 'server/flags/check-flag.ts', 'export const t = new Date(...[]);', ['1 purity']],
    ['an expression of a text', 'server/flags/a.ts', 'export const r = (p: string) => new RegExp(p);', ['1 patterns']],
    ['a function of 61 lines', 'server/flags/a.ts', `export function f() {\n${lines(59)}\n}`, ['1 function']],
    ['a file of 301 lines', 'server/flags/a.ts', `${lines(301)}\n`, ['1 file']],
    ['a test of 401 lines', 'server/flags/a.test.ts', `${lines(401)}\n`, ['1 file']],
    ['any', 'server/flags/a.ts', '\nexport const a = (b: any[]) => b;', ['2 any']],
    ['a double cast', 'server/flags/a.ts', 'export const a = (b: number) => b as unknown as string;', ['1 cast']],
    ['an empty file name', 'server/flags/flag-utils.ts', '', ['1 names']],
    ['a file name in capitals', 'server/flags/checkFlag.ts', '', ['1 names']],
    ['a version in a file name', 'server/flags/flag-v2.ts', '', ['1 names']],
    ['an empty class name', 'server/flags/a.ts', 'export class FlagManager {}', ['1 names']],
    ['a version in a name', 'server/flags/a.ts', 'export interface FlagV2 {}', ['1 names']],
    [
      'raw markup',
      'server/flags/a.ts',
      "export const s = (e: { innerHTML: string }) => (e.innerHTML = '');",
      ['1 markup'],
    ],
    ['a path of one machine', 'docs/a.md', `\nSee /${'root'}/x.`, ['2 places']],
    ['a registry of one’s own', '.npmrc', `${'registry'}=https://npm.example.com/`, ['1 places']],
  ])('%s', (_title, path, text, expected) => {
    const source = path.endsWith('.ts')
      ? breaches(path, text)
      : checkPlaces(path, text).map((f) => `${f.line} ${f.rule}`);
    expect(source).toEqual(expected);
  });
});

describe('what is allowed stays silent', () => {
  it.each<[string, string, string]>([
    ['core imports its one dependency', 'core/a.ts', "import { RE2JS } from 're2js';"],
    [
      'words in comments and strings',
      'core/a.ts',
      "// import { z } from 'zod'; Date.now()\nexport const s = 'Math.random()';",
    ],
    [
      'a port that is called as the world is',
      'core/a.ts',
      'export interface P { fetch(): void }\nexport const f = (p: P) => p.fetch();',
    ],
    ['a pure file makes a date of a moment', 'server/flags/check-flag.ts', 'export const t = new Date(5);'],
    ['reading a date', 'core/a.ts', 'export const t = (s: string) => Date.parse(s);'],
    ['a test of core reads files', 'core/a.test.ts', "import { readFileSync } from 'node:fs';"],
    ['a tool bundles', 'sdk-node/bundle.ts', "import { rolldown } from 'rolldown';"],
    ['a test uses the client', 'server/flags/a.test.ts', "import { T } from '@turnout/sdk-node';"],
    ['a test uses the fixtures of core', 'sdk-node/a.test.ts', "import { f } from '@turnout/core/fixtures';"],
    ['an earlier room', 'server/delivery/a.ts', "import { f } from '../flags/f.ts';"],
    ['main may import all', 'server/main.ts', "import { r } from './delivery/r.ts';"],
    ['tables point at each other', 'server/flags/tables.ts', "import { r } from '../delivery/tables.ts';"],
    ['types of the tables', 'server/flags/a.ts', "import type { flags } from '../database/tables.ts';"],
    ['SQL in a store', 'server/flags/key-store.ts', "import { eq } from 'drizzle-orm';"],
    ['HTTP in routes', 'server/flags/flag-routes.ts', "import { createRoute } from '@hono/zod-openapi';"],
    ['types of HTTP', 'server/flags/a.ts', "import type { Context } from 'hono';"],
    ['what stands above speaks HTTP', 'server/cli/a.ts', "import { Hono } from 'hono';"],
    ['a pure file imports a pure one', 'server/flags/check-flag.ts', "import { o } from './other.ts';"],
    [
      'a pure file imports one of a pure folder',
      'server/flags/check-flag.ts',
      "import { s } from '../platform/sums/sum.ts';",
    ],
    ['a test of a pure folder asks the clock', 'server/platform/sums/sum.test.ts', 'export const t = Date.now();'],
    ['a function of 60 lines', 'server/flags/a.ts', `export function f() {\n${lines(58)}\n}`],
    ['a file of 300 lines', 'server/flags/a.ts', `${lines(300)}\n`],
    ['tables of any length', 'server/flags/tables.ts', `${lines(900)}\n`],
    ['a literal expression', 'server/flags/a.ts', 'export const r = /^a+$/;'],
    ['an address family', 'server/flags/a.ts', 'export function parseV4() {}'],
    ['a route that begins with a word', 'docs/a.md', 'GET /homework and https://x.org/home/page'],
  ])('%s', (_title, path, text) => {
    expect(path.endsWith('.ts') ? breaches(path, text) : checkPlaces(path, text)).toEqual([]);
  });
});

describe('exceptions', () => {
  const finding: Finding = { path: 'server/flags/a.ts', line: 7, rule: 'any', what: 'any' };

  it('take away one rule of one file', () => {
    const excepted = { ...house, exceptions: { 'server/flags/a.ts: any': 'because' } };
    expect(withoutExceptions([finding, { ...finding, rule: 'cast' }], excepted)).toEqual([
      { ...finding, rule: 'cast' },
    ]);
  });

  it('that except nothing are findings', () => {
    const excepted = { ...house, exceptions: { 'server/flags/b.ts: any': 'because' } };
    expect(printFindings(withoutExceptions([], excepted))).toEqual([
      'server/flags/b.ts:1 (exceptions) excepts nothing any more: take the line away',
    ]);
  });
});

it('lines are right behind letters that take more than one byte', () => {
  expect(breaches('core/a.ts', '// ’’’’ 😀\nexport const s = "ü";\nexport const t = Date.now();')).toEqual([
    '3 purity',
  ]);
});
