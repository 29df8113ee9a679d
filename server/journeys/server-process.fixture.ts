import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFile } from './programs.fixture.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const ROOT_TOKEN = 'root-token-of-a-test-that-is-long-enough';

/** What came back: the status and the parsed body. */
export interface Answer {
  status: number;
  // Tests look into answers of every shape.
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  body: any;
  headers: Headers;
}

/** A whole server in a process of its own. */
export interface ServerProcess {
  url: string;
  dataDir: string;
  log(): string;
  /** A call of the admin API by the root token, or by the secret given. `path` is below /api/v1. */
  api(
    method: string,
    path: string,
    body?: unknown,
    over?: { secret?: string; headers?: Record<string, string> },
  ): Promise<Answer>;
  kill9(): Promise<void>;
  /** Stops it in the middle of whatever it does, until it is woken. */
  freeze(): void;
  wake(): void;
  /** Ends it politely and waits; the data stays. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export async function startServer(settings: Record<string, string> = {}): Promise<ServerProcess> {
  const dataDir = settings.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'turnout-server-'));
  let child: ChildProcess | undefined;
  let output = '';
  let port = settings.PORT ?? '0';

  const start = async () => {
    const { TEST_DATABASE_URL: _test, DATABASE_URL: _database, ...inherited } = process.env;
    child = spawn(process.execPath, [await programFile('server')], {
      cwd: REPOSITORY,
      env: {
        ...inherited,
        TURNOUT_ROOT_TOKEN: ROOT_TOKEN,
        TURNOUT_DEMO: 'false',
        ...settings,
        DATA_DIR: dataDir,
        PORT: port,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    const from = output.length;
    port = await until(
      () => /http:\/\/127\.0\.0\.1:(\d+)/.exec(output.slice(from))?.[1],
      child,
      () => output,
    );
    server.url = `http://127.0.0.1:${port}`;
    await until(
      async () => (await fetch(`${server.url}/readyz`).catch(() => undefined))?.ok || undefined,
      child,
      () => output,
    );
  };
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
    });

  const server: ServerProcess = {
    url: '',
    dataDir,
    log: () => output,
    async api(method, path, body, over = {}) {
      const response = await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${over.secret ?? settings.TURNOUT_ROOT_TOKEN ?? ROOT_TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...over.headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text ? JSON.parse(text) : undefined, headers: response.headers };
    },
    kill9: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    wake: () => void child?.kill('SIGCONT'),
    stop: () => end('SIGTERM'),
    start,
    async remove() {
      await end('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await start().catch(async (error: unknown) => {
    await server.remove();
    throw error;
  });
  return server;
}

async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  child: ChildProcess,
  output: () => string,
): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline) throw new Error(`the server was not there in time:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A project with two environments, a server key in the first, and boolean flags that are on in it. */
export async function prepareProject(
  server: ServerProcess,
  key: string,
  flags: string[],
): Promise<{ serverKey: string }> {
  const expectOk = (answer: Answer) => {
    if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  expectOk(await server.api('POST', '/projects', { key, name: key }));
  for (const environment of ['production', 'staging']) {
    expectOk(await server.api('POST', `/projects/${key}/environments`, { key: environment, name: environment }));
  }
  const made = expectOk(
    await server.api('POST', `/projects/${key}/environments/production/keys`, { kind: 'server', name: 'app' }),
  );
  for (const flag of flags) {
    expectOk(
      await server.api('POST', `/projects/${key}/flags`, {
        key: flag,
        type: 'boolean',
        variants: { on: true, off: false },
      }),
    );
    expectOk(
      await server.api('PATCH', `/projects/${key}/environments/production/flags/${flag}`, {
        state: 'on',
        offVariant: 'off',
        fallthrough: { variant: 'on' },
      }),
    );
  }
  return { serverKey: made.secret };
}
