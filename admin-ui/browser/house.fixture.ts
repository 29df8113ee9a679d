import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
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

export async function startDemoHouse(settings: Record<string, string> = {}): Promise<DemoHouse> {
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
