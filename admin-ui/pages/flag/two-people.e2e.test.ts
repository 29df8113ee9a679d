import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, PRODUCTION, useDemoHouse } from '../../browser/visits.fixture.ts';

const house = useDemoHouse();
let grace = '';

const stored = async (flag: string) => (await house.server.api('GET', `${PRODUCTION}/flags/${flag}`)).body;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const rule = (page: Page, at: number) => page.getByRole('listitem', { name: new RegExp(`^Rule ${at} of`) });

/** Gives what a rule catches something else; it is typed, and not stored. */
async function giveInRule(page: Page, at: number, variant: string): Promise<void> {
  await rule(page, at).getByRole('button', { name: /^If/ }).click();
  await rule(page, at)
    .getByLabel(/^What users of rule/)
    .selectOption(variant);
  await page
    .getByText(/not stored/)
    .first()
    .waitFor();
}

async function save(page: Page, reason = ''): Promise<void> {
  await button(page, 'Review and save').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Which way it goes').waitFor();
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
}

const givenBy = async (flag: string) =>
  (await stored(flag)).rules.map(({ serve }: { serve: { variant?: string } }) => serve.variant);

describe.skipIf(!hasBrowser)('Two people who edit one flag', () => {
  beforeAll(async () => {
    grace = await addPerson(house, 'grace', 'Grace Editor', ['editor']);
    for (const key of ['both', 'same', 'late']) {
      const rules = ['CH', 'DE', 'AT'].map((country) => ({
        ...{ id: country, if: { attribute: 'country', op: 'equals', values: [country] } },
        serve: { variant: 'a' },
      }));
      const production = { state: 'on', rules, fallthrough: { variant: 'a' } };
      const flag = { key, type: 'string', variants: { a: 'a', b: 'b', c: 'c' }, environments: { production } };
      expect((await house.server.api('POST', '/projects/demo/flags', flag)).status).toBe(201);
    }
  });

  test('have both what they did to different rules, without being asked', async () => {
    const [ada, other] = await Promise.all([
      house.visit('/p/demo/flags/both'),
      house.visit('/p/demo/flags/both', { cookie: grace }),
    ]);
    await giveInRule(ada, 1, 'variant b');
    await giveInRule(other, 3, 'variant c');
    await save(other, 'The bank asked');
    await ada.getByText(/Grace Editor has just changed Rule 3/).waitFor();
    await ada.getByText('“The bank asked”').first().waitFor();
    await ada.getByText('1 change not stored').waitFor();
    await save(ada);
    await ada.getByText('both in Production is stored').waitFor();
    expect(await givenBy('both')).toEqual(['b', 'a', 'c']);
    await other.getByText(/Ada Admin has just changed Rule 1/).waitFor();
  });

  test('are asked about the same rule, with both beside each other, and nothing is overwritten', async () => {
    const [ada, other] = await Promise.all([
      house.visit('/p/demo/flags/same'),
      house.visit('/p/demo/flags/same', { cookie: grace }),
    ]);
    await giveInRule(ada, 2, 'variant b');
    await giveInRule(other, 2, 'variant c');
    await save(other, 'The bank asked');
    const conflict = ada.getByRole('region', { name: 'Rule 2: changed by two people' });
    await conflict.getByText('country is DE → b').waitFor();
    await conflict.getByText('country is DE → c').waitFor();
    await conflict.getByText(/Grace Editor has stored this meanwhile, too, saying “The bank asked”/).waitFor();
    expect(await button(ada, 'Review and save').getAttribute('aria-disabled')).toBe('true');
    expect([await findAxeFaults(ada), await overflowOf(ada)]).toEqual([[], 0]);
    expect(await givenBy('same')).toEqual(['a', 'c', 'a']);
    await conflict.getByRole('button', { name: 'Keep mine' }).click();
    await save(ada);
    await ada.getByText('same in Production is stored').waitFor();
    expect(await givenBy('same')).toEqual(['a', 'b', 'a']);
  });

  test('learn of each other when they save, where nothing told them before', async () => {
    const ada = await house.visit('/p/demo/flags/late');
    await giveInRule(ada, 1, 'variant b');
    await ada.route('**/events', (route) => route.abort());
    await ada.reload();
    await ada.getByText('1 change not stored').waitFor();
    const other = await house.visit('/p/demo/flags/late', { cookie: grace });
    await giveInRule(other, 3, 'variant c');
    await save(other, 'The bank asked');
    await other.getByText('late in Production is stored').waitFor();
    await button(ada, 'Review and save').click();
    await ada.getByText(/Grace Editor stored something meanwhile. It is brought together with yours/).waitFor();
    await save(ada);
    await ada.getByText('late in Production is stored').waitFor();
    expect(await givenBy('late')).toEqual(['b', 'a', 'c']);
  });

  test('are told before they save what a protected environment will not take from them', async () => {
    const { api } = house.server;
    const path = '/projects/demo/environments/production';
    expect((await api('PATCH', path, { protected: true, reason: 'It is the real one' })).status).toBe(200);
    const page = await house.visit('/p/demo/flags/late', { cookie: grace });
    await page.getByText('what gives users more is asked for in the review').waitFor();
    await giveInRule(page, 2, 'variant c');
    await button(page, 'Review and save').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Production: more users get something').waitFor();
    const before = (await stored('late')).version;
    await dialog.getByText('somebody else has to approve it first').waitFor();
    expect(await dialog.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByRole('dialog').getByLabel('Title').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('1 change not stored').waitFor();
    expect((await stored('late')).version).toBe(before);
  });
});
