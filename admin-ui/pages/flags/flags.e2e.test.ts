import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, type Look, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

const house = useDemoHouse();

describe.skipIf(!hasBrowser)('The table of flags', () => {
  const api = async (method: string, path: string, body?: unknown) => {
    const answer = await house.server.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  const show = (path: string, look: Look = LOOKS.dark) => house.visit(path, { look });

  beforeAll(async () => {
    await api('POST', '/projects', { key: 'many', name: 'Many' });
    await api('POST', '/projects/many/environments', { key: 'production', name: 'Production' });
    const flags = Array.from({ length: 400 }, (_, at) => [
      `flag-${String(at).padStart(3, '0')}`,
      { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: at % 2 ? 'on' : 'off' },
    ]);
    await api('POST', '/projects/many/import?environment=production', { flags: Object.fromEntries(flags) });
    await api('POST', '/projects', { key: 'empty', name: HOSTILE });
    await api('POST', '/projects/empty/environments', { key: 'production', name: 'Production' });
  }, 180_000);

  const keysOf = (page: Page) => page.locator('.flag-row .key').allTextContents();

  test('is searched as one types, narrowed by chips, and its address shows another person the same', async () => {
    const page = await show('/p/demo/flags');
    await page.locator('#row-new-checkout').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('deliv');
    await expect.poll(() => keysOf(page)).toEqual(['delivery-promise', 'free-delivery']);
    await page.getByRole('combobox', { name: 'Add a filter' }).selectOption({ label: 'experiment' });
    await expect.poll(() => keysOf(page)).toEqual(['delivery-promise']);
    await expect.poll(() => new URL(page.url()).search).toBe('?q=deliv&kind=experiment');
    await page.reload();
    await expect.poll(() => keysOf(page)).toEqual(['delivery-promise']);
    await page.getByRole('button', { name: 'Remove the filter kind experiment' }).click();
    await expect.poll(() => keysOf(page)).toEqual(['delivery-promise', 'free-delivery']);
    await page.getByRole('searchbox').fill('nobody has this');
    await page.getByRole('heading', { name: 'No flag matches' }).waitFor();
    await page.getByRole('button', { name: 'Clear search and filters' }).click();
    await page.locator('#row-new-checkout').waitFor();
    await page.getByRole('columnheader', { name: 'Flag', exact: true }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'Flag', exact: true }).getByRole('button').click();
    expect(await page.getByRole('columnheader', { name: 'Flag', exact: true }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    const keys = await keysOf(page);
    expect(keys).toEqual([...keys].sort().reverse());
  });

  test('flips a flag by mouse, says what users get now, and takes it back', async () => {
    const page = await show('/p/demo/flags?env=development');
    const toggle = page.getByRole('switch', { name: /^new-checkout in Development/ });
    await toggle.waitFor();
    const before = await toggle.getAttribute('aria-checked');
    await toggle.click();
    await expect.poll(() => toggle.getAttribute('aria-checked')).not.toBe(before);
    await page.getByText(/new-checkout is (on|off) in Development/).waitFor();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe(before);
  });

  test('is worked by keys alone: found, moved through, selected, flipped and opened', async () => {
    const page = await show('/p/many/flags?q=flag-');
    await page.locator('#row-flag-000').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    const grid = page.getByRole('grid', { name: 'Flags' });
    const active = () => grid.getAttribute('aria-activedescendant');
    await expect.poll(active).toBe('row-flag-000');
    // The index comes in pages of 200, and the end of the table is the end of what has come.
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('401');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+Space');
    await page.getByText('3 flags selected').waitFor();
    await page.keyboard.press('End');
    await expect.poll(active).toBe('row-flag-399');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('Home');
    await expect.poll(active).toBe('row-flag-000');
    // Into the row: the box, the name, the switch.
    const toggle = page.locator('#row-flag-000 [role=switch]:focus');
    for (let step = 0; step < 20 && (await toggle.count()) === 0; step++) await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.getByText(/flag-000 is off in Production/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/p/many/flags/flag-001');
  });

  test('holds at most 60 rows wherever it is scrolled to, counts all of them, and keeps the focus', async () => {
    const page = await show('/p/many/flags', { ...LOOKS.dark, height: 2_400 });
    await page.locator('#row-flag-000').waitFor();
    const grid = page.getByRole('grid', { name: 'Flags' });
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('401');
    await page.locator('#row-flag-000 .key').focus();
    const focused = page.locator('[role=grid]:focus, .flag-row :focus');
    for (const share of [0.1, 0.5, 0.52, 0.9, 1, 0.3]) {
      await grid.evaluate((box, at) => {
        box.scrollTop = at * box.scrollHeight;
      }, share);
      const foot = async () => {
        const [box, last] = [await grid.boundingBox(), await page.locator('.flag-row').last().boundingBox()];
        return box && last ? last.y + last.height - (box.y + box.height) : Number.NaN;
      };
      await expect.poll(foot).toBeGreaterThanOrEqual(-3);
      const rows = await grid.getByRole('row').evaluateAll((all) => all.map((row) => [row.id, row.ariaRowIndex]));
      expect(rows.length).toBeLessThanOrEqual(60);
      expect(rows.slice(1)).toEqual(
        rows.slice(1).map(([, index]) => [`row-flag-${String(Number(index) - 2).padStart(3, '0')}`, index]),
      );
      expect(await focused.count()).toBe(1);
    }
  });

  test('shows at once what somebody else changed, and flashes it once', async () => {
    const page = await show('/p/many/flags');
    const row = page.locator('#row-flag-004');
    await row.waitFor();
    await page.getByTitle('Changes of others appear here by themselves').getByText('live', { exact: true }).waitFor();
    await api('POST', '/projects/many/environments/production/flags/flag-004/off', { reason: 'another person' });
    await page.locator('#row-flag-004.flash').waitFor();
    await page.getByRole('switch', { name: 'flag-004 in Production: off' }).waitFor();
    await page.locator('#row-flag-004:not(.flash)').waitFor();
  });

  test('changes all that match by one question, tells of each what failed, and takes the rest back', async () => {
    const page = await show('/p/demo/flags?tag=checkout&env=development');
    await page.locator('#row-new-checkout').waitFor();
    await page.getByRole('checkbox', { name: 'Select free-delivery' }).check();
    await page.getByRole('checkbox', { name: 'Select new-checkout' }).click({ modifiers: ['Shift'] });
    await page.getByRole('checkbox', { name: 'Select invoice-payment' }).uncheck();
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    const failed = page.getByRole('alert', { name: 'What could not be done' });
    await failed.getByText(/new-checkout.*is a prerequisite of/).waitFor();
    // The one that stayed is selected still, the others are gone from what is shown.
    await page.getByText('1 flag selected').waitFor();
    await expect.poll(() => keysOf(page)).not.toContain('free-delivery');
    expect(await keysOf(page)).toContain('new-checkout');
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page.getByText('Undone.').waitFor();
    await expect.poll(() => keysOf(page)).toContain('free-delivery');
    await page.getByRole('button', { name: 'Add tag' }).click();
    await page.getByRole('dialog').getByLabel('Tag', { exact: true }).fill(HOSTILE);
    await page.getByRole('dialog').getByRole('button', { name: 'Add tag' }).click();
    await page.getByText('1 flag is tagged.').waitFor();
    await page.getByRole('combobox', { name: 'Add a filter' }).selectOption({ label: HOSTILE });
    await expect.poll(() => keysOf(page)).toEqual(['new-checkout']);
    expect(await page.title()).toBe('Flags · Turnout');
  });

  test('keeps a view under a name, in this browser', async () => {
    const page = await show('/p/demo/flags?owner=payments&sort=-key');
    await page.locator('#row-new-checkout').waitFor();
    await page.getByText('Views', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Name of this view' }).fill(HOSTILE);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Forget the view ${HOSTILE}` }).waitFor();
    await page.goto(`${house.server.url}/p/demo/flags?env=development`);
    await page.getByText('Views', { exact: true }).click();
    await page.getByRole('button', { name: HOSTILE, exact: true }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('?env=development&owner=payments&sort=-key');
    await page.getByText('Views', { exact: true }).click();
    await page.getByRole('button', { name: `Forget the view ${HOSTILE}` }).click();
    await expect.poll(() => page.getByRole('list', { name: 'Saved views' }).count()).toBe(0);
  });

  test('makes a flag in a dialog that checks while one types, and keeps what was typed when it is refused', async () => {
    const page = await show('/p/demo/flags');
    await page.locator('#row-new-checkout').waitFor();
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'New flag' });
    const key = dialog.getByLabel('Key');
    await key.fill('new-checkout');
    await dialog.getByText('There is a flag with this key').waitFor();
    await key.fill('page-size');
    await dialog.getByText('This key is free.').waitFor();
    await dialog.getByLabel('Type').selectOption('number');
    await dialog.getByLabel('Value of on').fill('many');
    await dialog.getByRole('button', { name: 'Make flag' }).click();
    await dialog.getByText('A number, such as 12 or 0.5.').waitFor();
    await dialog.getByLabel('Value of on').fill('50');
    await dialog.getByLabel('Name', { exact: true }).fill(HOSTILE);
    await page.route('**/api/v1/projects/demo/flags', (route) => route.abort(), { times: 2 });
    await dialog.getByRole('button', { name: 'Make flag' }).click();
    await dialog.getByText('Turnout cannot be reached').waitFor();
    expect(await key.inputValue()).toBe('page-size');
    expect(await findAxeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make flag' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/p/demo/flags/page-size');
    const made = await api('GET', '/projects/demo/flags/page-size');
    expect(made).toMatchObject({ type: 'number', variants: { off: 0, on: 50 }, name: HOSTILE });
  });

  test('says of an empty project what to do first, and asks why where production is protected', async () => {
    const page = await show('/p/empty/flags');
    await page.getByRole('heading', { name: `${HOSTILE} has no flags yet` }).waitFor();
    expect(await findAxeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the first flag' }).click();
    const dialog = page.getByRole('dialog', { name: 'New flag' });
    await dialog.getByLabel('Key').fill('first');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/p/empty/flags/first');
    await api('PATCH', '/projects/empty/environments/production', { protected: true });
    await page.goto(`${house.server.url}/p/empty/flags`);
    // Turning on needs somebody else's approval there, and asks for it; what comes or goes says why it may not.
    await page.getByRole('switch', { name: 'first in Production: off' }).click();
    await page.getByRole('dialog', { name: 'Ask for approval' }).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Ask for approval' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'New flag' }).getAttribute('title')).toMatch(/^In Production: ./);
    await page.getByRole('checkbox', { name: 'Select first' }).check();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('dialog').getByText('This environment asks for a reason.').waitFor();
    await page.getByRole('dialog').getByLabel('Reason').fill('To be sure');
    await page.keyboard.press('Enter');
    await page.getByText('1 flag is off in Production.').waitFor();
  });

  test('says what to do when the list cannot be read, and shows it once it can', async () => {
    const body = { title: 'The database is away', status: 503, code: 'database_unavailable', detail: 'Not now.' };
    const page = await house.visit('/p/demo/flags', {
      prepare: (one) =>
        one.route('**/api/v1/projects/demo/flags?*', (route) => route.fulfill({ status: 503, json: body })),
    });
    await page.getByRole('alert').getByText('The database is away').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('#row-new-checkout').waitFor();
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has nothing that axe finds, nor anything too wide: %s',
    async (name) => {
      const page = await show('/p/demo/flags?owner=payments&sort=life', LOOKS[name]);
      await page.locator('#row-new-checkout').waitFor();
      await page.locator('.flag-row .life .tag').first().waitFor();
      await page.getByRole('checkbox', { name: 'Select new-checkout' }).check();
      await page.getByRole('button', { name: 'Turn off' }).waitFor();
      await page.getByText('Views', { exact: true }).click();
      expect(await findAxeFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    },
  );
});
