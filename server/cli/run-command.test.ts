import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHere } from './find-key.ts';
import { COMMANDS, runCommand } from './run-command.ts';

const NOBODY = 'http://127.0.0.1:2';

/** What a command said, and how it ended. */
async function run(
  words: string,
  env: Record<string, string> = {},
  input = '',
  stopped = new AbortController().signal,
) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(words.split(' ').filter(Boolean), {
    env: { DATA_DIR: dataDir, ...env },
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    readInput: async () => input,
    stopped,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

interface Heard {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** A server that answers what a test wants, and remembers what it was asked. */
async function answering(
  status: number | ((path: string) => [status: number, body: unknown]),
  body?: unknown,
): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    heard.push({ method: request.method, url: request.url, headers: request.headers, body: text && JSON.parse(text) });
    const [code, answer] = typeof status === 'number' ? [status, body] : status(request.url ?? '');
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

let dataDir = '';
const servers: Server[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'turnout-cli-'));
});
afterEach(async () => {
  rmSync(dataDir, { recursive: true });
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const PLACE = '-p shop -e production';
const ANSWER = {
  before: { serves: 'on for everyone' },
  after: { serves: 'off: variant off' },
  changed: true,
  change: { id: 9, seq: 7, environments: [{ key: 'production', position: 'abc.3' }] },
};

describe('the help', () => {
  it('lists every command, and every command has its own, with examples and exit codes', async () => {
    const overview = await run('--help');
    expect(overview.code).toBe(0);
    for (const { name, summary, examples } of COMMANDS) {
      expect(overview.out).toContain(summary);
      const help = await run(`${name} --help`);
      expect(help.code).toBe(0);
      expect(help.out).toContain(summary);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(help.out).toContain(example);
      expect(help.out).toContain('4  no server could be reached');
      expect((await run(`help ${name}`)).out).toBe(help.out);
    }
  });

  it('says what there is where somebody asks for what there is not', async () => {
    for (const asked of ['help nonsense', '--help nonsense', 'nonsense']) {
      const { code, err } = await run(asked);
      expect([asked, code, err]).toEqual([
        asked,
        2,
        expect.stringContaining('no command nonsense. There are: start, '),
      ]);
    }
  });

  it('of start has every setting', async () => {
    const { out } = await run('start --help');
    expect(out).toContain('DATABASE_URL');
    expect(out).toContain('LIMIT_STREAMS');
  });
});

describe('words that make no sense', () => {
  it.each([
    ['', 0, ''],
    ['switch new-cart', 2, 'there is no command switch'],
    ['off', 2, '<flag> is missing: turnout off <flag>'],
    ['serve new-cart', 2, '<variant> is missing'],
    ['off new-cart old-cart', 2, 'old-cart is one word too many'],
    ['off new-cart --force', 2, "Unknown option '--force'"],
    ['eval x --context nonsense', 2, '--context must be a JSON object'],
    ['eval x -e ../admin', 2, '-e takes the key of an environment'],
    ['eval x -e production --key k', 2, '-e names one of the demo’s keys'],
    ['tail --last many', 2, '--last takes a number'],
    ['new-epoch -p shop', 2, 'Name one environment with -e, or all of them'],
    ['off x --url not-an-address', 2, 'is no address'],
    ['kill .. -p shop -e live --key -', 2, '".." is no key'],
    ['off x -p .. -e live --key -', 2, '".." is no key'],
    ['eval .. --key -', 2, '".." is no key'],
  ])('turnout %s ends with %i', async (words, code, told) => {
    const said = await run(words, {}, 'a-key');
    expect(said.code).toBe(code);
    expect(said.err).toContain(told);
  });
});

describe('the key', () => {
  it('is taken from a file, from standard input, and from TURNOUT_KEY', async () => {
    const { url, heard } = await answering(200, ANSWER);
    const file = join(dataDir, 'my.key');
    writeFileSync(file, 'from-a-file\n');
    const command = `off x ${PLACE} --url ${url}`;
    await run(`${command} --key ${file}`, { TURNOUT_KEY: 'not-this' });
    await run(`${command} --key -`, {}, 'from-input\n');
    await run(command, { TURNOUT_KEY: 'from-env' });
    const keys = heard.map(({ headers }) => headers.authorization);
    expect(keys).toEqual(['Bearer from-a-file', 'Bearer from-input', 'Bearer from-env']);
  });

  it('of the demo is found by itself on this machine, and never sent to another', async () => {
    const { url, heard } = await answering(200, ANSWER);
    mkdirSync(join(dataDir, 'demo-keys'));
    writeFileSync(join(dataDir, 'demo-keys', 'admin'), 'of-the-demo\n', { mode: 0o600 });
    expect((await run(`off x ${PLACE} --url ${url}`)).code).toBe(0);
    expect(heard[0]?.headers.authorization).toBe('Bearer of-the-demo');
    const elsewhere = await run(`off x ${PLACE} --url ${url} --url http://turnout.invalid`);
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining('No key was given') });
    expect(['http://localhost:1', 'http://127.0.0.1', 'http://127.1.2.3:80', 'http://[::1]:1'].every(isHere)).toBe(
      true,
    );
    const others = ['http://10.0.0.1', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'nonsense'];
    expect(others.some(isHere)).toBe(false);
  });

  it('is refused on the command line, and where there is none the sentence says what to do', async () => {
    const typed = await run(`off x ${PLACE} --key turnout_admin_0_0_0`);
    expect(typed).toMatchObject({ code: 2, err: expect.stringContaining('takes a file, not the key itself') });
    expect(typed.err).not.toContain('turnout_admin_0');
    expect((await run(`off x ${PLACE}`)).err).toContain('TURNOUT_KEY');
  });
});

const WITH_KEY = { TURNOUT_KEY: 'k' };

describe('an answer', () => {
  it('is told in words, or as JSON', async () => {
    const { url, heard } = await answering(200, ANSWER);
    const said = await run(`off new-cart ${PLACE} --url ${url}/ --reason slow`, WITH_KEY);
    expect(said.out).toBe(
      'new-cart in production: on for everyone → off: variant off\nchange #7 (id 9), production at abc.3',
    );
    expect(heard[0]).toMatchObject({
      method: 'POST',
      url: '/api/v1/projects/shop/environments/production/flags/new-cart/off',
      body: { reason: 'slow' },
    });
    const json = await run(`off new-cart ${PLACE} --json`, { ...WITH_KEY, TURNOUT_URL: url });
    expect(JSON.parse(json.out)).toEqual(ANSWER);
  });

  it('that changed nothing says so', async () => {
    const { url } = await answering(200, { before: ANSWER.after, after: ANSWER.after, changed: false });
    expect((await run(`off x ${PLACE} --url ${url}`, WITH_KEY)).out).toContain('nothing to change');
  });

  it('that leaves users what they have says so, and still names the change', async () => {
    const { url } = await answering(200, { ...ANSWER, before: ANSWER.after });
    const said = await run(`off x ${PLACE} --url ${url}`, WITH_KEY);
    expect(said.out).toContain('users get what they got: off: variant off\nchange #7');
  });

  it('that refuses ends with 1 and tells what is wrong, field by field', async () => {
    const problem = {
      status: 422,
      code: 'invalid',
      title: 'Some fields are not right',
      detail: '/variant: expected a variant',
      errors: [{ path: '/variant', code: 'unknown', expected: 'a variant of this flag: on, off' }],
    };
    const { url } = await answering(422, problem);
    const said = await run(`serve x y ${PLACE} --url ${url}`, WITH_KEY);
    expect(said.code).toBe(1);
    expect(said.err).toContain('Some fields are not right');
    expect(said.err).toContain('/variant: expected a variant of this flag: on, off');
    const json = await run(`serve x y ${PLACE} --url ${url} --json`, WITH_KEY);
    expect(JSON.parse(json.out)).toEqual(problem);
  });

  it('that nobody knows the key is told as one sentence', async () => {
    const { url } = await answering(401, {
      title: 'Who are you?',
      detail: 'Nobody has this key.',
      code: 'unauthorized',
    });
    const said = await run(`off x ${PLACE} --url ${url}`, WITH_KEY);
    expect(said).toMatchObject({ code: 1, err: 'turnout: Who are you? Nobody has this key. (401 unauthorized)' });
  });

  it('that there is no such flag names those that it may have been', async () => {
    const { url } = await answering((path) =>
      path.includes('?limit') && !path.includes('cursor')
        ? [200, { items: [{ key: 'new-cart' }, { key: 'banner' }], next: 'more' }]
        : path.includes('cursor=more')
          ? [200, { items: [{ key: 'old-cart' }], next: null }]
          : [404, { title: 'Not found', detail: 'There is no such flag in this project.', code: 'not_found' }],
    );
    for (const [verb, typed, meant] of [
      ['kill', 'cart', 'new-cart or old-cart'],
      ['off', 'new-crat', 'new-cart'],
      ['off', 'Banner', 'banner'],
    ]) {
      const said = await run(`${verb} ${typed} ${PLACE} --url ${url}`, WITH_KEY);
      expect(said).toMatchObject({ code: 1, err: expect.stringContaining(`Did you mean ${meant}?`) });
    }
    expect((await run(`off payments ${PLACE} --url ${url}`, WITH_KEY)).err).not.toContain('Did you mean');
  });

  it('that does not come ends with 4, and the next address is tried before', async () => {
    const { url } = await answering(200, ANSWER);
    const nobody = await run(`off x ${PLACE} --url ${NOBODY}`, WITH_KEY);
    expect(nobody).toMatchObject({ code: 4, err: expect.stringContaining('cannot be reached: ECONNREFUSED') });
    expect((await run(`off x ${PLACE} --url ${NOBODY} --url ${url}`, WITH_KEY)).code).toBe(0);
  });

  it('names the projects to choose from where none was named', async () => {
    const { url } = await answering(200, { items: [{ key: 'a' }, { key: 'b' }], next: null });
    expect(await run(`off x --url ${url}`, WITH_KEY)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Which project? Name it with -p: a, b'),
    });
  });
});

describe('a kill', () => {
  it('asks the node’s memory where the key may kill, and needs no list that the database would be asked for', async () => {
    const { url, heard } = await answering((path) =>
      path.endsWith('/places') ? [200, { places: [{ project: 'shop', environments: ['live'] }] }] : [200, ANSWER],
    );
    expect((await run(`kill x --url ${url}`, WITH_KEY)).out).toContain('x in live');
    expect(heard.map((one) => one.url)).toEqual([
      '/api/v1/places',
      '/api/v1/projects/shop/environments/live/flags/x/kill',
    ]);
    const elsewhere = await run(`kill x -p blog --url ${url}`, WITH_KEY);
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining('no project blog. It sees: shop') });
  });

  it('goes to all addresses at once as the same request, and ends with 3 where one was not reached', async () => {
    const nodes = await Promise.all([answering(200, ANSWER), answering(200, ANSWER)]);
    const urls = nodes.map(({ url }) => `--url ${url}`).join(' ');
    expect((await run(`kill x ${PLACE} ${urls}`, WITH_KEY)).code).toBe(0);
    const [first, second] = nodes.map(({ heard }) => heard[0]?.headers['idempotency-key']);
    expect(first).toMatch(/^[\w-]{36}$/);
    expect(second).toBe(first);
    const partly = await run(`kill x ${PLACE} --url ${NOBODY} ${urls}`, WITH_KEY);
    expect(partly).toMatchObject({ code: 3, err: expect.stringContaining(`${NOBODY} cannot be reached`) });
    expect(partly.out).toContain('x in production');
  });

  it('that so far is only in a journal says so', async () => {
    const { url } = await answering(202, { id: 'f00', durable: 'journal', copies: 1 });
    const said = await run(`kill x ${PLACE} --url ${url}`, WITH_KEY);
    expect(said.code).toBe(0);
    expect(said.out).toContain('killed. It is in this node’s journal');
    expect(said.out).toContain('f00');
  });

  it('that nobody took ends with 4, and one that was refused with 1', async () => {
    const refusing = await answering(403, { title: 'A right is missing', detail: 'no', code: 'forbidden' });
    expect((await run(`kill x ${PLACE} --url ${NOBODY}`, WITH_KEY)).code).toBe(4);
    expect((await run(`kill x ${PLACE} --url ${NOBODY} --url ${refusing.url}`, WITH_KEY)).code).toBe(1);
  });
});

describe('what is only read', () => {
  it('eval of all flags says beside a failure why it is one', async () => {
    const flags = [
      { key: 'hero', value: 'calm', variant: 'a', reason: 'STATIC' },
      { key: 'coded', reason: 'DEFAULT' },
      { key: 'split', errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'It is split by targetingKey.' },
    ];
    const { url } = await answering(200, { flags });
    expect((await run(`eval --url ${url}`, WITH_KEY)).out.split('\n')).toEqual([
      'hero   "calm"  (a, STATIC)',
      'coded  coded default  (DEFAULT)',
      'split  TARGETING_KEY_MISSING  (It is split by targetingKey.)',
    ]);
  });

  it('verify without a server says once what to do, and that the database can be read', async () => {
    const { code, err } = await run(`verify --url ${NOBODY}`, WITH_KEY);
    expect(code).toBe(4);
    expect(err.match(/Is the server running/g)).toHaveLength(1);
    expect(err).toContain('turnout verify --direct');
  });

  it('tail tells times as UTC, and a change by the numbers that the verbs tell', async () => {
    const entry = {
      ...ANSWER.change,
      at: '2026-01-02T03:04:05.678Z',
      actor: 'root',
      action: 'flag.off',
      subject: 'flag/x',
    };
    const stop = new AbortController();
    const { url } = await answering((path) => {
      if (path.includes('after=')) stop.abort();
      return [200, { items: path.includes('after=') ? [] : [{ ...entry, reason: null }], next: null }];
    });
    const said = await run(`tail -p shop --url ${url}`, WITH_KEY, '', stop.signal);
    expect(said).toMatchObject({
      code: 0,
      out: '2026-01-02 03:04:05Z  #7 (id 9)  flag.off  flag/x  production  by root',
    });
  });

  it('tail tells what was done and by whom in words, where the server has them', async () => {
    const stop = new AbortController();
    const summary = 'cart in production: off → on for everyone';
    const entry = {
      ...{ ...ANSWER.change, at: '2026-01-02T03:04:05.678Z', actor: 'token:1', actorName: 'pipeline' },
      ...{ action: 'flag.on', subject: 'flag/cart', summary, reason: 'Ready' },
    };
    const { url } = await answering((path) => {
      if (path.includes('after=')) stop.abort();
      return [200, { items: path.includes('after=') ? [] : [entry], next: null }];
    });
    expect((await run(`tail -p shop --url ${url}`, WITH_KEY, '', stop.signal)).out).toBe(
      `2026-01-02 03:04:05Z  #7 (id 9)  flag.on  ${summary}  by pipeline  "Ready"`,
    );
  });

  it('show tells what users get in each environment, and a kill before all else', async () => {
    const { url } = await answering((path) => {
      if (path.includes('/environments?')) return [200, { items: [{ key: 'dev' }, { key: 'production' }], next: null }];
      const killed = path.includes('/production/');
      return [200, { state: 'on', killed, archived: false, serves: killed ? 'off: variant off' : 'on for everyone' }];
    });
    const said = await run(`show x -p shop --url ${url}`, WITH_KEY);
    expect(said).toMatchObject({
      code: 0,
      out: 'dev         on for everyone\nproduction  KILLED, off: variant off',
    });
  });

  it('undo tells what it undid as the log does, and the change that did it', async () => {
    const { url } = await answering((path) =>
      path.endsWith('/changes/9/undo')
        ? [
            200,
            {
              undone: { id: 9, summary: 'production went back: 3 flags' },
              change: { ...ANSWER.change, id: 12, seq: 8 },
            },
          ]
        : [404, {}],
    );
    expect((await run(`undo 9 -p shop --url ${url}`, WITH_KEY)).out).toBe(
      'Undone: production went back: 3 flags (id 9)\nchange #8 (id 12), production at abc.3',
    );
    expect(await run(`undo last -p shop --url ${url}`, WITH_KEY)).toMatchObject({ code: 2 });
  });
});
