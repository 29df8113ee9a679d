import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

let folder = '';
let server: Server | undefined;
let heard: { url: string; body: unknown }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnout-transfer-'));
  heard = [];
});
afterEach(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command against a server that answers this. */
async function run(words: string[], answer: unknown, input = '') {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    heard.push({ url: request.url ?? '', body: text && JSON.parse(text) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommand(words, {
    env: { TURNOUT_URL: url, TURNOUT_KEY: 'secret' },
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    readInput: async () => input,
    stopped: new AbortController().signal,
  });
  return { code, out, err };
}
const PLACE = ['-p', 'shop', '-e', 'production'];

describe('turnout import', () => {
  const imported = {
    flags: [
      { key: 'a', effect: 'created' },
      { key: 'b-c', was: 'b/c', effect: 'changed' },
      { key: 'd', effect: 'unchanged' },
    ],
    segments: [],
    notImported: [{ flag: 'e', reason: 'it asks a clock' }],
    notes: [{ flag: 'a', note: '“owner” means nothing here' }],
    change: { id: 9, seq: 4, environments: [{ key: 'production', position: 'x.2' }] },
  };

  it('says what was carried over, what was not, and why', async () => {
    const file = join(folder, 'flags.json');
    writeFileSync(file, '{"flags":{}}');
    const { code, out } = await run(['import', file, ...PLACE, '--rename', 'b/c=b-c', '--reason', 'we move'], imported);
    expect([code, heard]).toEqual([
      0,
      [
        {
          url: '/api/v1/projects/shop/import?format=flagd&rename=b%2Fc%3Db-c&reason=we+move&environment=production',
          body: { flags: {} },
        },
      ],
    ]);
    expect(out).toEqual([
      '3 of 4 carried over into production: 1 flags were made, 1 changed, 1 are as they should be.',
      '  created  a',
      '  changed  b-c (was b/c)',
      'Not imported, for it could not be said exactly:',
      '  e: it asks a clock',
      'Note: a: “owner” means nothing here.',
      'change #4 (id 9), production at x.2',
    ]);
  });

  it('says of a dry run that it was one', async () => {
    const { change: _change, ...dry } = imported;
    const { out } = await run(['import', '-', ...PLACE, '--dry-run'], dry, '{"flags":{}}');
    expect(heard[0]?.url).toContain('dryRun=true');
    expect([out[0], out.at(-1)]).toEqual([
      '3 of 4 carried over into production: 1 flags would be made, 1 changed, 1 are as they should be.',
      'Nothing was changed: this was a dry run.',
    ]);
  });

  it.each([
    [['import', 'nowhere.json', ...PLACE], 'nowhere.json: there is no such file'],
    [['import', '-', ...PLACE, '--rename', 'x'], '--rename takes old=new'],
    [['import', '-', ...PLACE, '--format', 'xml'], '--format takes flagd or turnout'],
  ])('asks no server what makes no sense: %j', async (words, told) => {
    const { code, err } = await run(words, {}, '{}');
    expect([code, heard]).toEqual([2, []]);
    expect(err.join()).toContain(told);
  });
});

describe('turnout export', () => {
  const exported = {
    document: { flags: { a: {} } },
    notExported: [{ flag: 'b', reason: 'it asks a segment' }],
    notes: [{ flag: 'a', note: 'clientVisible is not said in flagd' }],
  };

  it('writes the document to standard output, and what it cannot say beside it', async () => {
    const { code, out, err } = await run(['export', ...PLACE], exported);
    expect([code, heard[0]?.url]).toEqual([0, '/api/v1/projects/shop/export?environment=production&format=flagd']);
    expect(JSON.parse(out.join('\n'))).toEqual(exported.document);
    expect(err).toEqual([
      'Not exported, for flagd cannot say it:',
      '  b: it asks a segment',
      'Note: a: clientVisible is not said in flagd.',
    ]);
  });

  it('writes it to a file', async () => {
    const file = join(folder, 'out.json');
    const { out, err } = await run(['export', ...PLACE, '--format', 'turnout', '-o', file], exported);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(exported.document);
    expect([out, err.at(-1)]).toEqual([[], `${file}: 1 flags of production.`]);
  });
});
