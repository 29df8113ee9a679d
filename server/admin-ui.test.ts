import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AdminUi, PAGE_POLICY } from './admin-ui.ts';

let folder: string;
let server: Server;
let url: string;
const errors: unknown[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'turnout-ui-'));
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), 'not for browsers');
  writeFileSync(join(folder, 'dist', 'index.html'), '<!doctype html><title>Turnout</title>');
  writeFileSync(join(folder, 'dist', 'assets', 'a.js'), 'export const a = 1;'.repeat(50));
  const ui = new AdminUi({ folder: join(folder, 'dist'), secure: false, onError: (error) => errors.push(error) });
  server = createServer((request, response) => {
    if (!ui.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const HTML = { accept: 'text/html,*/*' };

describe('The screen', () => {
  test.each(['/', '/p/demo/flags', '/p/demo/flags/a%20b', '/p/demo/releases/2026-11-25.1', '/..%2f..%2fsecret'])(
    'is one page at every address of a page (%s), under a policy without inline scripts',
    async (path) => {
      const answer = await fetch(`${url}${path}`, { headers: HTML });
      expect([answer.status, await answer.text()]).toEqual([200, '<!doctype html><title>Turnout</title>']);
      expect(answer.headers.get('content-security-policy')).toBe(PAGE_POLICY);
      expect(PAGE_POLICY).not.toMatch(/script-src[^;]*unsafe/);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    },
  );

  test('gives files under names of their own for good, packed for whoever takes that', async () => {
    const answer = await fetch(`${url}/assets/a.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect(await answer.text()).toBe('export const a = 1;'.repeat(50));
    expect([answer.headers.get('content-encoding'), answer.headers.get('content-type')]).toEqual([
      'gzip',
      'text/javascript; charset=utf-8',
    ]);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    const plain = await fetch(`${url}/assets/a.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  test.each([
    '/api/v1/projects',
    '/ofrep/v1/evaluate/flags',
    '/sdk/v1/ruleset',
    '/livez',
    '/readyz',
    '/metrics',
    '/api',
  ])('leaves %s to whoever it belongs to', async (path) => {
    expect((await fetch(`${url}${path}`, { headers: HTML })).status).toBe(418);
  });

  test('leaves programs, and whatever is no reading, alone', async () => {
    expect((await fetch(`${url}/nowhere`, { headers: { accept: 'application/json' } })).status).toBe(418);
    expect((await fetch(`${url}/`, { method: 'POST', headers: HTML })).status).toBe(418);
  });

  test.each(['/../secret.js', '/assets/../../secret.js', '/assets/%2e%2e/%2e%2e/secret.js', '/missing.js'])(
    'gives nothing beside its folder (%s)',
    async (path) => {
      const { request } = await import('node:http');
      const body = await new Promise<string>((resolve, reject) => {
        const asking = request(`${url}/`, { path }, (response) => {
          let text = `${response.statusCode} `;
          response
            .setEncoding('utf8')
            .on('data', (chunk) => (text += chunk))
            .on('end', () => resolve(text));
        });
        asking.on('error', reject).end();
      });
      expect(body).toMatch(/^(404|418) /);
      expect(body).not.toContain('not for browsers');
    },
  );

  test('says that it is being built where it is not there yet, and is there once it is', async () => {
    rmSync(join(folder, 'dist', 'index.html'));
    const early = await fetch(`${url}/`, { headers: HTML });
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '3']);
    expect(await early.text()).toContain('being built');
    writeFileSync(join(folder, 'dist', 'index.html'), '<!doctype html>');
    expect((await fetch(`${url}/`, { headers: HTML })).status).toBe(200);
  });
});
