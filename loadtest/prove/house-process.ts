import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChild, freePort, HOUSE } from './child.ts';

/** A server in its compiled form, as in production, with a root token and an empty data folder. */
export interface HouseProcess {
  port: number;
  url: string;
  /** The root token. */
  token: string;
  child: ChildProcess;
  /** A call of the admin API by the root token; throws on anything but success. */
  call(method: string, path: string, body?: unknown): Promise<Answered>;
  /** The same by PUT, whatever is there. */
  put(path: string, body: unknown): Promise<Answered>;
  /** Ends it with SIGKILL and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  end(): Promise<void>;
}

/** The parts of an answer that proofs look at. */
export interface Answered {
  secret?: string;
  change?: { id: number };
}

const READY_WITHIN_MS = 60_000;

/** Starts the house on a free port and waits until it can serve. `preload` is a module that its process loads first. */
export async function startHouse(settings: Record<string, string> = {}, preload?: string): Promise<HouseProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'turnout-proof-'));
  const rootToken = settings.TURNOUT_ROOT_TOKEN ?? randomBytes(32).toString('hex');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    ...withoutDatabase(process.env),
    NODE_ENV: 'production',
    LOG_LEVEL: 'error',
    TURNOUT_ROOT_TOKEN: rootToken,
    DATA_DIR: dataDir,
    PORT: String(port),
    ...settings,
  };
  const start = async () => {
    const child = startProcess(environment, preload);
    await waitUntilReady(url, child);
    return child;
  };
  const house: HouseProcess = {
    port,
    url,
    token: rootToken,
    child: await start(),
    call: (method, path, body) => callApi(`${url}/api/v1${path}`, rootToken, method, body),
    put: (path, body) => callApi(`${url}/api/v1${path}`, rootToken, 'PUT', body, { 'if-match': '*' }),
    restart: async () => {
      const gone = new Promise((resolve) => house.child.once('exit', resolve));
      house.child.kill('SIGKILL');
      await gone;
      house.child = await start();
    },
    end: async () => {
      await endChild(house.child);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return house;
}

function withoutDatabase({ DATABASE_URL: _database, ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}

function startProcess(env: NodeJS.ProcessEnv, preload: string | undefined): ChildProcess {
  const imports = preload === undefined ? [] : ['--import', preload];
  return spawn(process.execPath, [...imports, 'server/dist/main.js'], {
    cwd: HOUSE,
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function callApi(
  address: string,
  token: string,
  method: string,
  body: unknown,
  more: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
  return JSON.parse(text) as Answered;
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server was not ready in time');
}

/** A project with one environment `production`; answers the secret of a server key of it. */
export async function makeEnvironment(house: HouseProcess, project = 'proof'): Promise<string> {
  const path = `/projects/${project}/environments`;
  await house.call('POST', '/projects', { key: project, name: 'Proof' });
  await house.call('POST', path, { key: 'production', name: 'Production' });
  const key = await house.call('POST', `${path}/production/keys`, { kind: 'server', name: 'app' });
  if (!key.secret) throw new Error('no server key was made');
  return key.secret;
}
