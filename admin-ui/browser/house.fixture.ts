import { constants, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { onceARun } from '../../server/journeys/once-a-run.fixture.ts';
import { type ServerProcess, startServer } from '../../server/journeys/server-process.fixture.ts';

export const ADMIN = { login: 'ada', name: 'Ada Admin', password: 'correct horse battery staple' };

/** A server with the demo, and its first administrator. */
export interface DemoHouse {
  server: ServerProcess;
  /** The cookie of a session of the administrator, as a header. */
  cookie: string;
}

/** The address of the one-time link that the server wrote down at its start. */
export function readSetupToken(dataDir: string): string {
  const found = /\/setup#(\S+)/.exec(readFileSync(join(dataDir, 'first-start'), 'utf8'))?.[1];
  if (found === undefined) throw new Error('There is no setup link in first-start.');
  return found;
}

/**
 * Starts a house with its first administrator, and with the demo unless the settings say otherwise. One that would be as
 * all others begin is a copy: to make the demo and its past takes longer than most tests look at it.
 */
export async function startDemoHouse(settings: Record<string, string> = {}): Promise<DemoHouse> {
  const isUsual = settings.DATABASE_URL === undefined && (settings.TURNOUT_DEMO ?? 'true') === 'true';
  if (!isUsual) return makeHouse(settings);
  const made = await onceARun('demo-house', makeDemoHouse);
  const dataDir = mkdtempSync(join(tmpdir(), 'turnout-server-'));
  await cp(join(made, 'data'), dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const server = await startServer({ TURNOUT_DEMO: 'true', ...settings, DATA_DIR: dataDir });
  return { server, cookie: readFileSync(join(made, 'cookie'), 'utf8') };
}

/** The data of a house whose demo is whole, and the session of its administrator. */
async function makeDemoHouse(folder: string): Promise<void> {
  const dataDir = join(folder, 'data');
  const { server, cookie } = await makeHouse({ DATA_DIR: dataDir });
  const unfinished = join(dataDir, 'demo-keys', 'unfinished');
  while (existsSync(unfinished)) await new Promise((resolve) => setTimeout(resolve, 25));
  await server.stop();
  writeFileSync(join(folder, 'cookie'), cookie);
}

async function makeHouse(settings: Record<string, string>): Promise<DemoHouse> {
  const server = await startServer({ TURNOUT_DEMO: 'true', ...settings });
  const response = await fetch(`${server.url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ token: readSetupToken(server.dataDir), ...ADMIN }),
  });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  if (response.status !== 201 || cookie === '') throw new Error(`setup answered ${response.status}`);
  return { server, cookie };
}

/** Gives a page the administrator's session, as if they had signed in. */
export async function signInPage(page: Page, { server, cookie }: DemoHouse): Promise<void> {
  const [name = '', value = ''] = cookie.split(/=(.*)/);
  await page.context().addCookies([{ name, value, url: server.url, httpOnly: true, sameSite: 'Lax' }]);
}
