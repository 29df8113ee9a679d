import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';
import { prepareCanary } from '../rollouts/rollouts.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';

const house = useDemoHouse();
let rita = '';
let vic = '';
beforeAll(async () => {
  if (!hasBrowser) return;
  await prepareCanary(house);
  [rita, vic] = await Promise.all([
    addPerson(house, 'rita', 'Rita Release', ['release-manager'], 'project'),
    addPerson(house, 'vic', 'Vic Viewer', ['viewer'], 'project'),
  ]);
});

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await house.server.api(method, `/projects/demo${path}`, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const rollout = (flag: string, from: string, to: string) => ({
  title: `${flag}: ${from} → ${to}`,
  items: [
    { method: 'POST', path: `/environments/production/flags/${flag}/rollout`, body: { from, to, policy: 'canary' } },
  ],
  reason: 'tried long enough',
});
const visit = (path: string, cookie = rita, look = LOOKS.dark): Promise<Page> =>
  house.visit(`/p/demo/departures${path}${path.includes('?') ? '&' : '?'}env=production`, { cookie, look });
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

describe.skipIf(!hasBrowser)('Departures', () => {
  test('say what to do first, and a train is made; what is wrong stands at its field, and what was typed stays', async () => {
    await house.server.api('POST', '/projects', { key: 'quiet', name: 'Quiet' });
    await house.server.api('POST', '/projects/quiet/environments', { key: 'production', name: 'Production' });
    const quiet = await house.visit('/p/quiet/departures');
    await quiet.getByRole('heading', { name: 'No train runs here yet' }).waitFor();
    await quiet.getByText('npx turnout train create weekly -e production').waitFor();
    await quiet.getByRole('button', { name: 'Make the first train' }).click();
    await quiet.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor();
    const page = await visit('?show=trains');
    await page.getByRole('button', { name: 'New train' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill(HOSTILE);
    await dialog.getByLabel(/^Key/).fill('midweek');
    await dialog.getByLabel(/^Time zone/).fill('Europe/Nowhere');
    await dialog.getByLabel(/^Changes at most/).fill('8');
    await dialog.getByLabel(/^Reason/).fill('a rhythm');
    await dialog.getByRole('button', { name: 'Make the train' }).click();
    await dialog.getByText('a time zone such as Europe/Zurich').first().waitFor();
    expect(await dialog.getByLabel(/^Time zone/).getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe(HOSTILE);
    await dialog.getByLabel(/^Time zone/).fill('Europe/Zurich');
    await dialog.getByRole('button', { name: 'Make the train' }).click();
    await page.getByText(/^midweek is made: it leaves next on Wed/).waitFor();
    await page.getByRole('article', { name: 'Train midweek' }).getByText(HOSTILE).waitFor();
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    await rowOf(page, 'midweek 1').getByText('nobody yet').waitFor();
  });

  test('are boarded by keyboard alone, and whoever looks sees it without a reload', async () => {
    const watching = await visit('', vic);
    await rowOf(watching, 'midweek 1').getByText('nobody yet').waitFor();
    const board = watching.getByRole('button', { name: 'Board a change' });
    expect(await board.getAttribute('aria-disabled')).toBe('true');
    expect(await board.getAttribute('title')).toMatch(/needs the role editor/);
    const page = await visit('');
    const dialog = page.getByRole('dialog');
    await tabTo(page, 'Board a change');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Flag', { exact: true }).waitFor();
    await dialog.getByLabel('Train').selectOption('midweek');
    await tabTo(page, 'Flag');
    await page.keyboard.type('image-quality');
    await dialog.getByLabel(/^To/).locator('option[value="best"]').waitFor({ state: 'attached' });
    await dialog.getByLabel(/^To/).selectOption('best');
    await tabTo(page, 'Title');
    await page.keyboard.type(HOSTILE);
    await tabTo(page, 'Reason');
    await page.keyboard.type('better pictures');
    await page.keyboard.press('Enter');
    await page.getByText(`“${HOSTILE}” is aboard midweek 1.`).waitFor();
    await rowOf(watching, 'midweek 1').getByText('1 of 1 ready').waitFor();
    await rowOf(page, 'midweek 1').getByRole('link').press('Enter');
    await page.getByRole('link', { name: HOSTILE }).waitFor();
    await page.getByRole('heading', { name: /^Manifest/ }).waitFor();
  });

  test('take an open request aboard, and let it go again', async () => {
    const item = { method: 'POST', path: '/environments/production/flags/maintenance-mode/on', body: {} };
    await call('POST', '/requests', { title: 'Maintenance at night', reason: 'The database moves', items: [item] });
    const page = await visit('/midweek/1');
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('An open request', { exact: true }).click();
    await dialog.getByLabel('Request', { exact: true }).selectOption({ label: 'Maintenance at night' });
    await dialog.getByRole('button', { name: 'Board', exact: true }).click();
    await page.getByRole('button', { name: 'Withdraw Maintenance at night' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw it' }).click();
    await page.getByRole('heading', { name: 'Not aboard any more' }).waitFor();
    await page
      .getByText(/withdrawn/i)
      .first()
      .waitFor();
  });

  test('stop for anybody with a reason, loudly; and only a release manager lets them go on', async () => {
    const watching = await visit('');
    await rowOf(watching, 'midweek 1').waitFor();
    const page = await visit('/midweek/1', vic);
    await page.getByRole('button', { name: 'Stop the line' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^Reason/)
      .fill(HOSTILE);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'LINE STOPPED: midweek' }).waitFor();
    const again = page.getByRole('button', { name: 'Start again' });
    expect(await again.getAttribute('aria-disabled')).toBe('true');
    expect(await again.getAttribute('title')).toMatch(/only a release manager/);
    await watching.getByRole('alert').getByText(HOSTILE).waitFor();
    await watching.getByRole('button', { name: 'Start again' }).click();
    await watching
      .getByRole('dialog')
      .getByLabel(/^Reason/)
      .fill('The till was out of paper');
    await watching.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'LINE STOPPED: midweek' }).waitFor({ state: 'detached' });
  });

  test('leave when somebody presses, and are recalled: what goes back and what stays is shown first', async () => {
    await call('POST', '/trains/midweek/board', rollout('banner', 'none', 'sale'));
    const page = await visit('/midweek/1');
    await page.getByRole('button', { name: 'Depart now' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^Reason/)
      .fill('All is ready');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Rollout of banner' }).waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Under way' })
      .and(page.locator('[aria-current=step]'))
      .waitFor();
    await tabTo(page, 'Recall');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: '2 flags go back' }).waitFor();
    await dialog.getByRole('list', { name: 'Goes back' }).getByText('banner').waitFor();
    await page.keyboard.type('The wrong picture');
    await page.keyboard.press('Enter');
    const recalled = page.getByRole('region', { name: 'The recall' });
    await recalled.getByText(/^\s*(\d+)\/\1$/).waitFor();
    expect(await call('GET', '/environments/production/flags/banner')).toMatchObject({
      fallthrough: { variant: 'none' },
    });
    await page.getByRole('listitem').filter({ hasText: 'Recalled' }).first().waitFor();
  });

  test('that are closed take a change as an uplift only, with what may go wrong in writing', async () => {
    const deadline = (ms: number) => ({ kind: 'deadline', at: new Date(Date.now() + ms).toISOString() });
    const sale = { key: 'sale', environment: 'production', cutOff: '1h', reason: 'Sale' };
    await call('POST', '/trains', { ...sale, velocity: deadline(9_000_000) });
    const page = await visit('/sale/1');
    await page.getByText('cut-off in').waitFor();
    // The clock runs out before the eyes of whoever looks, and nothing is loaded anew.
    await call('PATCH', '/trains/sale', { velocity: deadline(3_603_000), reason: 'It begins earlier' });
    await page.getByRole('button', { name: 'Uplift (board late)' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Flag', { exact: true }).fill('upload-limit-mb');
    await dialog.getByLabel(/^To/).selectOption('large');
    await dialog.getByLabel('Policy', { exact: true }).selectOption('canary');
    await dialog.getByLabel(/^What may go wrong/).fill(HOSTILE);
    await dialog.getByLabel(/^Reason/).fill('Promised to the press');
    await dialog.getByRole('button', { name: 'Ask for the uplift' }).click();
    await page.getByText(/^Uplift \(boarded late\)/).waitFor();
    await page.getByText(HOSTILE).waitFor();
    await page.getByText('not ready', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Where a release manager approves it' }).waitFor();
  });

  test('leave as an emergency by broken glass, and the board owes a postmortem until it is written', async () => {
    const page = await visit('/sale/1');
    await page.getByRole('button', { name: 'Chemspill' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A postmortem is owed within seven days').waitFor();
    await dialog.getByText('Another release manager agrees to it').waitFor();
    await dialog.getByLabel('Flag', { exact: true }).fill('legacy-export');
    await dialog.getByLabel(/^From/).selectOption('on');
    await dialog.getByLabel(/^To/).selectOption('off');
    await dialog.getByLabel('Policy', { exact: true }).selectOption('canary');
    await dialog.getByLabel(/^Reason/).fill(HOSTILE);
    await dialog.getByLabel('Nobody can be asked: break the glass').check();
    await dialog.getByRole('button', { name: 'Break the glass, and leave now' }).click();
    const emergency = page.getByRole('region', { name: 'The emergency' });
    await emergency.getByText(HOSTILE).waitFor();
    await emergency.getByText('glass broken').waitFor();
    await page.getByRole('link', { name: 'Rollout of legacy-export' }).waitFor();
    const board = await visit('', vic);
    await board.getByRole('heading', { name: 'A postmortem is owed' }).waitFor();
    await emergency.getByRole('button', { name: 'Write the postmortem' }).click();
    await dialog.getByLabel(/^What happened/).fill(`${HOSTILE} and nobody was woken`);
    await dialog.getByLabel(/^Kept elsewhere/).fill('javascript:alert(1)');
    await dialog.getByRole('button', { name: 'Write it down' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel(/^Kept elsewhere/).fill('https://wiki.example/17');
    await dialog.getByRole('button', { name: 'Write it down' }).click();
    await emergency.getByText(`${HOSTILE} and nobody was woken`).waitFor();
    await board.getByRole('heading', { name: 'A postmortem is owed' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Eject/ }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^Reason/)
      .fill('It was the wrong export');
    await page.keyboard.press('Enter');
    await page.getByText('ejected', { exact: true }).waitFor();
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'have nothing that axe or a narrow window has against them (%s)',
    async (look) => {
      const page = await visit('', rita, LOOKS[look]);
      await page.getByText('In the last week').waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
      for (const name of ['Chemspill', 'New train']) {
        await page.getByRole('button', { name, exact: true }).click();
        await page
          .getByRole('dialog')
          .getByLabel(/^Reason/)
          .waitFor();
        expect(await findAxeFaults(page)).toEqual([]);
        expect(await overflowOf(page)).toBe(0);
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Trains', exact: true }).click();
      }
      await page.goto(page.url().replace(/departures.*/, 'departures/sale/1?env=production'));
      await page.getByText(/^Uplift \(boarded late\)/).waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});
