import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';

const house = useDemoHouse();

describe.skipIf(!hasBrowser)('The page of a flag', () => {
  beforeAll(async () => {
    await house.server.api('POST', '/projects/demo/environments/production/flags/image-quality/kill', {});
  });

  test.each(['dark', 'light', 'phone'] as const)(
    'has no fault that axe knows and is no wider than a %s window',
    async (name) => {
      const look = LOOKS[name];
      const page = await house.visit('/p/demo/flags/recommendations', { look });
      page.on('dialog', (dialog) => void dialog.accept());
      const check = async () => expect([await findAxeFaults(page), await overflowOf(page)]).toEqual([[], 0]);
      await page
        .getByRole('listitem', { name: /^Rule 1 of/ })
        .getByRole('button', { name: /^If/ })
        .click();
      await page.getByLabel('Per cent of none').fill('30');
      await page
        .getByText(/^moves/)
        .first()
        .waitFor();
      await check();
      await page.getByRole('button', { name: 'Review and save' }).click();
      await page.getByRole('dialog').getByText('Which way it goes').waitFor();
      await page.getByText('As JSON').click();
      await check();
      await page.keyboard.press('Escape');
      for (const [tab, field] of [
        ['Variants', 'Value of none, as JSON'],
        ['Settings', 'Owner'],
      ] as const) {
        await page.getByRole('navigation', { name: 'Parts of the flag' }).getByRole('link', { name: tab }).click();
        await page.getByLabel(field).waitFor();
        await check();
      }
      await page.goto(`${house.server.url}/p/demo/flags/image-quality`);
      await page.getByText('Killed in Production.').waitFor();
      await check();
    },
  );
});
