import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const COMMIT = 'a'.repeat(40);

describe('turnout check post', () => {
  let server: Server;
  let url = '';
  let heard: { path: string | undefined; authorization: string | undefined; body: unknown }[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const body = JSON.parse(text) as object;
      heard.push({ path: request.url, authorization: request.headers.authorization, body });
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ check: { fork: false, ...body } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => server.close());

  async function run(words: string[], env: Record<string, string> = {}, place = ['-p', 'shop']) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await runCommand(['check', ...words, ...place, '--url', url], {
      env: { TURNOUT_KEY: 'a-key', ...env },
      print: (line) => out.push(line),
      warn: (line) => err.push(line),
      readInput: async () => '',
      stopped: new AbortController().signal,
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  it('takes from the environment of a CI what it says there, and options win', async () => {
    const github = { GITHUB_SHA: COMMIT, GITHUB_REPOSITORY: 'shop/web', GITHUB_WORKFLOW: 'tests' };
    const { code, out } = await run(['post', 'acceptance', 'passed', '--link', 'https://ci.example/1'], github);
    expect([code, out]).toEqual([0, `acceptance: passed for ${COMMIT}`]);
    expect(heard).toEqual([
      {
        ...{ path: '/api/v1/projects/shop/checks', authorization: 'Bearer a-key' },
        body: {
          ...{ check: 'acceptance', status: 'passed', commit: COMMIT, repository: 'shop/web', workflow: 'tests' },
          url: 'https://ci.example/1',
        },
      },
    ]);
    await run(['post', 'acceptance', 'failed', '--workflow', 'nightly', '--summary', '3 of 212', '--fork'], github);
    expect(heard[1]?.body).toMatchObject({ workflow: 'nightly', summary: '3 of 212', fork: true });
    const gitlab = { CI_COMMIT_SHA: COMMIT, CI_PROJECT_PATH: 'shop/api', CI_JOB_NAME: 'job' };
    await run(['post', 'acceptance', 'pending'], gitlab);
    expect(heard[2]?.body).toMatchObject({ commit: COMMIT, repository: 'shop/api', workflow: 'job' });
  });

  it('says what is missing, and asks nobody then', async () => {
    expect(await run(['post', 'acceptance', 'passed'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--commit'),
    });
    expect((await run(['post', 'acceptance', 'green'])).err).toContain('passed, failed, pending');
    expect((await run(['list', 'acceptance', 'passed'])).code).toBe(2);
    // Nothing can be looked up with a token of a check.
    expect((await run(['post', 'acceptance', 'passed'], {}, [])).err).toContain('Name it with -p');
    expect(heard).toEqual([]);
  });

  it('says that what came from a fork does not count', async () => {
    const words = [
      'post',
      'acceptance',
      'passed',
      '--commit',
      COMMIT,
      '--repository',
      'a/b',
      '--workflow',
      'w',
      '--fork',
    ];
    expect((await run(words)).out).toContain('does not count');
  });
});
