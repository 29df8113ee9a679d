import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';

const house = useDemoHouse();

async function visit(look = LOOKS.dark, cookie = house.cookie): Promise<Page> {
  const page = await house.visit('/projects', { look, cookie });
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
  return page;
}

const read = async (path: string) => (await house.server.api('GET', path)).body;

describe.skipIf(!hasBrowser)('The projects', () => {
  test('makes a project with its environments by keyboard alone, and says of a key that it is taken', async () => {
    const page = await visit();
    await page.getByRole('button', { name: 'New project' }).press('Enter');
    await page.keyboard.type('Demo');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('There is a project demo').waitFor();
    await dialog.getByLabel('Name').fill(HOSTILE);
    await dialog.getByLabel(/^Key/).fill('second-shop');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: HOSTILE, level: 2 }).waitFor();
    const { items } = await read('/projects/second-shop/environments');
    expect(items.map(({ key }: { key: string }) => key)).toEqual(['development', 'production']);
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
  });

  test('makes an environment, and protects it; what was typed stays until the server is content', async () => {
    const page = await visit();
    await page.getByRole('button', { name: 'Environment in Demo shop' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Staging');
    expect(await dialog.getByLabel(/^Key/).inputValue()).toBe('staging');
    await dialog.getByLabel(/^Key/).fill('not a key');
    await dialog.getByRole('button', { name: 'Make the environment' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Staging');
    await dialog.getByLabel(/^Key/).fill('staging');
    await dialog.getByRole('button', { name: 'Make the environment' }).click();
    const list = page.getByRole('list', { name: 'Environments of Demo shop' });
    await list.getByRole('link', { name: 'Staging' }).waitFor();
    await list.getByRole('button', { name: 'Edit Staging' }).click();
    await dialog.getByRole('checkbox', { name: /^Protected/ }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await list.getByText('protected').waitFor();
    expect(await read('/projects/demo/environments/staging')).toMatchObject({ protected: true, name: 'Staging' });
  });

  test('does not overwrite what somebody else changed meanwhile', async () => {
    const page = await visit();
    await page.getByRole('button', { name: 'Rename Demo shop' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Mine');
    await house.server.api('PATCH', '/projects/demo', { name: 'Theirs' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Somebody was faster').waitFor();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Mine');
    expect(await read('/projects/demo')).toMatchObject({ name: 'Theirs' });
    await page.keyboard.press('Escape');
    await house.server.api('PATCH', '/projects/demo', { name: 'Demo shop' });
  });

  test('shows whoever may only look what they may not, and why', async () => {
    const page = await visit(LOOKS.dark, await addPerson(house, 'vic', 'Vic Viewer', ['viewer']));
    await page.getByText('You may see').first().waitFor();
    for (const name of [
      'New project',
      'Rename Demo shop',
      'Environment in Demo shop',
      /^Remove the demo/,
      'Edit Production',
    ]) {
      const button = page.getByRole('button', { name });
      expect([name, await button.getAttribute('aria-disabled')]).toEqual([name, 'true']);
      expect(await button.getAttribute('title')).toMatch(/needs/);
    }
    await page.getByRole('button', { name: 'New project' }).press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe or a narrow window has against it (%s)',
    async (look) => {
      const page = await visit(LOOKS[look]);
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Edit Production' }).first().click();
      await page.getByRole('dialog').waitFor();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );

  test('removes the demo after a question, and brings it back', async () => {
    const page = await visit();
    await page.getByRole('button', { name: /^Remove the demo/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the demo' }).click();
    await page.getByRole('heading', { name: 'Archived' }).waitFor();
    expect(await page.getByRole('link', { name: 'Demo shop' }).count()).toBe(0);
    expect((await house.server.api('GET', '/projects/demo')).status).toBe(404);
    await page.getByRole('button', { name: 'Bring back Demo shop' }).click();
    await page.getByRole('link', { name: 'Demo shop' }).waitFor();
    expect((await house.server.api('GET', '/projects/demo')).status).toBe(200);
  });
});
