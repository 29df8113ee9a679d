import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, type Look, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="document.title=1">';
const PRODUCTION = '/projects/demo/environments/production';
const LONG = 'x'.repeat(300);

const house = useDemoHouse();
let grace = '';
let viewer = '';

async function api(method: string, path: string, body?: unknown) {
  const answer = await house.server.api(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const make = (key: string, fields: object = {}) => api('POST', `${PRODUCTION}/segments`, { key, ...fields });
const stored = (key: string) => api('GET', `${PRODUCTION}/segments/${key}`);

async function visit(
  path: string,
  { look = LOOKS.dark, cookie = house.cookie }: { look?: Look; cookie?: string } = {},
) {
  return house.visit(`/p/${path}`, { look, cookie });
}
/** The page of a segment of the demo, when it is there. */
async function edit(key: string, over: { look?: Look; cookie?: string } = {}): Promise<Page> {
  const page = await visit(`demo/segments/${key}`, over);
  await page.getByRole('heading', { name: 'Used by' }).waitFor();
  return page;
}
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

async function addMembers(page: Page, list: string, members: string): Promise<void> {
  await section(page, list).getByRole('textbox').fill(members);
  await section(page, list).getByRole('button', { name: /^Add/ }).click();
}
async function review(page: Page) {
  await button(page, 'Review and save').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Which way it goes').waitFor();
  return dialog;
}
async function save(page: Page): Promise<void> {
  await (await review(page)).getByRole('button', { name: 'Save', exact: true }).click();
}

describe.skipIf(!hasBrowser)('Segments', () => {
  beforeAll(async () => {
    grace = await addPerson(house, 'grace', 'Grace Editor', ['editor']);
    viewer = await addPerson(house, 'vic', 'Vic Viewer', ['viewer']);
    await make('pilots', { name: 'Pilots', included: ['user-1', 'user-2'] });
    await make('free', { name: HOSTILE, description: HOSTILE, by: LONG.slice(0, 256), included: [HOSTILE, LONG] });
    await api('POST', '/projects', { key: 'vault', name: 'Vault' });
    await api('POST', '/projects/vault/environments', { key: 'production', name: 'Production' });
    await api('POST', '/projects/vault/environments/production/segments', { key: 'staff', included: ['ada', 'bob'] });
    const rules = [{ id: 'staff', if: { segment: 'staff' }, serve: { variant: 'on' } }];
    const production = { state: 'on', rules, fallthrough: { variant: 'off' } };
    const variants = { on: true, off: false };
    await api('POST', '/projects/vault/flags', {
      key: 'safe',
      type: 'boolean',
      variants,
      environments: { production },
    });
    await api('PATCH', '/projects/vault/environments/production', { protected: true });
  }, 180_000);

  test('are listed with whom they hold and who uses them, and the address keeps what was looked for', async () => {
    const page = await visit('demo/segments?env=production');
    const row = page.getByRole('row', { name: /german-speaking/ }).filter({ hasText: 'country is CH, DE or AT' });
    await row.getByText('1 flag, 1 segment').waitFor();
    await page.getByRole('searchbox').fill('pilo');
    await expect.poll(() => page.locator('td.who a').allTextContents()).toEqual(['pilots']);
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('pilo');
    await page.reload();
    await expect.poll(() => page.locator('td.who a').allTextContents()).toEqual(['pilots']);
    await page.getByRole('searchbox').fill('nobody has this');
    await button(page, 'Show all segments').click();
    await button(page, /^Used by nobody/).click();
    await expect.poll(() => page.locator('td.who a').allTextContents()).toEqual(['free', 'pilots']);
    // What somebody else makes is there without a reload.
    await make('come-later');
    await expect.poll(() => page.locator('td.who a').allTextContents()).toEqual(['come-later', 'free', 'pilots']);
  });

  test('are made, filled by a pasted list, stored after a review, and taken back, by mouse', async () => {
    const page = await visit('demo/segments?env=production');
    await button(page, 'New segment').click();
    await page.getByLabel('Key').fill('beta testers');
    await button(page, 'Make it').click();
    const fault = page.locator('#key-fault');
    await expect.poll(() => fault.textContent()).toMatch(/\S/);
    await page.getByLabel('Key').fill('night-crew');
    await button(page, 'Make it').click();
    await page.getByText('Nobody is always in.').waitFor();
    await addMembers(page, 'Always in', 'user-9, user-8');
    await page.getByRole('button', { name: 'Take out user-9, user-8', exact: true }).click();
    await section(page, 'Always in').getByRole('textbox').fill('user-9, user-8, user-9');
    await button(page, 'Make lines of it').click();
    await page.getByText('2 to add; 1 line says the same again.').waitFor();
    await button(page, 'Add 2').click();
    await addMembers(page, 'Never in', 'user-8');
    await page.getByText('In both lists, and so never in: user-8.').waitFor();
    const dialog = await review(page);
    await dialog.getByText('2 members; 2 new: user-8, user-9').waitFor();
    await dialog.getByText('As JSON').click();
    await dialog.locator('t-diff ins').first().waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('night-crew in Production is stored.').waitFor();
    expect(await stored('night-crew')).toMatchObject({ included: ['user-8', 'user-9'], excluded: ['user-8'] });
    await page.getByRole('button', { name: /^Undo/ }).last().click();
    await page.getByText('Nobody is always in.').waitFor();
    expect((await stored('night-crew')).included).toEqual([]);
  });

  test('are changed by keys alone: a rule, a member in and one out', async () => {
    const page = await edit('pilots');
    await tabTo(page, 'Add, one per line');
    await page.keyboard.type('user-3');
    await page.keyboard.press('Control+Enter');
    await section(page, 'Always in').getByText('user-3').waitFor();
    await tabTo(page, 'Take out user-1');
    await page.keyboard.press('Enter');
    await button(page, 'Put back user-1').waitFor();
    // The next one is at hand.
    await page.locator('[aria-label="Take out user-2"]:focus').waitFor();
    await tabTo(page, 'Add a rule');
    await page.keyboard.press('Enter');
    await page.getByText('Rule: something is missing, or not understood.').waitFor();
    await page.keyboard.type('plan');
    await tabTo(page, 'Add a value');
    await page.keyboard.type('beta');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Review and save');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Which way it goes').waitFor();
    await page.keyboard.type('By keys');
    await page.keyboard.press('Enter');
    await page.getByText('pilots in Production is stored.').waitFor();
    expect(await stored('pilots')).toMatchObject({
      ...{ included: ['user-2', 'user-3'], if: { attribute: 'plan', op: 'equals', values: ['beta'] } },
    });
  });

  test('have what two people put into the lists, and ask where both changed the rule', async () => {
    await make('shared', { included: ['a', 'b'], excluded: ['z'] });
    const [ada, other] = await Promise.all([edit('shared'), edit('shared', { cookie: grace })]);
    await addMembers(ada, 'Always in', 'from-ada');
    await ada.getByRole('button', { name: 'Take out a', exact: true }).click();
    await addMembers(other, 'Always in', 'from-grace');
    await save(other);
    await ada.getByText('Grace Editor has just changed Always in').waitFor();
    await save(ada);
    await ada.getByText('shared in Production is stored.').waitFor();
    expect((await stored('shared')).included).toEqual(['b', 'from-ada', 'from-grace']);

    await section(ada, 'For people').getByLabel('Name').fill('Named by Ada');
    await section(other, 'For people').getByLabel('Name').fill('Named by Grace');
    // Her review is open while the other one stores: what is typed is not lost, and not written over theirs.
    const dialog = await review(ada);
    await save(other);
    await other.getByText('shared in Production is stored.').last().waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    const conflict = ada.getByRole('region', { name: 'Name: changed by two people' });
    await conflict.getByText('Named by Grace').waitFor();
    await conflict.getByRole('button', { name: 'Keep mine' }).click();
    await save(ada);
    await expect.poll(async () => (await stored('shared')).name).toBe('Named by Ada');
  });

  test('say why they stay while somebody uses them, and go and come back when nobody does', async () => {
    const page = await edit('german-speaking');
    await page.getByRole('link', { name: 'delivery-promise' }).waitFor();
    await page.getByText('Used, so it stays.').waitFor();
    expect(await button(page, 'Delete').getAttribute('aria-disabled')).toBe('true');
    await make('short-lived', { included: ['u'] });
    const other = await edit('short-lived');
    await button(other, 'Delete').click();
    await button(other, 'Delete it').click();
    await other.getByText('short-lived is deleted in Production.').waitFor();
    await expect.poll(() => other.locator('td.who a').allTextContents()).not.toContain('short-lived');
    await other.getByRole('button', { name: /^Undo/ }).click();
    await other.getByRole('link', { name: 'short-lived' }).waitFor();
    expect((await stored('short-lived')).included).toEqual(['u']);
  });

  test('say in a protected environment what stands before every change of them, before it is tried', async () => {
    const page = await visit('vault/segments');
    await page.getByText(/needs an approved request.* every change of a segment counts as that/).waitFor();
    expect(await button(page, 'New segment').getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('link', { name: 'staff' }).click();
    // What is typed here is asked for in the review; what cannot be asked for here says so.
    await button(page, /^Add/).first().waitFor();
    expect(await button(page, 'Delete').getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('link', { name: 'safe' }).waitFor();
  });

  test('show whoever may only look everything, and nothing that they could type into', async () => {
    const page = await edit('loyal-customers', { cookie: viewer });
    await page.getByText('A viewer changes nothing.').first().waitFor();
    expect(
      await page.getByRole('textbox').evaluateAll((all) => all.filter((one) => !('readOnly' in one && one.readOnly))),
    ).toEqual([]);
    expect(await button(page, /^Take out/).count()).toBe(0);
    const list = await visit('demo/segments?env=production', { cookie: viewer });
    await list.getByText('A viewer changes nothing.').waitFor();
    expect(await button(list, 'New segment').getAttribute('aria-disabled')).toBe('true');
  });

  test('answer what cannot be: too many members, another environment, no way to the server', async () => {
    await make('crowd', { included: Array.from({ length: 9_995 }, (_, at) => `user-${at}`) });
    const page = await edit('crowd');
    await page.getByText('100 of 9995 are shown.').waitFor();
    await addMembers(page, 'Always in', Array.from({ length: 6 }, (_, at) => `more-${at}`).join('\n'));
    await button(page, 'Review and save').click();
    await page
      .getByRole('dialog')
      .getByText(/^\/included: at most 10000 entries/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click();
    await page.getByRole('searchbox', { name: 'Search who is always in' }).fill('more-');
    await button(page, 'Take out the 6 found').click();
    await expect.poll(() => page.getByText('not stored').count()).toBe(0);
    await page.goto(`${house.server.url}/p/demo/segments/crowd?env=development`);
    await page.getByText('Development has no segment crowd.').waitFor();
    await page.route('**/segments?**', (route) => route.abort());
    await page.goto(`${house.server.url}/p/demo/segments`);
    await page.getByText('Turnout cannot be reached').waitFor();
    await page.unroute('**/segments?**');
    await button(page, 'Try again').click();
    await page.getByRole('link', { name: 'crowd' }).waitFor();
  });

  test.each(Object.entries(LOOKS))(
    'are at ease for everybody in the look %s, whatever they are called',
    async (name, look) => {
      const list = await visit('demo/segments?env=production', { look });
      await list.getByText(HOSTILE).waitFor();
      const page = await edit('free', { look });
      await addMembers(page, 'Never in', `new-one\n${HOSTILE}`);
      await button(page, 'Add a rule').click();
      await page.getByText('not stored').waitFor();
      expect(await page.title()).toBe('free · Turnout');
      for (const one of [list, page]) {
        expect(await overflowOf(one)).toBe(0);
        if (name !== 'phone') expect(await findAxeFaults(one)).toEqual([]);
      }
    },
  );
});
