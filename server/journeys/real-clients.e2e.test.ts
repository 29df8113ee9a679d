import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const PYTHON = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
const SCRIPT = fileURLToPath(new URL('./python-client.py', import.meta.url));
const CONTEXT = { targetingKey: 'user-1', plan: 'pro' };

/** One flag of each type, one that is off, and one that leaves the value to the app. */
const FLAGS = [
  {
    key: 'fast-lane',
    type: 'boolean',
    config: {
      state: 'on',
      rules: [{ if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'on' } }],
      fallthrough: { variant: 'off' },
    },
  },
  { key: 'colour', type: 'string', variants: { red: 'red', blue: 'blue' }, config: on('blue') },
  { key: 'seats', type: 'number', variants: { few: 4, many: 40 }, config: on('many') },
  { key: 'rate', type: 'number', variants: { low: 0.25, whole: 2 }, config: on('whole') },
  { key: 'layout', type: 'object', variants: { wide: { columns: 3, tags: ['a'] } }, config: on('wide') },
  { key: 'closed', type: 'boolean', config: { state: 'off', offVariant: 'off' } },
  { key: 'yours', type: 'string', variants: { a: 'a' }, config: { state: 'on', fallthrough: { coded: true } } },
];

function on(variant: string) {
  return { state: 'on', fallthrough: { variant } };
}

describe('clients that others published', () => {
  let server: ServerProcess;
  let serverKey: string;

  beforeAll(async () => {
    server = await startServer();
    ({ serverKey } = await prepareProject(server, 'p', []));
    for (const { config, ...flag } of FLAGS) {
      const made = await server.api('POST', '/projects/p/flags', { ...flag, environments: { production: config } });
      expect(made.body).toMatchObject({ flag: { key: flag.key } });
    }
  });
  afterAll(() => server?.remove());

  it('npm’s OFREP provider gets all four types, an off flag, and the coded default', async () => {
    const headers: [string, string][] = [['Authorization', `Bearer ${serverKey}`]];
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: server.url, headers }));
    const client = OpenFeature.getClient();
    expect(await client.getBooleanDetails('fast-lane', false, CONTEXT)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    });
    expect(await client.getBooleanValue('fast-lane', false, {})).toBe(false);
    expect(await client.getStringValue('colour', 'none', CONTEXT)).toBe('blue');
    expect(await client.getNumberValue('seats', 1, CONTEXT)).toBe(40);
    expect(await client.getNumberValue('rate', 1, CONTEXT)).toBe(2);
    expect(await client.getObjectValue('layout', {}, CONTEXT)).toEqual({ columns: 3, tags: ['a'] });
    expect(await client.getBooleanValue('closed', true, CONTEXT)).toBe(false);
    expect(await client.getStringValue('yours', 'mine', CONTEXT)).toBe('mine');
    expect(await client.getBooleanDetails('constructor', true, CONTEXT)).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    });
    await OpenFeature.close();
  });

  it('Python’s OFREP provider gets all four types, an off flag, and the coded default', async ({ skip }) => {
    if (!existsSync(PYTHON)) {
      if (process.env.CI === 'true') throw new Error('In CI there must be a .venv with the Python provider.');
      skip('no .venv with openfeature-provider-ofrep is here (CONTRIBUTING.md says how to make it)');
    }
    const answers = await askPython(server.url, serverKey, [
      ['boolean', 'fast-lane', false, CONTEXT],
      ['boolean', 'fast-lane', true, {}],
      ['string', 'colour', 'none', CONTEXT],
      ['integer', 'seats', 1, CONTEXT],
      ['float', 'rate', 1.5, CONTEXT],
      ['object', 'layout', {}, CONTEXT],
      ['boolean', 'closed', true, CONTEXT],
      ['string', 'yours', 'mine', CONTEXT],
      ['boolean', 'constructor', true, CONTEXT],
    ]);
    const values = [true, false, 'blue', 40, 2, { columns: 3, tags: ['a'] }, false, 'mine', true];
    expect(answers.map(([value]) => value)).toEqual(values);
    expect(answers[0]).toEqual([true, 'TARGETING_MATCH', 'on']);
  });
});

type Question = [type: string, flag: string, coded: unknown, context: object];

function askPython(url: string, key: string, questions: Question[]): Promise<[unknown, string, string | null][]> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [SCRIPT, url], { stdio: ['pipe', 'pipe', 'pipe'] });
    let [said, complained] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complained += text;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(said)) : reject(new Error(complained))));
    child.stdin.end(JSON.stringify({ key, questions }));
  });
}
