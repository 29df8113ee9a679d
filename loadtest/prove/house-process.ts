import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChild, freePort, HOUSE } from './child.ts';

/** A server as a user would start it, with a root token and an empty data folder. */
export interface HouseProcess {
  port: number;
  url: string;
  child: ChildProcess;
  /** A call of the admin API by the root token; throws on anything but success. */
  call(method: string, path: string, body?: unknown): Promise<Answered>;
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
  const rootToken = randomBytes(32).toString('hex');
  const port = await freePort();
  const { DATABASE_URL: _database, ...inherited } = process.env;
  const imports = ['--import', 'tsx', ...(preload === undefined ? [] : ['--import', preload])];
  const child = spawn(process.execPath, ['--conditions=turnout-src', ...imports, 'server/main.ts'], {
    cwd: HOUSE,
    env: {
      ...inherited,
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      TURNOUT_ROOT_TOKEN: rootToken,
      DATA_DIR: dataDir,
      PORT: String(port),
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, child);
  return {
    port,
    url,
    child,
    call: async (method, path, body) => {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${rootToken}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text) as Answered;
    },
    end: async () => {
      await endChild(child);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
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

/** A project `proof` with one environment `production`; answers the secret of a server key of it. */
export async function makeEnvironment(house: HouseProcess): Promise<string> {
  await house.call('POST', '/projects', { key: 'proof', name: 'Proof' });
  await house.call('POST', '/projects/proof/environments', { key: 'production', name: 'Production' });
  const key = await house.call('POST', '/projects/proof/environments/production/keys', { kind: 'server', name: 'app' });
  if (!key.secret) throw new Error('no server key was made');
  return key.secret;
}
