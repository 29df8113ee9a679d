import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, compile, evaluate } from '@turnout/core';
import type { ConfigurationAnswer, FlagAnswer } from '@turnout/server/contracts';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findAxeFaults, hasBrowser, LOOKS, overflowOf } from '../../browser/open-browser.fixture.ts';
import { useDemoHouse } from '../../browser/visits.fixture.ts';
import { type ReadSegment, rulesetFrom } from './playground-ruleset.ts';
import { readReachable } from './read-reachable.ts';

const PRODUCTION = '/projects/demo/environments/production';

const house = useDemoHouse();

/** A page that is closed, and was without fault, when its test ends. */
async function visit(path: string, look = LOOKS.dark): Promise<Page> {
  return house.visit(`/p/demo/flags/${path}`, { look });
}

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await house.server.api(method, path, body);
  expect(answer.status).toBe(200);
  return answer.body;
}
const weights = (on: number) => ({ fallthrough: { split: { weights: { on, off: 100_000 - on } } } });
/** A flag that only this test changes: the demo lives on meanwhile. */
async function makeFlag(key: string): Promise<void> {
  const environments = { production: { state: 'on', ...weights(10_000) } };
  const made = await house.server.api('POST', '/projects/demo/flags', { key, type: 'boolean', environments });
  expect(made.status).toBe(201);
}
const shareOf = async (flag: string) => {
  const { fallthrough } = await api<ConfigurationAnswer>('GET', `${PRODUCTION}/flags/${flag}`);
  return 'split' in fallthrough ? fallthrough.split.weights.on : undefined;
};

describe.skipIf(!hasBrowser)('The tabs of a flag in which one looks', () => {
  test('History goes back to an earlier change by keyboard, after showing what that alters', async () => {
    await makeFlag('going-back');
    const first = await api<{ change: { id: number } }>('PATCH', `${PRODUCTION}/flags/going-back`, weights(25_000));
    await api('PATCH', `${PRODUCTION}/flags/going-back`, { ...weights(60_000), reason: '<b>Too much</b>' });
    const page = await visit('going-back?tab=history');
    await page.getByText('“<b>Too much</b>”').waitFor();
    await page.getByRole('button', { name: `What it altered in change ${first.change.id}` }).press('Enter');
    await page.locator('ins').getByText('[0, 25000, "on"]').waitFor();
    await page.getByRole('button', { name: `Back to this (change ${first.change.id})` }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator('ins').getByText('[0, 25000, "on"]').waitFor();
    await dialog.locator('del').getByText('[0, 60000, "on"]').waitFor();
    await page.keyboard.type('It was too much');
    await page.keyboard.press('Enter');
    await page
      .getByRole('heading', { name: `going-back in Production is back at change ${first.change.id}.` })
      .waitFor();
    expect(await shareOf('going-back')).toBe(25_000);
    await page.getByText('“It was too much”').waitFor();
    expect(await page.getByText('as it is now in Production').count()).toBe(1);
  });

  test('History overwrites nothing that somebody stored meanwhile', async () => {
    await makeFlag('meanwhile');
    const first = await api<{ change: { id: number } }>('PATCH', `${PRODUCTION}/flags/meanwhile`, weights(20_000));
    await api('PATCH', `${PRODUCTION}/flags/meanwhile`, weights(30_000));
    const page = await visit('meanwhile?tab=history');
    await page.getByRole('button', { name: `Back to this (change ${first.change.id})` }).click();
    await page.getByRole('dialog').locator('ins').first().waitFor();
    await api('PATCH', `${PRODUCTION}/flags/meanwhile`, weights(40_000));
    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Somebody changed it just now').waitFor();
    expect(await shareOf('meanwhile')).toBe(40_000);
  });

  test('Playground answers as the server does, for every flag of the demo', async () => {
    const { items } = await api<{ items: FlagAnswer[] }>('GET', '/projects/demo/flags?limit=200');
    const key = readFileSync(join(house.server.dataDir, 'demo-keys', 'server'), 'utf8').trim();
    const readers = {
      flag: async (name: string) => {
        const configuration = await api<ConfigurationAnswer>('GET', `${PRODUCTION}/flags/${name}`);
        return { flag: await api<FlagAnswer>('GET', `/projects/demo/flags/${name}`), configuration };
      },
      segment: (name: string) => api<ReadSegment>('GET', `${PRODUCTION}/segments/${name}`),
    };
    const contexts: Context[] = [
      { targetingKey: 'user-1' },
      { targetingKey: 'user-2', country: 'CH', plan: 'pro', appVersion: '3.4.1', company: 'acme' },
      { targetingKey: 'user-3', country: 'DE', plan: 'guest', email: 'ada@shop.example', company: 'globex' },
      {},
    ];
    let compared = 0;
    for (const { key: flag } of items) {
      const compiled = compile(rulesetFrom('demo', 'production', await readReachable(flag, readers)));
      for (const context of contexts) {
        const response = await fetch(`${house.server.url}/ofrep/v1/evaluate/flags/${flag}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ context }),
        });
        const { value, variant, errorCode } = (await response.json()) as Record<string, unknown>;
        const own = evaluate(compiled, flag, context);
        expect([flag, own.value, own.variant, own.errorCode]).toEqual([flag, value, variant, errorCode]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  test('Playground says why, follows what is typed, and puts the context into a link that no server sees', async () => {
    const page = await visit('express-pay?tab=playground');
    const answer = page.getByRole('region', { name: 'In Production' });
    await answer.getByText('No rule holds').first().waitFor();
    await page.getByLabel('country').fill('CH');
    await page.getByLabel('appVersion').fill('3.4.1');
    await page.getByLabel('plan').fill('<script>');
    await answer.getByText('Rule known-or-up-to-date holds.').waitFor();
    await answer.getByText('country is CH, DE, AT, FR or NL – it is "CH"').waitFor();
    await answer.getByText('needs new-checkout to give on').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy a link' }).press('Enter');
    await page.getByText('The link is copied').waitFor();
    const link = new URL(page.url());
    expect([link.search, decodeURIComponent(link.hash)]).toEqual([
      '?tab=playground',
      expect.stringContaining('"country":"CH"'),
    ]);
    const other = await visit(`express-pay?tab=playground${link.hash}`);
    await other.getByText('Rule known-or-up-to-date holds.').waitFor();
    expect(await other.getByLabel('plan').inputValue()).toBe('<script>');
    await other.getByLabel('Context').fill('{"country": ');
    await other.getByText('This is not JSON yet').waitFor();
    await other.getByText('Rule known-or-up-to-date holds.').waitFor();
  });

  test('Playground lays what is edited beside what is stored, and says where it is not whole yet', async () => {
    const page = await visit('smart-search?tab=targeting');
    await page
      .getByRole('button', { name: /add .*rule/i })
      .first()
      .click();
    await page.getByRole('link', { name: /Playground/ }).click();
    await page.getByRole('region', { name: 'Stored, in Production' }).getByText('How it came about').waitFor();
    await page.getByRole('region', { name: 'As edited, not stored yet' }).getByText('is not whole yet').waitFor();
  });

  test('Evaluations draws what was given, names what was changed, and says it as a table too', async () => {
    await api('PATCH', `${PRODUCTION}/flags/smart-search`, { ...weights(50_000), reason: 'Next step' });
    const page = await visit('smart-search?tab=evaluations&range=1h');
    await page.locator('canvas').waitFor();
    await page.getByRole('cell', { name: 'off', exact: true }).waitFor();
    const marker = page.getByRole('group', { name: 'Changes of the flag in this time' }).getByRole('link').first();
    await marker.focus();
    await page.locator('.told').getByText('50 %').waitFor();
    await page.getByText('The same as a table').press('Enter');
    await page.getByRole('region', { name: 'Evaluations by minute' }).getByRole('row').nth(5).waitFor();
    await page.getByRole('button', { name: '30 days' }).press('Enter');
    await page.waitForURL(/range=30d/);
    await page.getByRole('region', { name: 'Evaluations by day' }).waitFor();
  });

  test('Evaluations says how an app reports, where none did, and warns of a default that is no variant', async () => {
    await house.server.api('POST', '/projects/demo/flags', { key: 'never-asked', type: 'boolean' });
    const page = await visit('never-asked?tab=evaluations');
    await page.getByRole('heading', { name: 'No app has evaluated this flag here yet' }).waitFor();
    await page.getByText("flags.boolean('never-asked', false").waitFor();
    const real = await api<object>('GET', `${PRODUCTION}/flags/smart-search/evaluations`);
    const codedDefaults = { values: [{ value: '<i>', lastAt: new Date().toISOString() }], differ: true };
    const coded = { total: 0, counts: [], lastAt: null };
    const pages = { variants: [{ ...coded, variant: 'on', total: 1_234 }], coded, lastAskedAt: null };
    const shown = { ...real, lastAskedAt: new Date().toISOString(), codedDefaults, pages };
    await page.route(/\/evaluations\?/, (route) => route.fulfill({ json: shown }));
    await page.goto(`${house.server.url}/p/demo/flags/smart-search?tab=evaluations`);
    await page.getByText('Not a value of this flag.').waitFor();
    await page.getByText('"<i>"').waitFor();
    await page.getByText('told by browsers').waitFor();
    await page.getByText('on 1,234. Anybody can make that up').waitFor();
  });

  test('each says what failed, and reads again when asked', async () => {
    const problem = {
      title: 'The database is away',
      status: 503,
      code: 'database_unavailable',
      detail: 'It does not answer.',
    };
    const page = await visit('smart-search?tab=evaluations');
    await page.locator('canvas').waitFor();
    await page.route(/\/(evaluations|changes)\?/, (route) => route.fulfill({ status: 503, json: problem }));
    await page.getByRole('button', { name: '7 days' }).click();
    await page.getByRole('alert').getByText('It does not answer.').waitFor();
    await page.unroute(/\/(evaluations|changes)\?/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test.each(Object.entries(LOOKS))('can be read by everybody, in %s', async (_name, look) => {
    const page = await visit('smart-search?tab=history', look);
    await page.getByText('as it is now in Production').waitFor();
    for (const [tab, seen] of [
      ['History', 'as it is now in Production'],
      ['Playground', 'How it came about'],
      ['Evaluations', 'Life of the flag'],
    ] as const) {
      await page.getByRole('link', { name: tab, exact: true }).click();
      await page.getByText(seen).first().waitFor();
      expect(await overflowOf(page)).toBe(0);
      expect(await findAxeFaults(page)).toEqual([]);
    }
  });
});
