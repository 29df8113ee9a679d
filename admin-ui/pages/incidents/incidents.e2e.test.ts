import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, PRODUCTION, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img/src=x/onerror="window.broken=1">';
const house = useDemoHouse({ TURNOUT_DEMO: 'true' });
let [ed, vic] = ['', ''];

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const timeline = (page: Page) => page.getByRole('list', { name: 'Timeline' });

/** Opens one by the API; answers the path of its page. */
async function openOne(title: string, places: object[]): Promise<string> {
  const { body, status } = await house.server.api('POST', '/projects/demo/incidents', { title, places });
  expect(status).toBe(201);
  return `/p/demo/incidents/${body.incident.id}?env=production`;
}

describe.skipIf(!hasBrowser)('Incidents', () => {
  beforeAll(async () => {
    ed = await addPerson(house, 'ed', HOSTILE, ['editor']);
    vic = await addPerson(house, 'vic', 'Vic Viewer', ['viewer']);
    const flag = { key: 'shop-window', kind: 'release', type: 'boolean', variants: { on: true, off: false } };
    const environments = { production: { state: 'on', fallthrough: { variant: 'on' } } };
    expect((await house.server.api('POST', '/projects/demo/flags', { ...flag, environments })).status).toBe(201);
  });

  test('are opened by hand by keyboard alone, joined, noted, closed and opened again, live for all', async () => {
    const page = await house.visit('/p/demo/incidents?env=production');
    await button(page, 'Open an incident').waitFor();
    await tabTo(page, 'Open an incident');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(`Payments fail ${HOSTILE}`);
    expect(await findAxeFaults(page)).toEqual([]);
    await tabTo(page, 'I lead it');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Payments fail' }).waitFor();
    await page.getByText('Production as a whole').waitFor();
    await page.getByText('led by Ada Admin').waitFor();

    const other = await house.visit(new URL(page.url()).pathname, { cookie: ed });
    await button(other, 'Join').click();
    await page.getByText(`at it: Ada Admin, ${HOSTILE}`).waitFor();
    await other.getByRole('textbox', { name: /^Note/ }).fill(`The gateway answers 502. ${HOSTILE}`);
    await other.keyboard.press('Control+Enter');
    await timeline(page).getByText('The gateway answers 502.').waitFor();
    expect(await other.getByRole('textbox', { name: /^Note/ }).inputValue()).toBe('');
    await button(page, 'Close').click();
    await page.getByRole('dialog').getByLabel('Reason').fill('It answers again');
    await page.keyboard.press('Enter');
    await timeline(other).getByText('closed', { exact: true }).waitFor();
    await button(other, 'Reopen').click();
    await timeline(page).getByText('reopened', { exact: true }).waitFor();
    await button(page, 'Close').waitFor();
    for (const one of [page, other]) expect(await findAxeFaults(one)).toEqual([]);
  });

  test('take in a kill, and tell so on its card; their timeline has what was done meanwhile', async () => {
    const address = await openOne('Errors in the shop', [{ environment: 'production', flag: 'shop-window' }]);
    const page = await house.visit(address);
    await page.getByText('Production: shop-window').waitFor();
    const killer = await house.visit('/p/demo/kill?env=production', { cookie: ed });
    await killer.getByRole('combobox', { name: /Which flag/ }).fill('shop-window');
    await killer.keyboard.press('Enter');
    await killer.getByText('It joined the incident').waitFor();
    await timeline(page).getByText('kill', { exact: true }).waitFor();
    const killed = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: 'shop-window', exact: true }) });
    await killed.first().getByText('killed').waitFor();
    await button(page, 'Close').click();
    await page.getByRole('dialog').getByText('Closing restores none of them.').waitFor();
    await page.keyboard.press('Escape');
    await house.server.api('POST', `${PRODUCTION}/flags/shop-window/restore`, { reason: 'it is fine' });
    await killed.first().getByText('restored').waitFor();
    await killer.getByRole('link', { name: 'Errors in the shop' }).click();
    await killer.getByRole('heading', { level: 1, name: 'Errors in the shop' }).waitFor();
  });

  test('are changed without losing what was not touched, and answer what cannot be', async () => {
    const places = [{ environment: 'production', flag: 'shop-window' }, { environment: 'development' }];
    const page = await house.visit(await openOne('Slow', places));
    await button(page, 'Edit').click();
    const form = page.getByRole('dialog');
    await form.getByLabel('What happens').fill('Very slow');
    await form.getByRole('radio', { name: /^critical/ }).check();
    await button(page, 'Change it').click();
    await page.getByRole('heading', { level: 1, name: 'Very slow' }).waitFor();
    await page
      .getByText('Production: shop-window; Development as a whole')
      .or(page.getByText('Development as a whole; Production: shop-window'))
      .waitFor();
    await button(page, 'Edit').click();
    for (const name of ['Production', 'Development']) await form.getByRole('checkbox', { name }).uncheck();
    await button(page, 'Change it').click();
    await form.getByText('at least one environment').first().waitFor();
    await page.keyboard.press('Escape');
    await house
      .visit('/p/demo/incidents/0000?env=production')
      .then((one) => one.getByText('There is no such incident').waitFor());
  });

  test('are shown to whoever may only look, with why nothing can be done', async () => {
    const page = await house.visit('/p/demo/incidents?env=production', { cookie: vic, look: LOOKS.light });
    await page.getByRole('link', { name: 'Very slow' }).waitFor();
    expect(await button(page, 'Open an incident').getAttribute('aria-disabled')).toBe('true');
    await page.getByText('A viewer looks at incidents').waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Payments fail' }).click();
    await page.getByRole('heading', { level: 1, name: 'Payments fail' }).waitFor();
    await timeline(page).getByText('502').waitFor();
    expect(await button(page, 'Close').getAttribute('aria-disabled')).toBe('true');
    expect(await page.getByRole('textbox', { name: /^Note/ }).count()).toBe(0);
  });

  test('fit on a phone', async () => {
    const page = await house.visit('/p/demo/incidents?env=production', { look: LOOKS.phone });
    await page.getByRole('link', { name: 'Payments fail' }).waitFor();
    expect([await overflowOf(page), await findAxeFaults(page)]).toEqual([0, []]);
    await page.getByRole('link', { name: 'Payments fail' }).click();
    await timeline(page).getByText('502').waitFor();
    expect([await overflowOf(page), await findAxeFaults(page)]).toEqual([0, []]);
  });
});

describe.skipIf(!hasBrowser)('Hooks', () => {
  test('are made with a secret that is shown once, take signals, and show what came of them', async () => {
    const page = await house.visit('/p/demo/settings/hooks?env=production');
    await button(page, 'New hook').click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Name what sends to it' }).fill(`Monitor ${HOSTILE}`);
    await form.getByRole('checkbox', { name: /^Kill/ }).check();
    await button(page, 'Make the hook').click();
    await form.getByText('at least one environment').first().waitFor();
    await form.getByRole('checkbox', { name: 'Production' }).check();
    await form.getByRole('combobox', { name: /^Flags that it may touch/ }).fill('shop-window');
    expect(await findAxeFaults(page)).toEqual([]);
    await button(page, 'Make the hook').click();
    await page.getByText('It is shown once, now.').waitFor();
    const secret = (await page.getByLabel(/^the secret of/).textContent()) ?? '';
    await page.getByRole('group', { name: 'In alertmanager.yml' }).waitFor();
    await page.getByLabel('I have stored it').check();
    await button(page, 'Close').click();

    const hook = page.getByRole('article', { name: /^Hook Monitor/ });
    await hook.getByText('trips the guards of shop-window, and kills them, 3 an hour at most, in production').waitFor();
    const { body } = await house.server.api('GET', '/projects/demo/hooks');
    const alert = { status: 'firing', labels: { turnout_flag: 'shop-window' }, annotations: { summary: HOSTILE } };
    const alerts = [{ ...alert, startsAt: new Date().toISOString(), fingerprint: 'f' }];
    const { path } = body.items.find(({ name }: { name: string }) => name.startsWith('Monitor'));
    const answer = await fetch(`${house.server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ version: '4', alerts }),
    });
    expect(answer.status).toBe(200);
    await hook.getByText('Last signals').click();
    await hook.getByText('does not say signalKill').waitFor();
    await hook.getByText(HOSTILE).last().waitFor();
    expect(await findAxeFaults(page)).toEqual([]);

    await button(page, /^Delete Monitor/).click();
    await button(page, 'Delete it').click();
    await hook.waitFor({ state: 'detached' });
  });
});
