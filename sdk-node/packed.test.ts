import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Evaluation } from '@turnout/core';
import { runConformance } from '@turnout/core/conformance';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesIn, PackedApp } from '../loadtest/packed-app.fixture.ts';
import { bundle } from './bundle.ts';
import { flagOf, HouseServer, SERVER_KEY } from './house-server.fixture.ts';
import type * as Packed from './index.ts';
import { VERSION } from './version.ts';

const ROOM = import.meta.dirname;
const HOUSE = join(ROOM, '..');
const TOOLS = join(HOUSE, 'node_modules');
/** What an app that uses OpenFeature has installed itself. */
const PEERS = ['@openfeature/server-sdk', '@openfeature/core'];

/** What an app would write, in either kind of module: it asks every entry, and says what it was answered. */
const ASK = `
async function ask() {
  const turnout = testTurnout({ 'new-cart': true });
  const live = new Turnout({ url: 'http://127.0.0.1:1', key: 'none', logger: false });
  await OpenFeature.setProviderAndWait(new TurnoutProvider(turnout));
  const { value, variant } = await OpenFeature.getClient().getBooleanDetails('new-cart', false);
  const said = [turnout.boolean('new-cart', false), live.boolean('new-cart', true), live.status().state, value, variant];
  await live.close();
  return said;
}
`;
const USE = `${ASK}ask().then((said) => console.log(JSON.stringify(said)));\n`;
const SAID = '[true,true,"connecting",true,"value"]';
const SPEC = `${ASK}test('flags', async () => expect(JSON.stringify(await ask())).toBe('${SAID}'));\n`;
const NAMED = [
  ['{ Turnout }', '@turnout/sdk-node'],
  ['{ TurnoutProvider }', '@turnout/sdk-node/openfeature'],
  ['{ testTurnout }', '@turnout/sdk-node/testing'],
  ['{ OpenFeature }', '@openfeature/server-sdk'],
];
const ESM = NAMED.map(([names, from]) => `import ${names} from '${from}';\n`).join('');
const CJS = NAMED.map(([names, from]) => `const ${names} = require('${from}');\n`).join('');

const TYPED = `
import { Turnout, type Evaluation, type Snapshot } from '@turnout/sdk-node';
import { TurnoutProvider } from '@turnout/sdk-node/openfeature';
import { testTurnout } from '@turnout/sdk-node/testing';
import { OpenFeature, type Provider } from '@openfeature/server-sdk';
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
export const provider: Provider = new TurnoutProvider(turnout, { readyWithinMs: 1000, hooks: [] });
export const own = new TurnoutProvider({ url: '', key: '' });
// @ts-expect-error a provider needs to know whom to ask
new TurnoutProvider();
void OpenFeature.setProviderAndWait(provider);
void turnout.on('change', ({ position, keys, killed }) => [position.length, keys.length, killed.length]);
`;

const inModules = (name: string) => `node_modules/${name}`;

describe('the package, packed and installed into an empty project', () => {
  const packed = new PackedApp();
  const { app, folder } = packed;

  beforeAll(async () => {
    const source = await packed.publish(ROOM, bundle);
    // The peer is packed again from where it lies here, so that no registry is needed.
    packed.install([source, ...PEERS.map((name) => join(TOOLS, name))]);
  }, 240_000);
  afterAll(() => packed.remove());

  it('brings nothing along: the peer is there because the app has it, and need not be', () => {
    const { packages } = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
    const names = Object.keys(packages).filter((name) => name !== '');
    expect(names.sort()).toEqual(['@openfeature/core', '@openfeature/server-sdk', '@turnout/sdk-node'].map(inModules));
    const { dependencies, peerDependenciesMeta } = packages[inModules('@turnout/sdk-node')];
    expect(dependencies).toBeUndefined();
    expect(peerDependenciesMeta).toEqual({ '@openfeature/server-sdk': { optional: true } });
  });

  it.each([
    ['an ES module', 'use.mjs', ESM],
    ['CommonJS', 'use.cjs', CJS],
  ])('runs as %s', (_kind, name, head) => {
    packed.write(name, head + USE);
    expect(packed.run(name)).toBe(SAID);
  });

  it.each([
    ['ES modules', 'flags.spec.mjs', ESM],
    ['CommonJS', 'flags.spec.cjs', CJS],
  ])(
    'runs in Jest as %s',
    (_kind, name, head) => {
      packed.write(name, head + SPEC);
      const config = { testEnvironment: 'node', transform: {}, testMatch: [`**/${name}`], watchman: false };
      const jest = ['--experimental-vm-modules', '--no-warnings', join(TOOLS, 'jest', 'bin', 'jest.js')];
      const said = packed.run(...jest, '--ci', '--no-cache', '--rootDir', app, '--config', JSON.stringify(config));
      expect(said).toContain('1 passed, 1 total');
    },
    120_000,
  );

  it.each(['es', 'cjs'] as const)(
    'runs from a bundle, away from everything that it was made of: %s',
    async (format) => {
      packed.write('bundled.mjs', ESM + USE);
      const away = join(folder, `away-${format}.${format === 'es' ? 'mjs' : 'cjs'}`);
      const build = await rolldown({ input: join(app, 'bundled.mjs'), cwd: app, platform: 'node', logLevel: 'silent' });
      await build.write({ file: away, format });
      await build.close();
      expect(packed.run(away)).toBe(SAID);
    },
  );

  it.each(['esm', 'cjs'])('names in %s Node and the peer, and the peer only where it is asked for', (kind) => {
    const dist = join(app, 'node_modules', '@turnout', 'sdk-node', 'dist', kind);
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('re2js.LICENSE');
    for (const name of files.filter((file) => /\.(js|d\.ts)$/.test(file))) {
      const text = readFileSync(join(dist, name), 'utf8');
      const allowed = name.startsWith('openfeature') ? /^(node:|\.|@openfeature\/server-sdk$)/ : /^(node:|\.)/;
      for (const named of namesIn(text)) expect(named).toMatch(allowed);
      expect(text).not.toContain('@turnout/core');
    }
  });

  it('has types for ES modules and for CommonJS', () => {
    for (const name of ['use.mts', 'use.cts']) packed.write(name, TYPED);
    const types = join(app, 'node_modules', '@types');
    mkdirSync(types, { recursive: true });
    // The types of Node are the app's own, as in any project.
    symlinkSync(join(TOOLS, '@types', 'node'), join(types, 'node'));
    symlinkSync(join(TOOLS, 'undici-types'), join(app, 'node_modules', 'undici-types'));
    const compiler = join(TOOLS, 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node'];
    expect(packed.run(compiler, ...flags, 'use.mts', 'use.cts')).toBe('');
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
      packed.write(name, `${ESM}const turnout = new Turnout(${options});\n${waits}\n${said}\n`);
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
