import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { type RunningApps, startApps } from '../../../server/journeys/running-apps.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';

const PRODUCTION = '/projects/demo/environments/production';
const HOSTILE = '<img src=x onerror="window.broken=1">';
const SETTINGS = '/p/demo/settings';

const house = useDemoHouse();
let apps: RunningApps | undefined;

async function visit(section: string, look = LOOKS.dark, { cookie }: { cookie: string } = house): Promise<Page> {
  return house.visit(`${SETTINGS}/${section}?env=production`, { look, cookie });
}

/** What the dialogue shows once. */
async function readSecret(page: Page): Promise<string> {
  return (await page.locator('t-secret code.secret').textContent()) ?? '';
}

async function storeSecret(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: 'I have stored it' }).check();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.locator('t-secret').waitFor({ state: 'detached' });
}

/** Everywhere a page could keep something: what it draws, where it is, and its stores. */
function everythingOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const texts: string[] = [location.href, JSON.stringify(history.state), document.cookie];
    texts.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
    const look = (root: Document | ShadowRoot) => {
      texts.push((root instanceof Document ? root.documentElement : root).textContent ?? '');
      for (const element of root.querySelectorAll('*')) {
        texts.push(...[...element.attributes].map((attribute) => attribute.value));
        if ('value' in element) texts.push(String(element.value));
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(document);
    return texts.join('\n');
  });
}

const ask = (secret: string) =>
  fetch(`${house.server.url}/ofrep/v1/evaluate/flags/new-checkout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'user-1' } }),
  });

/** Signs in somebody by the link that they were given. */
async function accept(link: string): Promise<string> {
  const response = await fetch(`${house.server.url}/api/v1/invitations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: house.server.url },
    body: JSON.stringify({ token: link.split('#')[1], password: 'woken up at three o clock' }),
  });
  expect(response.ok).toBe(true);
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  return cookie;
}

describe.skipIf(!hasBrowser)('The settings', () => {
  afterAll(async () => {
    apps?.end();
  });
  test('make a key by keyboard alone, show its secret until it is stored, and keep nothing of it', async () => {
    const page = await visit('tokens');
    await page.getByRole('link', { name: 'Keys' }).press('Enter');
    await page.getByRole('button', { name: 'New server key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(HOSTILE);
    await page.keyboard.press('Enter');
    await page.getByText('It is shown once').waitFor();
    const secret = await readSecret(page);
    expect(secret).toMatch(/^turnout_server_/);
    expect((await ask(secret)).status).toBe(200);
    // The dialogue begins at the button that copies, and neither Escape nor Enter elsewhere takes it away.
    for (const key of ['Escape', 'Escape', 'Escape']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    expect(await readSecret(page)).toBe(secret);
    await page.goBack().catch(() => undefined);
    expect(await readSecret(page)).toBe(secret);
    await page.getByRole('checkbox', { name: 'I have stored it' }).press('Space');
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    await page.locator('t-secret').waitFor({ state: 'detached' });
    expect(await everythingOf(page)).not.toContain(secret.slice('turnout_server_'.length + 14));
  });

  test('rotate a key, tell which apps still come with the old one, and revoke it', async () => {
    const { url, api } = house.server;
    const key = (await api('POST', `${PRODUCTION}/keys`, { kind: 'server', name: 'till' })).body.secret;
    apps = await startApps({ url, key, hosts: ['till-1', 'till-2'] });
    const page = await visit('keys');
    const old = page.getByRole('article', { name: 'Key till' }).filter({ hasText: 'running with it' });
    await old.getByText('2', { exact: true }).waitFor();
    await old.getByRole('button', { name: 'Rotate till' }).click();
    await page.getByLabel('The old key works for').selectOption({ label: 'A week' });
    await page.getByRole('button', { name: 'Make the second key' }).click();
    await page.getByText('It is shown once').waitFor();
    expect((await ask(await readSecret(page))).status).toBe(200);
    await storeSecret(page);
    await page.getByText(/2 still come with this one: till-[12], till-[12]\./).waitFor();
    const replaced = page.getByRole('article', { name: 'Key till' }).filter({ hasText: 'replaced' });
    expect(await replaced.getByRole('button', { name: 'Rotate' }).getAttribute('aria-disabled')).toBe('true');
    await replaced.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('2 running with it now.').waitFor();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('till is revoked.').waitFor();
    expect((await ask(key)).status).toBe(401);
    await page.getByRole('button', { name: /Show 1 ended key/ }).click();
    expect(new URL(page.url()).searchParams.get('ended')).toBe('yes');
    await page.getByText('revoked just now').waitFor();
  });

  test('limit a kill key to flags, say which origin is none, and keep what was typed', async () => {
    const page = await visit('keys');
    await page.getByRole('button', { name: 'New client key' }).click();
    await page.getByLabel('Name').fill('Shop page');
    await page.getByLabel('Origins').fill('shop.example/path');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page
      .getByText(/an origin such as/)
      .first()
      .waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Shop page');
    await page.getByRole('button', { name: 'Take out shop.example/path' }).click();
    await page.getByRole('combobox', { name: 'Origins' }).fill('https://shop.example');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await storeSecret(page);
    await page.getByText('pages of https://shop.example').waitFor();
    await page.getByRole('button', { name: 'New kill key' }).click();
    await page.getByLabel('Name').fill('Runbook');
    await page.getByRole('combobox', { name: /^Flags/ }).fill('new-checkout');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('It is shown once').waitFor();
    await page.locator('t-secret').getByText(`${PRODUCTION}/flags/new-checkout/kill`).waitFor();
    await storeSecret(page);
    await page.getByText('flags new-checkout').waitFor();
  });

  test('sign for whom pages of a client key ask, keep the secret of that, and show how a token is made', async () => {
    const page = await visit('keys');
    await page.getByRole('button', { name: 'New client key' }).click();
    await page.getByLabel('Name').fill('Account page');
    await page.getByRole('radio', { name: /^Signed/ }).check();
    await page.getByLabel('Issuer').fill('https://id.example');
    await page.getByLabel('Audience').fill('shop');
    await page.getByLabel('They are checked with').selectOption({ label: 'a secret that your server shares (HS256)' });
    await page.getByLabel(/^Secret/).fill('too short');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.locator('#context-secret-fault', { hasText: '32 bytes or more' }).waitFor();
    await page.getByLabel(/^Secret/).fill('shared with the server of the shop');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.locator('t-secret').getByText('contextToken: () =>').waitFor();
    const refused = await ask(await readSecret(page));
    expect([refused.status, refused.headers.get('turnout-context-error')]).toEqual([401, 'missing']);
    await storeSecret(page);
    const row = page.getByRole('article', { name: 'Key Account page' });
    await row.getByText('signed by https://id.example').waitFor();
    await row.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Audience').fill('till');
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Account page is changed.').waitFor();
    const { body } = await house.server.api('GET', `${PRODUCTION}/keys`);
    const { context } = body.items.find(({ name }: { name: string }) => name === 'Account page');
    expect(context).toMatchObject({ audience: 'till', secretSetAt: expect.any(String) });
    expect(await everythingOf(page)).not.toContain('shared with the server of the shop');
  });

  test('show what somebody else made of a key before it is changed, and put over it only what was touched', async () => {
    const { api } = house.server;
    const made = (await api('POST', `${PRODUCTION}/keys`, { kind: 'client', name: 'page', origins: ['*'] })).body.key;
    const page = await visit('keys');
    await page.getByRole('button', { name: 'Edit page' }).click();
    await page.getByLabel('Name').fill('the page');
    const others = { origins: ['https://other.example'] };
    await api('PATCH', `${PRODUCTION}/keys/${made.id}`, others, { headers: { 'if-match': '"v1"' } });
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Now it is page, good for pages of https://other.example').waitFor();
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('the page is changed.').waitFor();
    const { body } = await api('GET', `${PRODUCTION}/keys/${made.id}`);
    expect(body).toMatchObject({ name: 'the page', ...others });
  });

  test('make a token that may what its roles may, and revoke it', async () => {
    const page = await visit('tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('Deploy of a test');
    await page.getByLabel('Where its roles hold').selectOption('production');
    await page.getByRole('checkbox', { name: /^viewer/ }).uncheck();
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('checkbox', { name: /^killer/ }).check();
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('It is shown once').waitFor();
    const secret = await readSecret(page);
    await storeSecret(page);
    const { api } = house.server;
    const flag = `${PRODUCTION}/flags/new-checkout`;
    expect((await api('GET', flag, undefined, { secret })).status).toBe(200);
    expect((await api('POST', '/projects/demo/flags', { key: 'x', type: 'boolean' }, { secret })).status).toBe(403);
    await page.getByRole('button', { name: 'Revoke Deploy of a test' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('Deploy of a test is revoked.').waitFor();
    expect((await api('GET', flag, undefined, { secret })).status).toBe(401);
  });

  test('invite somebody by a link that is shown once, change their roles, and remove them', async () => {
    const page = await visit('members');
    const mine = page.getByRole('article', { name: 'Member Ada Admin' });
    await mine.getByText('The last administrator of the installation stays').waitFor();
    expect(await mine.getByRole('button', { name: 'Remove' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Login').fill('kim');
    await page.getByLabel('Name shown').fill(HOSTILE);
    await page.getByLabel('Where the roles hold').selectOption('production');
    await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
    await page.getByText('It is shown once').waitFor();
    const first = await readSecret(page);
    await storeSecret(page);
    expect(await everythingOf(page)).not.toContain(first.split('#')[1]);
    const row = page.getByRole('article', { name: `Member ${HOSTILE}` });
    await row.getByText('invited, no password yet').waitFor();
    await row.getByRole('button', { name: 'New link' }).click();
    await page.getByText('It is shown once').waitFor();
    const link = await readSecret(page);
    expect(link).not.toBe(first);
    await storeSecret(page);
    const cookie = await accept(link);
    await page.reload();
    await row.getByText('kim', { exact: true }).waitFor();
    expect(await row.getByText('invited, no password yet').count()).toBe(0);
    const theirs = await visit('keys', LOOKS.dark, { ...house, cookie });
    await theirs.getByText('The keys of Production are for its administrators.').waitFor();
    expect(await findAxeFaults(theirs)).toEqual([]);
    await row.getByRole('button', { name: 'Change roles' }).click();
    await page.getByRole('checkbox', { name: /^editor/ }).check();
    await page.getByRole('button', { name: 'Change the roles' }).click();
    await row.getByText('editor', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('try a file before it is imported, name what is left out, and link to the change that it made', async () => {
    const boolean = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
    const asked = { if: [{ '>': [{ var: '$flagd.timestamp' }, 5] }, 'on', 'off'] };
    const flags = {
      'team/cart': boolean,
      shiny: boolean,
      clocked: { ...boolean, targeting: asked },
      [HOSTILE]: boolean,
    };
    const file = (text: string) => ({ name: 'flags.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    const page = await visit('import-export');
    await page.locator('#file').setInputFiles(file('flags:\n  shiny: yes'));
    await page.getByText('This is no JSON').waitFor();
    await page.locator('#file').setInputFiles(file(JSON.stringify({ flags })));
    await page.getByText('1 of 4 flags can be carried over into Production: 1 would be made.').waitFor();
    await page.getByText('it asks $flagd.timestamp').waitFor();
    const cart = page.getByRole('row').filter({ hasText: 'team/cart' });
    expect(await cart.getByRole('textbox').inputValue()).toBe('team-cart');
    await cart.getByRole('button', { name: 'Call it so' }).click();
    await page.getByText('2 of 4 flags can be carried over').waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
    expect((await house.server.api('GET', '/projects/demo/flags/shiny')).status).toBe(404);
    await page.getByRole('button', { name: 'Import into Production' }).click();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Imported, as').waitFor();
    expect((await house.server.api('GET', '/projects/demo/flags/team-cart')).status).toBe(200);
    const address = (await page.getByRole('link', { name: /^change \d+$/ }).getAttribute('href')) ?? '';
    const { body } = await house.server.api('GET', `/projects/demo/changes/${address.split('/').at(-1)}`);
    expect(body.action).toBe('flag.import');
  });

  test('export an environment as a file that an import takes as it is', async () => {
    const page = await visit('import-export');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download Production' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('demo-production.turnout.json');
    const path = await download.path();
    expect(JSON.parse(readFileSync(path, 'utf8')).flags['new-checkout']).toBeDefined();
    await page.locator('#file').setInputFiles(path);
    await page.getByText('There is nothing to import: it would change nothing here.').waitFor();
    await page.getByRole('radio', { name: /^flagd/ }).check();
    await page.getByRole('button', { name: 'Download Production' }).click();
    await page.getByText('Left out, for this format cannot say them').waitFor();
  });

  test('point a source elsewhere only with a second administrator, while a rollout goes by what it answers', async () => {
    const call = (method: string, path: string, body: object) =>
      house.server.api(method, `/projects/demo${path}`, body, { headers: { 'if-match': '*' } });
    const auth = { kind: 'bearer', token: 'of-the-old-one' };
    await call('PUT', '/sources/prometheus', { kind: 'prometheus', url: 'https://prometheus.example', auth });
    const stages = [{ exposure: 10, bake: '1h' }, { exposure: 100 }];
    const guard = { ...{ id: 'p95', query: 'up', source: 'prometheus', kind: 'threshold', above: 1, for: '2m' } };
    const path = [{ environment: 'development', stages }];
    const guards = [{ ...guard, environment: 'development', onFail: 'rollBack' }];
    await call('PUT', '/policies/by-source', { document: { key: 'by-source', path, guards } });
    const order = { flag: 'legacy-export', from: 'on', to: 'off', policy: 'by-source' };
    expect((await call('POST', '/rollouts', order)).status).toBe(201);
    const page = await visit('sources');
    await page.getByRole('button', { name: 'Change prometheus' }).click();
    await page.getByLabel('Address').fill('https://elsewhere.example');
    await page.getByRole('button', { name: 'Change it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The token is not in the request').waitFor();
    await dialog.getByText('legacy-export').waitFor();
    for (const { width, height, colorScheme } of [LOOKS.light, LOOKS.phone]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    }
    await page.getByLabel('Reason').fill('Its host is new');
    await page.getByRole('button', { name: 'Ask a second administrator' }).click();
    await page.getByRole('heading', { name: 'Ask prometheus at another address' }).waitFor();
    const { body } = await house.server.api('GET', '/projects/demo/requests?state=open');
    const asked = expect.objectContaining({ kind: 'protection', reason: 'Its host is new' });
    expect(body.items).toContainEqual(asked);
    expect((await house.server.api('GET', '/projects/demo/sources/prometheus')).body.url).toBe(
      'https://prometheus.example',
    );
  });

  test('have no fault that axe finds in any section, and fit a phone', async () => {
    const page = await visit('members');
    for (const section of ['members', 'tokens', 'keys', 'import-export', 'danger']) {
      await page.goto(`${house.server.url}${SETTINGS}/${section}?env=production`);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      await page.getByText('Loading …').waitFor({ state: 'detached' });
      for (const { width, height, colorScheme } of [LOOKS.light, LOOKS.phone]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        expect(await findAxeFaults(page)).toEqual([]);
        expect(await overflowOf(page)).toBe(0);
      }
    }
  });

  test('put a project away only for who types its key', async () => {
    const page = await visit('danger');
    await page.getByRole('button', { name: /Archive the project/ }).click();
    await page.getByLabel('Type demo').fill('demo shop');
    await page.keyboard.press('Enter');
    await page.getByText('the key of this project: demo').first().waitFor();
    expect((await house.server.api('GET', '/projects/demo')).status).toBe(200);
    await page.getByLabel('Type demo').fill('demo');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    expect((await house.server.api('GET', '/projects/demo')).status).toBe(404);
  });
});
