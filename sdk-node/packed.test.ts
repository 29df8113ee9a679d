import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Evaluation } from '@turnout/core';
import { runConformance } from '@turnout/core/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { flagOf, HouseServer, SERVER_KEY } from './house-server.fixture.ts';
import type * as Packed from './index.ts';
import { VERSION } from './version.ts';

const ROOM = import.meta.dirname;
const HOUSE = join(ROOM, '..');
const TOOLS = join(HOUSE, 'node_modules');

/** What an app would write, in either kind of module. */
const USE = `
const turnout = testTurnout({ 'new-cart': true });
const live = new Turnout({ url: 'http://127.0.0.1:1', key: 'none', logger: false });
console.log(JSON.stringify([turnout.boolean('new-cart', false), live.boolean('new-cart', true), live.status().state]));
live.close();
`;
const ESM = `import { Turnout } from '@turnout/sdk-node';\nimport { testTurnout } from '@turnout/sdk-node/testing';\n`;
const CJS = `const { Turnout } = require('@turnout/sdk-node');\nconst { testTurnout } = require('@turnout/sdk-node/testing');\n`;

const TYPED = `
import { Turnout, type Evaluation, type Snapshot } from '@turnout/sdk-node';
import { testTurnout } from '@turnout/sdk-node/testing';
type Flags = { 'new-cart': boolean; hero: 'calm' | 'loud'; limits: { items: number } };
const turnout: Turnout<Flags> = new Turnout<Flags>({ url: 'http://127.0.0.1:1', key: 'none', logger: false });
const scoped: Turnout<Flags> = turnout.with({ targetingKey: 'u', nested: { a: [1, null] } });
export const hero: 'calm' | 'loud' = scoped.string('hero', 'calm');
export const items: number = turnout.object('limits', { items: 1 }).items;
export const found: Evaluation = turnout.evaluate('new-cart', false);
export const snapshot: Snapshot | undefined = undefined;
// @ts-expect-error hero is no boolean
turnout.boolean('hero', false);
const isOn = (client: Turnout) => client.boolean('whatever', false);
const isTypedOn = (client: Turnout<Flags>) => client.boolean('new-cart', false);
export const any = isOn(new Turnout({ url: '', key: '' })) && isOn(testTurnout({ whatever: true }));
export const typed = isTypedOn(turnout) && isTypedOn(testTurnout<Flags>({ 'new-cart': true }));
void turnout.on('change', ({ position, keys, killed }) => [position.length, keys.length, killed.length]);
`;

describe('the package, packed and installed into an empty project', () => {
  let folder: string;
  let app: string;
  const write = (name: string, text: string) => writeFileSync(join(app, name), text);
  /** Everything that a program says. */
  const run = (...args: string[]) => {
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8' });
    return (stdout + stderr).trim();
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-packed-'));
    const source = join(folder, 'source');
    app = join(folder, 'app');
    mkdirSync(source);
    mkdirSync(app);
    for (const name of ['package.json', 'README.md']) cpSync(join(ROOM, name), join(source, name));
    await bundle(join(source, 'dist'));
    const npm = (cwd: string, ...args: string[]) => execFileSync('npm', [...args, '--offline'], { cwd, stdio: 'pipe' });
    npm(source, 'pack', '--pack-destination', folder);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'none';
    write('package.json', '{"name": "app", "version": "1.0.0", "private": true}');
    npm(app, 'install', join(folder, tarball), '--no-audit', '--no-fund');
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('brings nothing else along', () => {
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@turnout']);
    expect(readdirSync(join(app, 'node_modules', '@turnout'))).toEqual(['sdk-node']);
  });

  it.each([
    ['an ES module', 'use.mjs', ESM],
    ['CommonJS', 'use.cjs', CJS],
  ])('runs as %s', (_kind, name, head) => {
    write(name, head + USE);
    expect(run(name)).toBe('[true,true,"connecting"]');
  });

  it.each([
    ['esm', 'import'],
    ['cjs', 'require'],
  ])('has in %s only what it needs: Node itself is all that is named, and the licence of re2js is there', (kind) => {
    const dist = join(app, 'node_modules', '@turnout', 'sdk-node', 'dist', kind);
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('re2js.LICENSE');
    for (const name of files.filter((file) => /\.(js|d\.ts)$/.test(file))) {
      const text = readFileSync(join(dist, name), 'utf8');
      const named = [...text.matchAll(/^(?:import|export)\b[^'"]*?from ['"]([^'"]+)|require\(['"]([^'"]+)/gm)];
      for (const [, imported, required] of named) expect(imported ?? required).toMatch(/^(node:|\.)/);
      expect(text).not.toContain('@turnout/core');
    }
  });

  it('has types for ES modules and for CommonJS', () => {
    for (const name of ['use.mts', 'use.cts']) write(name, TYPED);
    const types = join(app, 'node_modules', '@types');
    mkdirSync(types, { recursive: true });
    // The types of Node are the app's own, as in any project.
    symlinkSync(join(TOOLS, '@types', 'node'), join(types, 'node'));
    symlinkSync(join(TOOLS, 'undici-types'), join(app, 'node_modules', 'undici-types'));
    const compiler = join(TOOLS, 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node'];
    expect(run(compiler, ...flags, 'use.mts', 'use.cts')).toBe('');
  }, 120_000);

  it.each(['esm', 'cjs'])('answers every conformance vector as %s', async (kind) => {
    const entry = join(app, 'node_modules', '@turnout', 'sdk-node', 'dist', kind, 'index.js');
    const { Turnout }: typeof Packed = await import(pathToFileURL(entry).href);
    const { asked, mismatches } = await runConformance<Evaluation>({
      load(ruleset) {
        const bootstrap = { ruleset, overlay: [], settled: [] };
        // No address: nothing is connected to, and the bundled file is what answers.
        const turnout = new Turnout({ url: '', key: '', logger: false, bootstrap });
        return (flag, context) => turnout.evaluate(flag, null, context);
      },
      says: (expected) => ('value' in expected ? expected : { ...expected, value: null }),
    });
    expect(mismatches).toEqual([]);
    expect(asked).toBeGreaterThan(200);
  });

  it.each([
    ['an ES module that waits', 'live.mjs', 'await turnout.ready();'],
    ['an ES module that does not', 'live.mjs', ''],
  ])('lets a process end by itself while its stream is open: %s', async (_what, name, waits) => {
    const server = await new HouseServer(flagOf('a')).start();
    try {
      const options = JSON.stringify({ url: server.url, key: SERVER_KEY });
      const said = 'console.log(turnout.status().state, turnout.boolean("a", false));';
      write(name, `${ESM}const turnout = new Turnout(${options});\n${waits}\n${said}\n`);
      const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: app, timeout: 20_000 });
      expect(stdout.trim()).toBe(waits === '' ? 'connecting false' : 'live true');
    } finally {
      await server.stop();
    }
  });

  it('tells the server its own version', () => {
    expect(VERSION).toBe(JSON.parse(readFileSync(join(ROOM, 'package.json'), 'utf8')).version);
  });
});
