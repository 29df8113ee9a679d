import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const CART = { key: 'new-cart', type: 'boolean', variants: { on: true, off: false }, description: '', archived: false };
const HERO = {
  key: 'hero',
  type: 'string',
  variants: { a: 'calm', b: 'loud' },
  description: 'The top',
  archived: true,
};

describe('turnout codegen', () => {
  let folder: string;
  let out: string;
  let server: Server;
  let url: string;
  let asked: string[];
  let pages: Record<string, unknown>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-codegen-'));
    out = join(folder, 'flags.ts');
    asked = [];
    const flags = '/api/v1/projects/shop/flags?archived=any&limit=200';
    const production = '/api/v1/projects/shop/environments/production/flags?archived=any&limit=200';
    pages = {
      [flags]: { items: [{ ...HERO, name: 'Hero' }], next: 'n+1' },
      [`${flags}&cursor=n%2B1`]: { items: [{ ...CART, name: 'new-cart' }], next: null },
      [production]: { items: [{ key: 'hero', offVariant: 'b' }], next: null },
    };
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const page = pages[request.url ?? ''];
      response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(page ?? { status: 404, detail: `no ${request.url}` }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function run(...words: string[]) {
    const said = { out: [] as string[], err: [] as string[] };
    const code = await runCommand(['codegen', ...words], {
      env: { TURNOUT_KEY: 'secret', TURNOUT_URL: url, DATA_DIR: folder },
      print: (line) => said.out.push(line),
      warn: (line) => said.err.push(line),
      readInput: async () => '',
      stopped: new AbortController().signal,
    });
    return { code, out: said.out.join('\n'), err: said.err.join('\n') };
  }

  it('writes the flags of a project, all pages of them, archived ones as deprecated', async () => {
    expect(await run('-p', 'shop', '--out', out)).toEqual({
      code: 0,
      out: `${out}: 2 flags of the project shop.`,
      err: '',
    });
    const text = readFileSync(out, 'utf8');
    expect(text).toContain("  'new-cart': boolean;\n");
    expect(text).toContain('@deprecated The flag is archived and answers no more. Hero: The top */\n');
    expect(text).toContain("  hero: 'calm',\n");
    expect((await run('-p', 'shop', '--out', out)).out).toContain('as it was');
    expect(readFileSync(out, 'utf8')).toBe(text);
    expect(new Set(asked.map((one) => one.split(' ')[0]))).toEqual(new Set(['GET']));
  });

  it('leaves out of a file for pages what pages get no value of, and says so', async () => {
    pages['/api/v1/projects/shop/flags?archived=any&limit=200'] = {
      items: [
        { ...HERO, name: 'Hero', clientVisible: false },
        { ...CART, name: '', clientVisible: true },
      ],
      next: null,
    };
    for (const client of ['browser', 'react', 'openfeature-web']) {
      const { out: said } = await run('-p', 'shop', '--for', client, '--out', out);
      expect(said).toBe(`${out}: 1 flags of the project shop; 1 that pages do not get is left out.`);
      expect(readFileSync(out, 'utf8')).not.toContain('hero');
    }
    for (const client of ['node', 'openfeature']) {
      await run('-p', 'shop', '--for', client, '--out', out);
      expect(readFileSync(out, 'utf8')).toContain('hero');
    }
    const { code, err } = await run('-p', 'shop', '--for', 'python');
    expect([code, err]).toEqual([2, expect.stringContaining('--for takes node, browser, react')]);
  });

  it('takes the off variants of an environment for coded defaults', async () => {
    await run('-p', 'shop', '-e', 'production', '--out', out);
    expect(readFileSync(out, 'utf8')).toContain("  hero: 'loud',\n");
  });

  it('says on standard output what it would write, where no file is named', async () => {
    const { out: text } = await run('-p', 'shop');
    await run('-p', 'shop', '--out', out);
    expect(`${text}\n`).toBe(readFileSync(out, 'utf8'));
  });

  it('ends a check with 0 where the file is what it would write, whichever way its lines end', async () => {
    await run('-p', 'shop', '--out', out);
    writeFileSync(out, readFileSync(out, 'utf8').replaceAll('\n', '\r\n'));
    expect(await run('-p', 'shop', '--out', out, '--check')).toMatchObject({ code: 0, err: '' });
  });

  it('ends a check with 1 and the lines that differ, and writes nothing', async () => {
    await run('-p', 'shop', '--out', out);
    const before = readFileSync(out, 'utf8').replace("'new-cart': boolean", "'old-cart': boolean");
    writeFileSync(out, before);
    const { code, err } = await run('-p', 'shop', '--out', out, '--check');
    expect(code).toBe(1);
    expect(err).toContain(`${out} is not what the project shop makes.`);
    expect(err).toContain("\n-   'old-cart': boolean;\n+   'new-cart': boolean;\n");
    expect(readFileSync(out, 'utf8')).toBe(before);
    rmSync(out);
    expect(await run('-p', 'shop', '--out', out, '--check')).toMatchObject({ code: 1 });
    expect(await run('-p', 'shop', '--check')).toMatchObject({ code: 2 });
  });

  it('reads an exported file and asks no server; the file’s own place leaves no mark', async () => {
    const flags = { b: { variants: { off: { size: 1 }, on: { size: 2 } } } };
    const write = (name: string) => {
      const from = join(folder, name);
      writeFileSync(from, JSON.stringify({ flags }));
      return from;
    };
    expect(await run('--from', write('one.json'), '--out', out)).toMatchObject({ code: 0 });
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('  b: { size: number };\n');
    expect(await run('--from', write('two.json'), '--out', out, '--check')).toMatchObject({ code: 0 });
    expect(asked).toEqual([]);
  });

  it('refuses a file that it cannot read, with the file’s name, and what makes no sense with one', async () => {
    writeFileSync(join(folder, 'broken.json'), '{"flags": {"a": {"variants": {"x": 1, "y": "z"}}}}');
    const { code, err } = await run('--from', join(folder, 'broken.json'));
    expect(code).toBe(2);
    expect(err).toContain('broken.json: the variants of the flag "a" must all be');
    expect(await run('--from', join(folder, 'none.json'))).toMatchObject({ code: 2 });
    expect((await run('--from', join(folder, 'broken.json'), '-p', 'shop')).err).toContain('leave out -p and -e');
    expect(asked).toEqual([]);
  });

  it('leaves the file alone where the server refuses', async () => {
    writeFileSync(out, 'mine');
    expect(await run('-p', 'other', '--out', out)).toMatchObject({ code: 1 });
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });
});
