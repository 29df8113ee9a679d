import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesIn, PackedApp } from '../loadtest/packed-app.fixture.ts';
import { bundle } from './bundle.ts';
import { VERSION } from './version.ts';

const ROOM = import.meta.dirname;
const TOOLS = join(ROOM, '..', 'node_modules');

/** What an app would write, in either kind of module. */
const USE = `
const turnout = new Turnout({ url: 'http://127.0.0.1:1', key: 'none', logger: false, storage: false });
const provider = new TurnoutWebProvider(turnout);
const said = [turnout.boolean('new-cart', true), turnout.status().state, provider.metadata.name, typeof useFlag];
turnout.close().then(() => console.log(JSON.stringify([...said, turnout.status().state])));
`;
const SAID = '[true,"connecting","turnout","function","closed"]';
const NAMED = [
  ['{ Turnout }', '@turnout/sdk-browser'],
  ['{ useFlag }', '@turnout/sdk-browser/react'],
  ['{ TurnoutWebProvider }', '@turnout/sdk-browser/openfeature'],
];
const ESM = NAMED.map(([names, from]) => `import ${names} from '${from}';\n`).join('');
const CJS = NAMED.map(([names, from]) => `const ${names} = require('${from}');\n`).join('');

const TYPED = `
import { Turnout, type Bootstrap, type Evaluation } from '@turnout/sdk-browser';
type Flags = { 'new-cart': boolean; hero: 'calm' | 'loud'; limits: { items: number } };
const turnout = new Turnout<Flags>({ url: 'http://127.0.0.1:1', key: 'none', logger: false });
export const hero: 'calm' | 'loud' = turnout.string('hero', 'calm');
export const items: number = turnout.object('limits', { items: 1 }).items;
export const found: Evaluation = turnout.evaluate('new-cart', false);
export const bootstrap: Bootstrap | undefined = turnout.bootstrap;
// @ts-expect-error hero is no boolean
turnout.boolean('hero', false);
// @ts-expect-error there is no such flag
turnout.boolean('newcart', false);
void turnout.on('change', ({ position, keys }) => [position?.length, keys.length]);
void turnout.setContext({ targetingKey: 'u', plan: 'pro' }).then(({ error }) => error?.code);
const stop: () => void = turnout.watch('hero', 'calm', (now, before) => [now.value, before.value]);
stop();
`;

describe('the package, packed and installed into an empty project', () => {
  const packed = new PackedApp();
  const { app } = packed;
  const installed = (...path: string[]) => join(app, 'node_modules', '@turnout', 'sdk-browser', ...path);

  beforeAll(async () => {
    packed.install([await packed.publish(ROOM, bundle)], '--omit=peer');
    // The peers are the app's own, as in any project.
    mkdirSync(join(app, 'node_modules', '@openfeature'), { recursive: true });
    for (const name of ['react', '@openfeature/web-sdk', '@openfeature/core']) {
      symlinkSync(join(TOOLS, name), join(app, 'node_modules', name));
    }
  }, 240_000);
  afterAll(() => packed.remove());

  it('brings nothing along', () => {
    const { packages } = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
    expect(Object.keys(packages).sort()).toEqual(['', 'node_modules/@turnout/sdk-browser']);
  });

  it.each([
    ['an ES module', 'use.mjs', ESM],
    ['CommonJS', 'use.cjs', CJS],
  ])('runs as %s', (_kind, name, head) => {
    packed.write(name, head + USE);
    expect(packed.run(name)).toBe(SAID);
  });

  it('is a script and a module for pages without a bundler', () => {
    const page = {
      console,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      fetch,
      Response,
      AbortController,
      AbortSignal,
      crypto,
      performance,
    };
    const script = readFileSync(installed('dist', 'browser', 'turnout.min.js'), 'utf8');
    const code = `${script}; new Turnout({ url: 'http://127.0.0.1:1', key: 'k', logger: false }).string('a', 'coded')`;
    expect(runInNewContext(code, { ...page, Uint32Array, URL, queueMicrotask })).toBe('coded');
    expect(readFileSync(installed('dist', 'browser', 'turnout.min.mjs'), 'utf8')).toMatch(
      /export\s*\{\w+ as Turnout\}/,
    );
  });

  it.each(['esm', 'cjs'])('names in %s the peers, and each only where it is asked for', (kind) => {
    const dist = installed('dist', kind);
    const peers: Record<string, RegExp> = { react: /^(\.|react$)/, openfeature: /^(\.|@openfeature\/web-sdk$)/ };
    for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(js|d\.ts)$/.test(name)) continue;
      const text = readFileSync(join(dist, name), 'utf8');
      const allowed = peers[/^\w+/.exec(name)?.[0] ?? ''] ?? /^\./;
      for (const named of namesIn(text)) expect(named).toMatch(allowed);
      expect(text).not.toContain('@turnout/core');
    }
  });

  it('says of the hooks of React that they are for the client', () => {
    for (const kind of ['esm', 'cjs']) {
      expect(readFileSync(installed('dist', kind, 'react.js'), 'utf8')).toMatch(/^["']use client["'];/);
    }
  });

  it('has types for ES modules and for CommonJS', () => {
    for (const name of ['use.mts', 'use.cts']) packed.write(name, TYPED);
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--types', '', '--lib', 'es2022,dom,dom.iterable'];
    expect(packed.run(join(TOOLS, 'typescript', 'bin', 'tsc'), ...flags, 'use.mts', 'use.cts')).toBe('');
  }, 120_000);

  it('tells the server its own version', () => {
    expect(VERSION).toBe(JSON.parse(readFileSync(join(ROOM, 'package.json'), 'utf8')).version);
  });
});
