import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, PRODUCTION, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img/src=x/onerror="window.broken=1">';
const DAY_MS = 86_400_000;

const house = useDemoHouse();
/** An editor, a release manager, and somebody who only looks. */
let [ed, rosa, vic] = ['', '', ''];
let [quiet, shown, typed] = ['', '', ''];

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const api = async (method: string, path: string, body?: unknown) => {
  const answer = await house.server.api(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body.detail}`);
  return answer.body;
};
const stateOf = async (flag: string) => (await api('GET', `${PRODUCTION}/flags/${flag}`)).state;

async function makeFlag(key: string): Promise<string> {
  const variants = { on: true, off: false };
  await api('POST', '/projects/demo/flags', { key, kind: 'release', type: 'boolean', variants, reason: 'to try' });
  return key;
}

/** Asks by the switch of a flag's page; answers the address of the request. */
async function askToTurnOn(page: Page, flag: string, reason: string): Promise<string> {
  await page.getByRole('switch', { name: `${flag} in Production: off` }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask for approval' });
  await dialog.getByLabel('Reason').fill(reason);
  await button(page, 'Ask for approval').click();
  await page.getByRole('heading', { level: 1, name: `Turn ${flag} on in Production` }).waitFor();
  return new URL(page.url()).pathname;
}

describe.skipIf(!hasBrowser)('Requests', () => {
  beforeAll(async () => {
    ed = await addPerson(house, 'ed', 'Ed Editor', ['editor']);
    rosa = await addPerson(house, 'rosa', HOSTILE, ['release-manager']);
    vic = await addPerson(house, 'vic', 'Vic Viewer', ['viewer']);
    quiet = await makeFlag('quiet-launch');
    shown = await makeFlag('shown-launch');
    typed = await makeFlag('typed-launch');
    await api('PATCH', `${PRODUCTION}/flags/${typed}`, { state: 'on', fallthrough: { variant: 'off' } });
    // What the demo has aboard of its train would need an approval, too.
    const { items } = await api('GET', '/projects/demo/requests?state=open');
    for (const { id } of items) {
      await api('POST', `/projects/demo/requests/${id}/withdraw`, { reason: 'Not in this test' });
    }
    await api('PATCH', PRODUCTION, { protected: true, reason: 'It is the real one' });
  });

  test('go from the switch that asks over an inbox to what is applied, without a reload', async () => {
    const inbox = await house.visit('/p/demo/requests?env=production', { cookie: rosa });
    await inbox.getByText('Nothing waits for you').waitFor();
    const page = await house.visit(`/p/demo/flags/${quiet}?env=production`, { cookie: ed });
    await askToTurnOn(page, quiet, `Support knows ${HOSTILE}`);
    await page.getByText('You wrote it: somebody else must approve it.').waitFor();
    expect(await button(page, 'Approve').getAttribute('aria-disabled')).toBe('true');
    expect(await button(page, 'Apply').getAttribute('aria-disabled')).toBe('true');

    await inbox.getByRole('link', { name: `Turn ${quiet} on in Production` }).waitFor();
    await inbox.getByRole('navigation', { name: 'Main' }).getByText('1 waits for you').waitFor();
    expect(await findAxeFaults(inbox)).toEqual([]);
    await inbox.getByRole('link', { name: `Turn ${quiet} on in Production` }).click();
    await inbox.getByText(HOSTILE).first().waitFor();
    const production = inbox.getByRole('region', { name: 'In Production' });
    await production.getByText('grows').waitFor();
    expect((await production.getByRole('listitem').allTextContents()).join()).toMatch(/State.*off.*on/s);
    await button(inbox, 'Approve').click();
    await inbox.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();

    await page.getByText('Enough people approve: it can be applied.').waitFor();
    await page.getByText(HOSTILE).first().waitFor();
    expect(await stateOf(quiet)).toBe('off');
    await button(page, 'Apply').click();
    await button(page, 'Apply now').click();
    await page.getByText(/It was applied .*as change/).waitFor();
    expect(await stateOf(quiet)).toBe('on');
    await inbox.getByText(/It was applied/).waitFor();
    await inbox.getByText('waits for you').waitFor({ state: 'detached' });
  });

  test('are approved and applied by keyboard alone, and say who may not', async () => {
    const page = await house.visit(`/p/demo/flags/${shown}?env=production`, { cookie: ed });
    const address = await askToTurnOn(page, shown, 'The trial went well');
    const viewer = await house.visit(`${address}?env=production`, { cookie: vic });
    await viewer.getByText(/Who approves it is .*release-manager/).waitFor();
    expect(await button(viewer, 'Withdraw').getAttribute('aria-disabled')).toBe('true');

    const keys = await house.visit('/p/demo/requests?env=production', { cookie: rosa });
    await keys.getByRole('link', { name: `Turn ${shown} on in Production` }).waitFor();
    await tabTo(keys, `Turn ${shown} on`);
    await keys.keyboard.press('Enter');
    await keys.getByRole('heading', { level: 1, name: /^Turn/ }).waitFor();
    await button(keys, 'Approve').waitFor();
    await tabTo(keys, 'Approve');
    await keys.keyboard.press('Enter');
    await keys.getByRole('dialog').waitFor();
    await tabTo(keys, 'Approve');
    await keys.keyboard.press('Enter');
    await keys.getByText('Enough people approve').waitFor();
    await tabTo(keys, 'Apply');
    await keys.keyboard.press('Enter');
    await keys.getByRole('dialog').waitFor();
    await tabTo(keys, 'Apply now');
    await keys.keyboard.press('Enter');
    await keys.getByText(/It was applied/).waitFor();
    expect(await stateOf(shown)).toBe('on');
  });

  test('take several drafts, say that the ground moved, and are rebased and edited', async () => {
    await api('POST', `${PRODUCTION}/flags/${shown}/off`, { reason: 'again' });
    await api('POST', `${PRODUCTION}/flags/${quiet}/off`, { reason: 'again' });
    const page = await house.visit(`/p/demo/flags/${shown}?env=production`, { cookie: ed });
    const address = await askToTurnOn(page, shown, 'Both at once');
    await page.goto(`${house.server.url}/p/demo/flags/${quiet}?env=production`);
    await page.getByRole('switch', { name: `${quiet} in Production: off` }).click();
    await page.getByLabel('In which request').selectOption({ label: `Turn ${shown} on in Production` });
    await button(page, 'Add to the request').click();
    await page.getByRole('heading', { level: 1, name: `Turn ${shown} on in Production` }).waitFor();
    expect(new URL(page.url()).pathname).toBe(address);
    for (const flag of [quiet, shown]) await page.getByRole('link', { name: flag, exact: true }).waitFor();

    // Towards safe goes at once, and makes of the request something else: that is told to whoever looks at it.
    await api('POST', `${PRODUCTION}/flags/${quiet}/serve`, { variant: 'on', reason: 'by root' });
    await page.getByText(/cannot be applied as it is/).waitFor();
    await button(page, 'Rebase').click();
    await page.getByText(/cannot be applied as it is/).waitFor({ state: 'detached' });
    await button(page, 'Edit').click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Title').fill(`Only one ${HOSTILE}`);
    await form.getByLabel(new RegExp(`flags/${quiet}/on`)).fill('no JSON');
    await button(page, 'Store the draft').click();
    await form.getByText('JSON, such as').first().waitFor();
    await form.getByRole('button', { name: 'Take this call out' }).last().click();
    await button(page, 'Store the draft').click();
    await page.getByRole('heading', { level: 1, name: 'Only one' }).waitFor();
    await page.getByRole('link', { name: quiet, exact: true }).waitFor({ state: 'detached' });
    await button(page, 'Withdraw').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText(/It was withdrawn/).waitFor();
    await page.goto(`${house.server.url}/p/demo/requests?env=production&show=mine&state=withdrawn`);
    await page.getByRole('link', { name: 'Only one' }).waitFor();
  });

  test('come from the editor of a flag, and leave nothing typed behind', async () => {
    const page = await house.visit(`/p/demo/flags/${typed}?env=production`, { cookie: ed });
    const everybody = page.getByRole('region', { name: 'Everybody else' });
    await everybody.getByRole('combobox').first().selectOption('variant on');
    await button(page, 'Review and save').click();
    await page.getByText('somebody else has to approve it first').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('By the editor');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: `Change ${typed} in Production` }).waitFor();
    await page.getByRole('region', { name: 'In Production' }).getByText('Everybody else').waitFor();
    await page.goBack();
    await everybody.waitFor();
    expect(await page.getByText('not stored').count()).toBe(0);
  });

  test('of freezes take a second admin; a freeze is told where it holds, and refuses what grows', async () => {
    const page = await house.visit('/p/demo/freezes?env=production');
    await button(page, 'New freeze').click();
    const form = page.getByRole('dialog');
    await form.locator('#name').fill(`Sale ${HOSTILE}`);
    await form.getByRole('checkbox', { name: 'Production' }).check();
    await form.getByRole('textbox', { name: 'Until' }).fill('2020-01-01T00:00');
    await button(page, 'Make the freeze').click();
    await form.getByText('a moment after from').first().waitFor();
    const to = new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 16);
    await form.getByRole('textbox', { name: 'From' }).fill(new Date(Date.now() - DAY_MS).toISOString().slice(0, 16));
    await form.getByRole('textbox', { name: 'Until' }).fill(to);
    await button(page, 'Make the freeze').click();
    await page.getByText('holds until').waitFor();
    await page.getByText('Frozen until').waitFor();
    expect(await findAxeFaults(page)).toEqual([]);

    const flag = await house.visit(`/p/demo/flags/${shown}?env=production`, { cookie: ed });
    await flag.getByText(/nothing that gives users more goes out there/).waitFor();
    await button(page, 'End early').click();
    await page.getByRole('dialog').getByText('needs a second admin').waitFor();
    await page.getByRole('dialog').getByLabel('Reason').fill('A hotfix');
    await page.keyboard.press('Enter');
    await page.getByText('takes protection away').waitFor();
    await page.getByText('DELETE /freezes/').first().waitFor();
    const { items } = await api('GET', '/projects/demo/freezes');
    await api('DELETE', `/projects/demo/freezes/${items[0].id}`, { reason: 'by the root token' });
    await flag.getByText(/nothing that gives users more goes out there/).waitFor({ state: 'detached' });
  });

  test('and freezes that recur go by a rule on the clock of a zone, and are laid out for weeks', async () => {
    const page = await house.visit('/p/demo/freezes?env=production', { look: LOOKS.light });
    await button(page, 'New freeze').click();
    const form = page.getByRole('dialog');
    await form.locator('#name').fill('Weekend');
    await form.getByRole('radio', { name: /Again and again/ }).check();
    await form.getByLabel('Time zone').fill('Mars/Olympus');
    await button(page, 'Make the freeze').click();
    await form.getByText('a time zone such as').first().waitFor();
    await form.getByLabel('Time zone').fill('Europe/Zurich');
    expect(await findAxeFaults(page)).toEqual([]);
    await button(page, 'Make the freeze').click();
    await page.getByText('every Friday from 17:00, for 63 hours, on the clock of Europe/Zurich').waitFor();
    // The month that comes has a weekend on whatever day this runs.
    await page.getByRole('button', { name: 'The next month' }).click();
    await page
      .getByRole('gridcell', { name: /Weekend/ })
      .first()
      .waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
  });

  test.each([
    ['requests?show=all', 'Turn quiet-launch on in Production', 'link'],
    ['freezes', 'Weekend', 'cell'],
  ] as const)('fit on a phone: %s', async (path, name, role) => {
    const page = await house.visit(`/p/demo/${path}`, { look: LOOKS.phone });
    await page.getByRole(role, { name, exact: true }).first().waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await findAxeFaults(page)).toEqual([]);
    if (role !== 'link') return;
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { name: 'Approvals' }).waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await findAxeFaults(page)).toEqual([]);
  });
});
