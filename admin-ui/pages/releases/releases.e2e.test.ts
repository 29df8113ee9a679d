import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApps, startApps } from '../../../server/journeys/running-apps.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';
const TILL = '/environments/till';

const house = useDemoHouse();
let vic = '';
let app: RunningApps | undefined;

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await house.server.api(method, `/projects/demo${path}`, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const stateOf = async (flag: string): Promise<string> => (await call('GET', `${TILL}/flags/${flag}`)).state;
const visit = (path: string, as: Parameters<typeof house.visit>[1] = {}): Promise<Page> =>
  house.visit(`/p/demo/${path}${path.includes('?') ? '&' : '?'}env=till`, as);
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

// In an environment of its own: there nothing has happened yet, and nobody but this file changes anything.
beforeAll(async () => {
  if (!hasBrowser) return;
  await call('POST', '/environments', { key: 'till', name: 'Till' });
  const { secret } = await call('POST', `${TILL}/keys`, { kind: 'server', name: 'till' });
  [vic, app] = await Promise.all([
    addPerson(house, 'vic', 'Vic Viewer', ['viewer'], 'project'),
    startApps({ url: house.server.url, key: secret, hosts: ['till-7'] }),
  ]);
});
afterAll(() => app?.end());

describe.skipIf(!hasBrowser)('Releases', () => {
  test('say what they are for while there is none, and one is made; what is wrong stands at its field', async () => {
    const page = await visit('releases');
    await page.getByRole('heading', { name: 'Nothing is kept of Till yet' }).waitFor();
    await button(page, 'New release').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Tag/).fill('not a tag');
    await dialog.getByLabel(/^Note/).fill(HOSTILE);
    await button(page, 'Make the release').click();
    await dialog.locator('#tag-fault').getByText(/\w/).waitFor();
    expect(await dialog.getByLabel(/^Tag/).getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByLabel(/^Note/).inputValue()).toBe(HOSTILE);
    await dialog.getByLabel(/^Tag/).fill('quiet.1');
    await dialog.getByLabel(/^Commit/).fill('4f2a'.repeat(10));
    await button(page, 'Make the release').click();
    const row = page.getByRole('row').filter({ hasText: 'quiet.1' });
    await row.getByText(HOSTILE).waitFor();
    // All is off in it, so that nobody gets anything.
    await row.getByText('last known good').waitFor();
    await row.getByText('4f2a4f2a4f').waitFor();
    await row.getByRole('link', { name: 'quiet.1' }).click();
    await page.getByRole('heading', { level: 1, name: 'quiet.1' }).waitFor();
    expect(await page.getByRole('heading', { name: /^Not known to be good/ }).count()).toBe(0);
    // A dot in its address makes a page no file.
    await page.reload();
    const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download').click()]);
    expect(file.suggestedFilename()).toBe('demo-till-quiet.1.turnout.json');
    expect(JSON.parse(readFileSync(await file.path(), 'utf8')).release).toMatchObject({ tag: 'quiet.1' });
  });

  test('lead an environment back to its last known good by keyboard alone, and that is undone', async () => {
    for (const flag of ['maintenance-mode', 'express-pay', 'banner']) await call('POST', `${TILL}/flags/${flag}/on`);
    await call('POST', `${TILL}/flags/banner/kill`, { reason: 'wrong picture' });
    const page = await visit('flags');
    await page.getByText('maintenance-mode').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('last known good');
    await page.getByRole('option', { name: /^Roll back Till to the last known good/ }).waitFor();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^2 flags go back, one flag stays as it is/).waitFor();
    await dialog
      .getByRole('list', { name: 'Stays as it is' })
      .getByText(/banner: It was killed since/)
      .waitFor();
    await tabTo(page, 'express-pay');
    await page.keyboard.press('Enter');
    await dialog.locator('ins').getByText('"state": "off"').waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
    await tabTo(page, 'Reason');
    await page.keyboard.type(`It burns ${HOSTILE}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Till is back at the last known good.' }).waitFor();
    await page.getByText('All 1 running apps have said that it is in force.').waitFor();
    expect([await stateOf('maintenance-mode'), await stateOf('express-pay')]).toEqual(['off', 'off']);
    await button(page, /^Undo/).first().press('Enter');
    await page.getByRole('heading', { name: /^Undone: Till/ }).waitFor();
    expect([await stateOf('maintenance-mode'), await stateOf('express-pay')]).toEqual(['on', 'on']);
  });

  test('say which of their flags are not known good and why, and what is different between any two or now', async () => {
    await call('POST', `${TILL}/releases`, { tag: 'busy' });
    const page = await visit('releases');
    await page.getByRole('row').filter({ hasText: 'busy' }).getByText('2 flags not known good').waitFor();
    await button(page, 'Known good only').click();
    await page.getByRole('link', { name: 'busy' }).waitFor({ state: 'detached' });
    await button(page, 'Known good only').click();
    await page.getByRole('link', { name: 'busy' }).click();
    const unproven = page.getByRole('list', { name: 'Not known to be good' });
    await unproven.getByText(/^express-pay: till went back to quiet/).waitFor();
    await page.getByRole('link', { name: 'What is different now' }).click();
    await page.getByText(/^Nothing is different: \d+ flags are the same\.$/).waitFor();
    await page.getByLabel('From', { exact: true }).selectOption('quiet.1');
    await page.getByText(/^3 flags are different/).waitFor();
    await page.locator('ins').getByText('"state": "on"').first().waitFor();
    await page.locator('ins').getByText('"killed": true').waitFor();
  });

  test('of which something grows in a protected environment are asked for, and nothing is done meanwhile', async () => {
    await call('POST', `${TILL}/flags/express-pay/off`);
    await call('PATCH', `${TILL}/flags/maintenance-mode`, { fallthrough: { variant: 'off' } });
    const { version } = (await call('GET', '/environments')).items.find(({ key }: { key: string }) => key === 'till');
    const patched = await house.server.api(...(['PATCH', `/projects/demo${TILL}`, { protected: true }] as const), {
      headers: { 'if-match': `"v${version}"` },
    });
    expect(patched.status).toBe(200);
    const page = await visit('releases/busy');
    await button(page, 'Roll back to this').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('not known to be good').waitFor();
    await dialog.getByText('All of it becomes a request.').waitFor();
    await dialog.getByText(/express-pay: It was turned off since/).waitFor();
    await button(page, 'Ask for approval').click();
    expect(await dialog.count()).toBe(1);
    await dialog.getByLabel(/^Reason/).fill('The old till');
    await button(page, 'Ask for approval').click();
    await page.getByRole('heading', { name: 'Nothing of Till went back yet: all of it waits.' }).waitFor();
    await page.getByRole('link', { name: /^Rollback of till to busy/ }).click();
    await page.getByRole('heading', { level: 1, name: /^Rollback of till to busy/ }).waitFor();
    expect(await call('GET', `${TILL}/flags/maintenance-mode`)).toMatchObject({ fallthrough: { variant: 'off' } });
  });

  test('are two presses and a reason away from an incident, which say loudly where they are not in force', async () => {
    app?.freeze();
    const page = await visit('incidents');
    await button(page, 'Till back to the last known good').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^One flag goes back, 2 flags stay as they are/).waitFor();
    await dialog.getByLabel(/^Reason/).fill('Errors in all shops');
    await button(page, 'Roll back').click();
    await page.getByRole('heading', { name: 'Till is back at the last known good.' }).waitFor();
    expect(await stateOf('maintenance-mode')).toBe('off');
    await page.getByRole('alert').getByText('Not in force everywhere yet').waitFor();
    await page.getByRole('list', { name: 'Not yet in force there' }).getByText('till-7').waitFor();
    app?.wake();
    await page.getByText('All 1 running apps have said that it is in force.').waitFor();
    await page.getByText('Not in force everywhere yet').waitFor({ state: 'detached' });
    await page.goto(page.url().replace('/incidents', '/flags/maintenance-mode?tab=history').replace('?env', '&env'));
    const together = page.getByRole('list', { name: 'Altered together with others' });
    await together.getByRole('listitem').first().getByText('as it is now in Till').waitFor();
    await together.getByRole('link', { name: 'a rollback of the environment' }).first().waitFor();
  });

  test('say why where there is none to go back to, and to whoever may not', async () => {
    const page = await house.visit('/p/demo/releases?env=production');
    await tabTo(page, 'Production back to the last known good');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Production has no last known good').waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).isDisabled()).toBe(true);
    const looking = await visit('releases', { cookie: vic });
    await looking.getByRole('link', { name: 'busy' }).waitFor();
    for (const name of ['Till back to the last known good', 'New release', 'Roll back to this (busy)']) {
      expect(await button(looking, name).getAttribute('aria-disabled')).toBe('true');
    }
    await looking.goto(looking.url().replace('/releases', '/releases/none'));
    await looking.getByText('There is no release none of till.').waitFor();
  });

  // A phone has the dark colours.
  test.each(['light', 'phone'] as const)(
    'have nothing that axe or a narrow window has against them (%s)',
    async (look) => {
      const page = await visit('releases', { look: LOOKS[look] });
      await page.getByRole('link', { name: 'busy' }).waitFor();
      expect([await overflowOf(page), await findAxeFaults(page)]).toEqual([0, []]);
      await page.getByRole('link', { name: 'busy' }).click();
      await page.getByRole('table', { name: 'Flags of busy' }).waitFor();
      expect([await overflowOf(page), await findAxeFaults(page)]).toEqual([0, []]);
      await button(page, 'Roll back to this').click();
      await page.getByRole('dialog').getByRole('status').getByText(/stay/).waitFor();
      expect([await overflowOf(page), await findAxeFaults(page)]).toEqual([0, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'What is different now' }).click();
      await page.getByText(/are different|is different;/).waitFor();
      expect([await overflowOf(page), await findAxeFaults(page)]).toEqual([0, []]);
    },
  );
});
