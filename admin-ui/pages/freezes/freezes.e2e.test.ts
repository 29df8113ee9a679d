import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, useDemoHouse } from '../../browser/visits.fixture.ts';
import { dayKey } from './plan-month.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';
const HOUR = 3_600_000;

const house = useDemoHouse();
const api = async (method: string, path: string, body?: object) => (await house.server.api(method, path, body)).body;

async function visit(query = '', look = LOOKS.dark, cookie = house.cookie): Promise<Page> {
  const page = await house.visit(`/p/demo/freezes${query}`, { look, cookie });
  await page.getByRole('grid').waitFor();
  return page;
}

const moment = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();

describe.skipIf(!hasBrowser)('The freezes', () => {
  beforeAll(async () => {
    const weekly = { rule: '0 17 * * 5', zone: 'Europe/Zurich', lasts: '63h', overrideBy: 'admin' };
    await api('POST', '/projects/demo/freezes', { name: 'Weekend', environments: ['development'], ...weekly });
    const [from, to] = [moment(-1), moment(60)];
    await api('POST', '/projects/demo/freezes', { name: HOSTILE, tags: ['rare'], from, to, inFlight: 'finish-stage' });
  });

  test('make one for some flags by the form, which says what is wrong with it', async () => {
    const page = await visit();
    await page.getByRole('button', { name: 'New freeze' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Checkout moves');
    await dialog.getByLabel(/^Flags with these tags/).fill('checkout, cart');
    await dialog.getByLabel(/^Rollouts that it finds/).selectOption('finish-stage');
    await dialog.getByLabel(/^Who may go on/).selectOption('release-manager');
    const until = await dialog.getByLabel('Until').inputValue();
    await dialog.getByLabel('Until').fill('2020-01-01T00:00');
    await dialog.getByRole('button', { name: 'Make the freeze' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Until').fill(until);
    await dialog.getByRole('button', { name: 'Make the freeze' }).click();
    await page.getByRole('cell', { name: 'Checkout moves', exact: true }).waitFor();
    const { items } = await api('GET', '/projects/demo/freezes');
    expect(items[0]).toMatchObject({
      ...{
        name: 'Checkout moves',
        tags: ['cart', 'checkout'],
        inFlight: 'finish-stage',
        overrideBy: 'release-manager',
      },
    });
  });

  test('say on top what holds now, for which flags, and what becomes of rollouts', async () => {
    const page = await visit();
    const now = page.getByRole('region', { name: 'What holds now' });
    await now.getByText('flags tagged rare').waitFor();
    await now.getByText('Rollouts finish the stage that they are in. Nobody passes.').waitFor();
  });

  test('go through days, weeks and months by keyboard, and the address goes with it', async () => {
    const page = await visit('?day=2027-01-31');
    const chosen = page.getByRole('gridcell', { selected: true });
    await chosen.focus();
    const goes = async (key: string, day: string) => {
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.searchParams.get('day') === day);
    };
    await goes('PageDown', '2027-02-28');
    await page.getByRole('heading', { name: 'February 2027', exact: true }).waitFor();
    await goes('ArrowUp', '2027-02-21');
    await goes('ArrowLeft', '2027-02-20');
    await page.getByRole('gridcell', { name: 'Saturday 20 February: frozen by Weekend' }).waitFor();
    expect(await chosen.evaluate((cell) => cell.matches(':focus'))).toBe(true);
    await page
      .getByRole('heading', { name: 'Saturday, 20 February 2027' })
      .or(page.getByRole('heading', { name: 'Saturday 20 February 2027' }))
      .waitFor();
    await goes('Home', '2027-02-15');
    await goes('End', '2027-02-21');
    await goes('PageUp', '2027-01-21');
    await page.getByRole('button', { name: 'Today' }).click();
    await page.waitForURL((url) => url.searchParams.get('day') === dayKey(new Date()));
  });

  test('hold a flag, and whoever has the role goes on in spite of them and says why', async () => {
    const flag = { key: 'held-flag', type: 'boolean', reason: 'To be held' };
    expect((await house.server.api('POST', '/projects/demo/flags', flag)).status).toBe(201);
    const freeze = {
      name: 'Quiet',
      environments: ['development'],
      from: moment(-1),
      to: moment(1),
      overrideBy: 'admin',
    };
    await api('POST', '/projects/demo/freezes', freeze);
    const page = await house.visit('/p/demo/flags/held-flag?env=development');
    await page.getByText('The freeze “Quiet” holds').first().waitFor();
    await page.getByRole('switch').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('in spite of it').waitFor();
    await dialog.getByRole('textbox').fill('The tax changes today');
    await dialog.getByRole('button', { name: 'Go on in spite of the freeze' }).click();
    await page
      .getByText(/held-flag is on in/)
      .first()
      .waitFor();
    const { items } = await api('GET', '/projects/demo/changes?limit=1&subject=flag/held-flag');
    expect(items[0]).toMatchObject({
      action: 'flag.on',
      reason: 'The tax changes today',
      overrode: [{ name: 'Quiet' }],
    });
  });

  test('are shown to whoever may only look, and say who makes them', async () => {
    const page = await visit('', LOOKS.phone, await addPerson(house, 'vera', 'Vera', ['viewer'], 'project'));
    await page.getByText('Freezes are made and ended by admins of the project.').waitFor();
    expect(await page.getByRole('button', { name: 'New freeze' }).getAttribute('aria-disabled')).toBe('true');
  });

  test.each(['dark', 'light', 'phone'] as const)('look well in %s', async (look) => {
    const page = await visit('', LOOKS[look]);
    await page.getByRole('cell', { name: HOSTILE, exact: true }).waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });
});
