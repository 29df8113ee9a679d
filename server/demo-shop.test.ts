import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, writeBootstrap } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DemoShop, SHOP, type ShopPlace } from './demo-shop.ts';

const PAGE = '<!doctype html><script type="application/json" id="sent">null</script><p>shop</p>';

let folder: string;
let server: Server;
let url: string;
let place: ShopPlace | undefined;
const evaluated: Context[] = [];
const errors: unknown[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'turnout-shop-'));
  writeFileSync(join(folder, 'shop.html'), PAGE);
  writeFileSync(join(folder, 'shop.js'), 'let shop;');
  place = { key: 'turnout_client_abc', projectId: 1, environmentId: 2 };
  evaluated.length = 0;
  const shop = new DemoShop({
    ...{ folder, secure: false, findPlace: () => place, onError: (error) => errors.push(error) },
    evaluate: async (_place, context) => {
      evaluated.push(context);
      const hostile = { key: 'hero', value: '</script><b>', variant: 'a', reason: 'STATIC' as const, metadata: {} };
      return writeBootstrap('e.1', context, [hostile]);
    },
  });
  server = createServer((request, response) => {
    if (!shop.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
  expect(errors).toEqual([]);
});

async function visit(query = '', headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}${SHOP}${query}`, { headers });
  const html = await answer.text();
  const [, json = 'null'] = /id="sent">(.*)<\/script>/.exec(html) ?? [];
  return { answer, html, sent: JSON.parse(json) };
}

describe('The shop of the demo', () => {
  test('is sent with the values of its visitor, and no text of a flag becomes markup', async () => {
    const { answer, html, sent } = await visit('?visitor=mila');
    expect(answer.status).toBe(200);
    expect(sent).toMatchObject({ key: 'turnout_client_abc', visitor: 'mila' });
    expect(sent.bootstrap.flags.hero.value).toBe('</script><b>');
    expect(html.split('</script>')).toHaveLength(2);
    expect(evaluated).toEqual([expect.objectContaining({ targetingKey: 'user-31', country: 'CH' })]);
    expect(sent.visitors.find(({ id }: { id: string }) => id === 'mila').context).toEqual(evaluated[0]);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  test('knows whoever has not signed in by a cookie, and takes none that it did not write', async () => {
    const first = await visit('?visitor=somebody');
    expect(first.sent.visitor).toBe('nobody');
    const [cookie = ''] = (first.answer.headers.get('set-cookie') ?? '').split(';');
    expect(first.answer.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax$/);
    const again = await visit('', { cookie: `other=1; ${cookie}` });
    expect(again.answer.headers.get('set-cookie')).toBeNull();
    expect(evaluated[1]).toEqual(evaluated[0]);
    expect(evaluated[0]?.targetingKey).toMatch(/^anonymous-[0-9a-f]{16}$/);
    await visit('', { cookie: 'turnout-shop-visitor=user-31' });
    expect(evaluated[2]?.targetingKey).not.toBe('user-31');
  });

  test('gives its script and its style, and leaves everything else to others', async () => {
    const script = await fetch(`${url}${SHOP}/shop.js`);
    expect([script.status, await script.text()]).toEqual([200, 'let shop;']);
    expect((await fetch(`${url}${SHOP}/shop.css`)).status).toBe(404);
    for (const path of ['/', '/demo', '/demo/shop/', '/demo/shop/shop.html', '/demo/shopping']) {
      expect((await fetch(`${url}${path}`)).status).toBe(418);
    }
    expect((await fetch(`${url}${SHOP}`, { method: 'POST' })).status).toBe(418);
    const head = await fetch(`${url}${SHOP}`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('says that it is gone with the demo, or that it is not built yet', async () => {
    rmSync(join(folder, 'shop.html'));
    const unbuilt = await visit();
    expect([unbuilt.answer.status, unbuilt.answer.headers.get('refresh')]).toEqual([503, '3']);
    place = undefined;
    expect((await visit()).answer.status).toBe(404);
    expect(evaluated).toEqual([]);
  });
});
