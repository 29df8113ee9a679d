import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningApps } from '../../../server/journeys/running-apps.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';
import { prepareCanary, rollBackUnheard, startRollout } from './rollouts.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';

const house = useDemoHouse();
let till: RunningApps | undefined;
beforeAll(() => (hasBrowser ? prepareCanary(house) : undefined));
afterAll(() => till?.end());

const board = (query = '') => `/p/demo/rollouts?env=production${query}`;
const start = (order: { flag: string; from: string; to: string }) => startRollout(house, order);
const read = async (path: string) => (await house.server.api('GET', `/projects/demo${path}`)).body;

/** Opens the page of a rollout once its first stage is in force. */
async function visitRollout(id: string, as: Parameters<typeof house.visit>[1] = {}): Promise<Page> {
  const page = await house.visit(`/p/demo/rollouts/${id}?env=production`, as);
  await page.getByText('In force everywhere.').waitFor();
  return page;
}

test.skipIf(!hasBrowser)('The board of a project without any says what to do first', async () => {
  await house.server.api('POST', '/projects', { key: 'quiet', name: 'Quiet' });
  await house.server.api('POST', '/projects/quiet/environments', { key: 'production', name: 'Production' });
  const page = await house.visit('/p/quiet/rollouts');
  await page.getByRole('heading', { name: 'Nothing was rolled out by a policy yet' }).waitFor();
  await page.getByRole('button', { name: 'Start the first rollout' }).click();
  await page.getByRole('dialog').getByText('There is no policy yet').waitFor();
});

describe.skipIf(!hasBrowser)('The board of rollouts', () => {
  test('starts one by keyboard alone; a fault stands at its field, and what was typed stays', async () => {
    const page = await house.visit(board());
    const dialog = page.getByRole('dialog');
    await tabTo(page, 'Start a rollout');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Flag', { exact: true }).waitFor();
    await page.keyboard.type('image-quality');
    // The one that is attached to the flag is found, and with it what its guards will see.
    await dialog.getByText('production (2 stages), 4 guards').waitFor();
    expect(await dialog.getByLabel('Policy').locator(':checked').textContent()).toMatch(/^canary, which is attached/);
    await dialog.getByRole('heading', { name: 'What its guards will see of image-quality' }).waitFor();
    await dialog.getByText(/^In production 20 % get it within seconds.* counts as the first press/).waitFor();
    await dialog.getByLabel(/^To/).selectOption('normal');
    await dialog.getByLabel('Reason').focus();
    await page.keyboard.type(HOSTILE);
    await page.keyboard.press('Enter');
    await dialog.getByText('another variant than the one that is served').first().waitFor();
    expect(await dialog.getByLabel(/^To/).getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByLabel('Reason').inputValue()).toBe(HOSTILE);
    await dialog.getByLabel(/^To/).selectOption('best');
    await dialog.getByLabel('Reason').press('Enter');
    await page.getByRole('heading', { name: /^image-quality\s+normal → best$/, level: 1 }).waitFor();
    await page.getByText(HOSTILE).first().waitFor();
    const { items } = await read('/rollouts?state=live&flag=image-quality');
    expect(items[0]).toMatchObject({ flag: 'image-quality', from: 'normal', to: 'best', reason: HOSTILE });
  });

  test('puts what is paused on top, follows what happens without a reload, and keeps its filters in the address', async () => {
    const id = await start({ flag: 'upload-limit-mb', from: 'small', to: 'large' });
    const page = await house.visit(board());
    await page.getByRole('link', { name: 'upload-limit-mb' }).waitFor();
    await page.getByRole('article').filter({ hasText: 'upload-limit-mb' }).getByText('stage 1 of 2').waitFor();
    await house.server.api('POST', `/projects/demo/rollouts/${id}/pause`, { reason: HOSTILE });
    await page.getByRole('heading', { name: /^Needs somebody/, level: 2 }).waitFor();
    await page.getByText(HOSTILE).first().waitFor();
    await page.getByRole('article').filter({ hasText: 'upload-limit-mb' }).filter({ hasText: 'paused' }).waitFor();
    await page.getByRole('button', { name: 'Paused' }).click();
    await page.getByRole('link', { name: 'address-lookup' }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('state=paused');
    await page.getByLabel('Flag', { exact: true }).fill('no-such-flag');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show all rollouts' }).click();
    await page.getByRole('link', { name: 'upload-limit-mb' }).waitFor();
    expect(page.url()).not.toContain('state=');
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe or a narrow window has against it (%s)',
    async (look) => {
      const page = await house.visit(board(), { look: LOOKS[look] });
      await page.getByRole('heading', { name: /^Needs somebody/ }).waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Start a rollout' }).click();
      await page.getByRole('dialog').getByLabel('Flag', { exact: true }).fill('banner');
      await page.getByRole('dialog').getByText('production (2 stages), 4 guards').waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});

describe.skipIf(!hasBrowser)('A rollout', () => {
  let looked: string | undefined;

  test('is paused with a reason, resumed and rolled back; the meter says who has it, and the log who did it', async () => {
    const page = await visitRollout(await start({ flag: 'banner', from: 'none', to: 'sale' }));
    const [first] = await page.getByRole('listitem').filter({ hasText: 'canary · 20 %' }).all();
    expect(await first?.getAttribute('aria-current')).toBe('step');
    await page.getByRole('button', { name: 'Pause' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'reason' }).waitFor();
    await dialog.getByLabel(/^Reason/).fill('Lunch');
    await page.keyboard.press('Enter');
    await page.getByText(/Paused .* by Ada Admin/).waitFor();
    expect(await page.getByRole('button', { name: 'Advance' }).getAttribute('title')).toMatch(/resume it first/);
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByLabel(/^Reason/).fill('Back again');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Advance' }).click();
    await dialog.getByRole('button', { name: 'Advance' }).click();
    await page
      .getByText(/pressed Advance/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Advance' }).getAttribute('title')).toBe('It is pressed already.');
    // By keyboard alone from here: Roll back asks for nothing but a reason, and here not even for that.
    await tabTo(page, 'Roll back');
    await page.keyboard.press('Enter');
    await dialog.getByLabel(/^Reason/).waitFor();
    await page.keyboard.type('The wrong picture');
    await page.keyboard.press('Enter');
    await page.getByText(/^\s*(\d+)\/\1\s/).waitFor();
    await page.getByText('What was served before is in force in all apps and nodes').waitFor();
    // Whoever did it is named at once, and in the log.
    const who = 'Ada Admin rolled it back. “The wrong picture”';
    await page.getByRole('region', { name: 'Verdict' }).getByText(who).waitFor();
    await page.getByRole('listitem').getByText(who).waitFor();
    expect(await read('/environments/production/flags/banner')).toMatchObject({ fallthrough: { variant: 'none' } });
    await page.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByLabel('Draw all users anew').check();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'an earlier one' }).waitFor();
  });

  test('says loudly that a rollback is not effective, and names the app that does not have it', async () => {
    const unheard = await rollBackUnheard(house);
    till = unheard.app;
    const all = await house.visit(board());
    await all.getByText('Rollback not effective').waitFor({ timeout: 40_000 });
    expect(await all.getByRole('article').first().textContent()).toContain('legacy-export');
    const page = await house.visit(`/p/demo/rollouts/${unheard.id}?env=development`);
    await page.getByRole('heading', { name: 'ROLLBACK NOT EFFECTIVE' }).waitFor();
    await page.getByRole('list', { name: 'Not yet in force there' }).getByText('till-7').waitFor();
    await page.getByText('“The till prints nothing”').first().waitFor();
    till.wake();
    await page.getByRole('heading', { name: 'ROLLBACK NOT EFFECTIVE' }).waitFor({ state: 'detached', timeout: 30_000 });
    await page.getByText('What was served before is in force in all apps and nodes').waitFor();
  });

  test('shows whoever may only look what they may not, and why; who is on call may roll back', async () => {
    const id = await start({ flag: 'orders-by-queue', from: 'on', to: 'off' });
    const viewer = await visitRollout(id, { cookie: await addPerson(house, 'vic', 'Vic Viewer', ['viewer']) });
    for (const name of ['Roll back', 'Pause', 'Advance']) {
      const button = viewer.getByRole('button', { name });
      expect([name, await button.getAttribute('aria-disabled')]).toEqual([name, 'true']);
      expect(await button.getAttribute('title')).toMatch(/needs/);
    }
    await viewer.getByRole('button', { name: 'Roll back' }).press('Enter');
    expect(await viewer.getByRole('dialog').count()).toBe(0);
    const killer = await visitRollout(id, { cookie: await addPerson(house, 'kim', 'Kim Killer', ['killer']) });
    expect(await killer.getByRole('button', { name: 'Advance' }).getAttribute('aria-disabled')).toBe('true');
    expect(await killer.getByRole('button', { name: 'Roll back' }).getAttribute('aria-disabled')).toBe('false');
  });

  test('shows what it was decided on, its guards and, on its flag, that it owns what is edited there', async () => {
    const id = await start({ flag: 'new-checkout', from: 'on', to: 'off' });
    const page = await visitRollout(id);
    await page.getByRole('heading', { name: 'alert', level: 3 }).waitFor();
    await page.getByText('No alert with severity critical').first().waitFor();
    await page.getByText('only watched: enforced it would pause').waitFor();
    // What holds it is on the checklist, and leads to where something can be done about it.
    const checklist = page.locator('t-rollout-checklist');
    await checklist.getByText(/^Guard baskets (cannot say yet|has no data)\./).waitFor();
    const { incident } = (
      await house.server.api('POST', '/projects/demo/incidents', {
        ...{ title: 'Tills stand', severity: 'minor', places: [{ environment: 'production', flag: 'new-checkout' }] },
      })
    ).body;
    await page.getByText('The incident “Tills stand” is open, and names new-checkout in production.').first().waitFor();
    const way = page.getByRole('link', { name: 'Open the incident' });
    expect(await way.getAttribute('href')).toContain(incident.id);
    await house.server.api(
      'POST',
      `/projects/demo/incidents/${incident.id}/close`,
      {},
      { headers: { 'if-match': '*' } },
    );
    await page.getByText('what it rests on').first().click();
    await page
      .getByRole('region', { name: 'Evidence' })
      .getByText(/"flag": /)
      .waitFor();
    await page.getByRole('link', { name: 'new-checkout' }).click();
    const strip = page.getByRole('region', { name: 'Rollout in Production' });
    await strip.getByText('stage 1 of 2 · canary · 20 %').waitFor();
    await strip.getByText('What may be edited here meanwhile').click();
    await strip.getByText(/^Refused: other values of on and off/).waitFor();
    await strip.getByRole('link', { name: 'Open the rollout' }).click();
    await page.getByRole('heading', { level: 1, name: /new-checkout/ }).waitFor();
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe or a narrow window has against it (%s)',
    async (look) => {
      looked ??= await start({ flag: 'delivery-promise', from: 'none', to: 'two-days' });
      const page = await visitRollout(looked, { look: LOOKS[look] });
      await page.getByText('what it rests on').first().click();
      await page.getByRole('region', { name: 'Evidence' }).waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});
