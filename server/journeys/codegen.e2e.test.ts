import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { turnout } from './command-line.fixture.ts';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const ROOT_TOKEN = 'a-root-token-for-the-types-and-the-test';

describe('the types of a project’s flags', () => {
  let server: ServerProcess;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-codegen-'));
    server = await startServer({ TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
    await prepareProject(server, 'shop', ['new-cart', 'old-cart']);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server?.remove();
  });

  it('follow its flags: a check fails once a flag was changed or archived, until they are written again', async () => {
    const out = join(folder, 'flags.ts');
    const env = { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN };
    const codegen = (...words: string[]) => turnout(['codegen', '-p', 'shop', '--out', out, ...words], env);
    expect(await codegen()).toMatchObject({ code: 0, err: '' });
    expect(await codegen('--check')).toMatchObject({ code: 0 });

    const hero = { key: 'hero', type: 'object', variants: { off: { size: 1 }, on: { size: 2, tags: ['a'] } } };
    expect((await server.api('POST', '/projects/shop/flags', hero)).status).toBe(201);
    expect((await server.api('POST', '/projects/shop/flags/old-cart/archive', {})).status).toBe(200);
    const differs = await codegen('--check');
    expect(differs.code).toBe(1);
    expect(differs.err).toContain('+   hero: { size: number } | { size: number; tags: string[] };');

    expect(await codegen('-e', 'production')).toMatchObject({ code: 0 });
    const text = readFileSync(out, 'utf8');
    expect(text).toContain("answers no more. */\n  'old-cart': boolean;");
    expect(await codegen('-e', 'production', '--check')).toMatchObject({ code: 0 });
  });
});
