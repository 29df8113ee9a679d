import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../../browser/house.fixture.ts';
import { hasBrowser } from '../../browser/open-browser.fixture.ts';
import { addPerson, PRODUCTION, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">{{7*7}}';

const house = useDemoHouse();

const stored = async (flag: string) => (await house.server.api('GET', `${PRODUCTION}/flags/${flag}`)).body;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const rule = (page: Page, at: number) => page.getByRole('listitem', { name: new RegExp(`^Rule ${at} of`) });

async function save(page: Page, reason = ''): Promise<void> {
  await button(page, 'Review and save').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Which way it goes').waitFor();
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe.skipIf(!hasBrowser)('The page of a flag', () => {
  beforeAll(async () => {
    const { api } = house.server;
    const split = { split: { weights: { on: 10_000, off: 90_000 } } };
    await api('POST', '/projects/demo/flags', {
      ...{ key: 'one-in-ten', type: 'boolean' },
      environments: { production: { state: 'on', fallthrough: split } },
    });
    const hostile = { name: HOSTILE, description: `${HOSTILE}\njavascript:alert(1)`, owner: HOSTILE, tags: [HOSTILE] };
    const rules = [
      { id: 'r', if: { attribute: HOSTILE, op: 'equals', values: [HOSTILE] }, serve: { variant: HOSTILE } },
    ];
    await api('POST', '/projects/demo/flags', {
      ...{ key: 'hostile', type: 'string', variants: { [HOSTILE]: HOSTILE, off: '' }, ...hostile },
      environments: { production: { state: 'on', rules, fallthrough: { variant: 'off' } } },
    });
  });

  test('turns, kills and restores the flag, and says who killed it and why nobody can turn it on', async () => {
    const page = await house.visit('/p/demo/flags/legacy-export');
    const production = page.getByRole('region', { name: 'Production' });
    await production.getByRole('switch').click();
    await production.getByRole('switch', { name: /: off$/ }).waitFor();
    await production.getByRole('button', { name: 'Kill' }).click();
    await page.getByText('Killed in Production.').waitFor();
    await page.getByText(`By ${ADMIN.name}`).waitFor();
    expect(await production.getByRole('switch').getAttribute('aria-disabled')).toBe('true');
    await production.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Killed in Production.').waitFor({ state: 'detached' });
    expect(await stored('legacy-export')).toMatchObject({ state: 'off', killed: false });
  });

  test('edits rules, shares and prerequisites by mouse, and tells exactly whom it moves before it is stored', async () => {
    const page = await house.visit('/p/demo/flags/one-in-ten');
    await button(page, 'Add a prerequisite').click();
    await page.getByLabel('Flag that is needed').fill('new-checkout');
    await button(page, 'Add a rule').click();
    await page.getByLabel('Attribute', { exact: true }).fill('plan');
    await page.getByLabel('Add a value of plan').fill('gold');
    await button(page, 'or …').click();
    await page.getByLabel('Attribute', { exact: true }).nth(1).fill('ordersLastYear');
    await page.getByLabel('How ordersLastYear is compared').selectOption('gte');
    await page.getByLabel('Add a value of ordersLastYear').fill('12');
    await page.getByLabel('Add a value of ordersLastYear').press('Enter');
    await page.getByLabel('Per cent of on').fill('13.1');
    await page.getByText('moves 3.1 % of users: off → on').waitFor();
    await button(page, 'Review and save').click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByText('+ on 13.1 %, off 86.9 % by targetingKey')
      .or(dialog.getByText('on 13.1 %'))
      .first()
      .waitFor();
    await dialog.getByText('Production: more users get something').waitFor();
    await dialog.getByLabel('Reason').fill('The margin holds');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('one-in-ten in Production is stored').waitFor();
    const now = await stored('one-in-ten');
    expect(now.prerequisites).toEqual([{ flag: 'new-checkout', variants: ['on'] }]);
    expect(now.rules).toMatchObject([
      {
        if: {
          any: [
            { attribute: 'plan', op: 'equals', values: ['gold'] },
            { attribute: 'ordersLastYear', op: 'gte', values: [12] },
          ],
        },
        serve: { variant: 'on' },
      },
    ]);
    expect(now.fallthrough.split.weights).toEqual({ on: 13_100, off: 86_900 });
  });

  test('edits and stores a rule by the keyboard alone', async () => {
    const page = await house.visit('/p/demo/flags/review-photos');
    await page.getByRole('heading', { name: 'Targeting in Production' }).waitFor();
    const type = (text: string) => page.keyboard.type(text);
    await tabTo(page, 'Add a rule');
    await page.keyboard.press('Enter');
    await rule(page, 1).waitFor();
    await tabTo(page, 'Attribute');
    await type('email');
    await tabTo(page, 'How email is compared');
    await type('ends');
    await tabTo(page, 'Add a value of email');
    await type('@shop.example');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Review and save');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Which way it goes').waitFor();
    await type('Our own people first');
    await page.keyboard.press('Enter');
    await page.getByText('review-photos in Production is stored').waitFor();
    expect((await stored('review-photos')).rules).toMatchObject([
      { if: { attribute: 'email', op: 'endsWith', values: ['@shop.example'] } },
    ]);
  });

  test('orders rules by dragging, by buttons and by Alt with the arrows, and says where they are', async () => {
    const page = await house.visit('/p/demo/flags/delivery-promise');
    const first = rule(page, 1).getByText('country is CH');
    await first.waitFor();
    await rule(page, 1)
      .locator('.place')
      .dragTo(rule(page, 2), { targetPosition: { x: 100, y: 40 } });
    await rule(page, 2).getByText('country is CH').waitFor();
    await rule(page, 2).press('Alt+ArrowUp');
    await first.waitFor();
    await page.getByText('Rule is now 1 of 2: if country is CH.').waitFor();
    await button(page, 'Move down rule 1').click();
    await rule(page, 2).getByText('country is CH').waitFor();
    await save(page);
    expect((await stored('delivery-promise')).rules[1].if).toMatchObject({ attribute: 'country' });
  });

  test('keeps what is typed over a reload, another page, another environment and the end of the session', async () => {
    const page = await house.visit('/p/demo/flags/image-quality');
    page.on('dialog', (dialog) => void dialog.accept());
    const off = page.getByRole('combobox', { name: 'Off variant' });
    await off.selectOption('best');
    await page.getByText('1 change not stored').waitFor();
    await page.reload();
    await page.getByText('1 change not stored').waitFor();
    await page.getByRole('link', { name: 'Segments' }).first().click();
    await page.waitForURL(/segments/);
    await page.goBack();
    await page.getByText('1 change not stored').waitFor();
    await button(page, 'Development').first().click();
    await page.getByRole('heading', { name: 'Targeting in Development' }).waitFor();
    expect(await page.getByText('1 change not stored').count()).toBe(0);
    await page.goBack();
    await page.getByText('1 change not stored').waitFor();
    await page.context().clearCookies();
    await button(page, 'Review and save').click();
    await page.getByRole('heading', { name: /Sign in/ }).waitFor();
    await page.getByLabel('Name').fill(ADMIN.login);
    await page.getByLabel('Password').fill(ADMIN.password);
    await button(page, 'Sign in').click();
    expect(await off.inputValue()).toBe('best');
  });

  test('says what is not complete before it is sent, and keeps what was typed where sending fails', async () => {
    const page = await house.visit('/p/demo/flags/smart-search');
    await page.getByLabel('Nobody takes what is left over').check();
    await page.getByLabel('Per cent of on').fill('30');
    await page.getByText('These sum to 110 %: 10 % too much.').first().waitFor();
    expect(await button(page, 'Review and save').getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('Per cent of off').fill('70');
    await page.route(/environments\/production\/flags\/smart-search\?dryRun/, (route) => route.abort());
    await button(page, 'Review and save').click();
    await page.getByRole('dialog').getByText('Turnout cannot be reached').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('1 change not stored').waitFor();
    await page.unroute(/dryRun/);
    await button(page, 'Discard').click();
    expect(await page.getByLabel('Per cent of on').inputValue()).toBe('20');
  });

  test('edits variants as JSON, with the line of a fault, and lets none go that is given somewhere', async () => {
    const page = await house.visit('/p/demo/flags/banner?tab=variants');
    const sale = page.getByLabel('Value of sale, as JSON');
    await sale.fill('{\n  "show": true\n  "text": "Now"\n}');
    await page.getByText('Line 3: this is not JSON there.').first().waitFor();
    expect(await button(page, 'Review and save').getAttribute('aria-disabled')).toBe('true');
    await sale.fill('{\n  "show": true\n}');
    await page.getByText('Production: rule 1').waitFor();
    expect(await button(page, 'Take out sale').getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('Name of a new variant').fill('quiet');
    await button(page, 'Add a variant').click();
    await page.getByLabel('Value of quiet, as JSON').fill('{"show": false, "why": "night"}');
    await save(page, 'For the night');
    await page.getByText('banner is stored').waitFor();
    const { body } = await house.server.api('GET', '/projects/demo/flags/banner');
    expect(body.variants).toMatchObject({ sale: { show: true }, quiet: { show: false, why: 'night' } });
    expect(body.variants.sale).toEqual({ show: true });
  });

  test('changes what is said of a flag, archives it and brings it back', async () => {
    const page = await house.visit('/p/demo/flags/maintenance-mode?tab=settings');
    await page.getByLabel('Owner').fill('shop-floor');
    await page.getByLabel('Tags').fill('summer, shop-window');
    await page.getByLabel('Tags').blur();
    await save(page);
    await page.getByText('owner: shop-floor').waitFor();
    await button(page, 'Archive …').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive', exact: true }).click();
    await page.getByText('archived', { exact: true }).waitFor();
    await button(page, 'Bring back …').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bring back', exact: true }).click();
    await page.getByText('archived', { exact: true }).waitFor({ state: 'detached' });
    const { body } = await house.server.api('GET', '/projects/demo/flags/maintenance-mode');
    expect(body).toMatchObject({ owner: 'shop-floor', tags: ['summer', 'shop-window'], archived: false });
  });

  test('shows to whoever may only look what there is, and says why they change nothing', async () => {
    const cookie = await addPerson(house, 'vera', 'Vera Viewer', ['viewer']);
    const page = await house.visit('/p/demo/flags/express-pay', { cookie });
    await page.getByText('country is CH, DE, AT, FR or NL').waitFor();
    await page.locator('.limits').waitFor();
    expect(await button(page, 'Add a rule').count()).toBe(0);
    expect(await page.getByRole('switch').getAttribute('aria-disabled')).toBe('true');
    expect(await button(page, 'Kill').last().getAttribute('aria-disabled')).toBe('true');
  });

  test('shows hostile texts as the texts that they are', async () => {
    for (const tab of ['targeting', 'variants', 'settings']) {
      const page = await house.visit(`/p/demo/flags/hostile?tab=${tab}`);
      await page.getByText(HOSTILE).first().waitFor();
      await page.getByRole('link', { name: 'Playground' }).waitFor();
      if (tab === 'targeting') await rule(page, 1).getByRole('button', { name: /^If/ }).click();
      expect(await page.evaluate(() => 'broken' in window || document.images.length > 1)).toBe(false);
    }
  });
});
