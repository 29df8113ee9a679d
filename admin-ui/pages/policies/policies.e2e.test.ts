import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianProgram } from '../../../server/journeys/debian-program.fixture.ts';
import { prometheusPath, startPrometheus } from '../../../server/journeys/prometheus.fixture.ts';
import { findAxeFaults, hasBrowser, LOOKS, type Look, overflowOf } from '../../browser/open-browser.fixture.ts';
import { addPerson, tabTo, useDemoHouse } from '../../browser/visits.fixture.ts';

const HOSTILE = '<img src=x onerror="window.broken=1">';
let prometheus: DebianProgram | undefined;

beforeAll(async () => {
  if (hasBrowser && prometheusPath !== undefined) prometheus = await startPrometheus(prometheusPath, { targets: [] });
});
afterAll(() => prometheus?.stop());
const house = useDemoHouse(() => (prometheus === undefined ? {} : { OUTBOUND_ALLOW: `127.0.0.1:${prometheus.port}` }));

async function api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await house.server.api(method, `/projects/demo${path}`, body, { headers });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const any = { 'if-match': '*' };
/** The machine may be busy with other things, too. */
const soon = { timeout: 10_000 };
const make = (yaml: string) =>
  api('PUT', `/policies/${/^key: (\S+)/.exec(yaml)?.[1]}`, { yaml, reason: HOSTILE }, { 'if-none-match': '*' });
const stored = (key: string) => api('GET', `/policies/${key}`);

/** A policy that goes through development in two stages. */
const small = (key: string, bake = '10m') => `key: ${key}
path:
  - environment: development
    stages:
      - { name: '${HOSTILE}', exposure: 10, bake: ${bake} } # slowly
      - { exposure: 100 }
guards:
  - { id: alert, environment: development, signal: { '${HOSTILE}': critical }, onFail: rollBack }
`;

const visit = (path: string, over: { look?: Look; cookie?: string } = {}) => house.visit(`/p/demo/${path}`, over);
/** The page of a policy, looked at by the server once. */
async function edit(key: string, over: { look?: Look; cookie?: string } = {}): Promise<Page> {
  const page = await visit(key === '' ? 'new-policy' : `policies/${key}`, over);
  await page.getByText('It can be saved.').waitFor();
  return page;
}
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const yaml = (page: Page) => page.getByRole('textbox', { name: 'YAML' });
const entry = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });

async function save(page: Page, reason = ''): Promise<void> {
  await page.getByText('It can be saved.').waitFor();
  await button(page, 'Review and save').click();
  await page
    .getByRole('dialog')
    .getByLabel(/^Reason/)
    .fill(reason);
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
}

describe.skipIf(!hasBrowser)('Policies', () => {
  let viewer = '';
  beforeAll(async () => {
    viewer = await addPerson(house, 'vic', 'Vic Viewer', ['viewer'], 'project');
    await api('PUT', '/metrics/checkout.error', { kind: 'rate', event: 'checkout.error' }, any);
    await api('PUT', '/metrics/checkout.ms', { kind: 'mean', event: 'checkout.done', cap: 10_000 }, any);
    await make(small('careful'));
    const errors = '  - { id: errors, metric: checkout.error, kind: versus-control, onFail: rollBack }\n';
    await make(`${small('measured')}${errors}`);
  });

  test('are made in the form by mouse: from a sample with what the project has, changed, and saved', async () => {
    const page = await edit('');
    await page.getByLabel('Key', { exact: true }).fill('careful');
    await page.getByText(/must be a key that no policy of this project has/).waitFor();
    expect(await page.getByRole('link', { name: 'Open careful' }).getAttribute('href')).toMatch(/\/policies\/careful$/);
    await page.getByLabel('Key', { exact: true }).fill('by-form');
    const canary = entry(page, 'Stage 2 of 5');
    await canary.getByLabel('Per cent').fill('2.5');
    await canary.getByLabel('Bakes').fill('45m');
    await button(page, 'Move up stage 5 of production').click();
    await page
      .getByText(/as the stage before it/)
      .first()
      .waitFor();
    await button(page, 'Move down stage 4 of production').click();
    await button(page, 'Take out guard latency').click();
    await page.getByLabel('Add a guard').selectOption('signal');
    const signal = entry(page, 'guard signal');
    await signal.getByLabel(/Labels/).fill(`service=shop\nteam=${HOSTILE}`);
    await signal.getByLabel('Only in').fill('production');
    await button(page, 'Take out gate ci').click();
    await page.getByText('1 thing to correct', { exact: true }).waitFor();
    await canary.getByRole('checkbox', { name: 'ci' }).click();
    await save(page, 'The first one');
    await page.getByRole('heading', { name: 'by-form', level: 1 }).waitFor();
    const { document, yaml: text, savedByName } = await stored('by-form');
    expect(savedByName).toBe('Ada Admin');
    expect(document.path.map(({ environment }: { environment: string }) => environment)).toEqual([
      'development',
      'production',
    ]);
    expect(document.path[1].stages[1]).toMatchObject({ name: 'canary', exposure: 2.5, bake: '45m' });
    expect(document.guards.map(({ id }: { id: string }) => id)).toEqual([
      'errors',
      'budget',
      'alert',
      'split',
      'signal',
    ]);
    expect(document.guards.at(-1).signal).toEqual({ service: 'shop', team: HOSTILE });
    // What was changed in the form left the words beside it.
    expect(text).toContain('# if these go wrong, we roll back');
  });

  test('are written as YAML by keyboard alone, with faults at their lines, and saved as another version', async () => {
    await make(small('by-text'));
    const page = await edit('by-text');
    await tabTo(page, 'YAML');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(small('by-text', '10x').replace('signal:', 'sgnal:'));
    await page.getByText('2 things to correct', { exact: true }).waitFor();
    // The same fault stands at the field, in the list, and at its line.
    const fault = 'a whole number with s, m, h or d';
    await expect.poll(() => entry(page, 'Stage 1 of 2').getByText(fault).count(), soon).toBe(1);
    await tabTo(page, 'line 5, column');
    await page.keyboard.press('Enter');
    expect(
      await yaml(page).evaluate(
        (area: HTMLTextAreaElement) => area.value.slice(0, area.selectionStart).split('\n').length,
      ),
    ).toBe(5);
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(small('by-text', '20m'));
    await page.getByText('It can be saved.').waitFor();
    await tabTo(page, 'Review and save');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('10, bake: 20m').first().waitFor();
    await page.keyboard.type('Slower');
    await page.keyboard.press('Enter');
    await page.getByText('by-text is saved as version 2.').waitFor();
    await page.getByRole('link', { name: 'Versions 2' }).press('Enter');
    await page.locator('t-diff ins').getByText('bake: 20m').waitFor();
    await button(page, 'Begin the next version from version 1').click();
    await expect.poll(() => yaml(page).inputValue(), soon).toContain('bake: 10m');
    await button(page, 'Discard').click();
    await page.getByRole('link', { name: 'Versions 2' }).click();
    await page.getByLabel('from').selectOption('version 2');
    await page.getByText('Nothing is different.').first().waitFor();
    expect(page.url()).toContain('from=2');
    expect(await stored('by-text')).toMatchObject({
      version: 2,
      reason: 'Slower',
      yaml: expect.stringContaining('# slowly'),
    });
  });

  test('that cannot be read leave the form waiting, and what is typed is there after a reload', async () => {
    const page = await edit('careful');
    await yaml(page).fill('key: careful\npath: [');
    await page.getByText('The form waits.').waitFor();
    await page
      .getByText(/YAML that can be read/)
      .first()
      .waitFor();
    expect(await button(page, 'Review and save').getAttribute('aria-disabled')).toBe('true');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText('The form waits.').waitFor();
    await button(page, 'Discard').click();
    await page.getByText('It can be saved.').waitFor();
    await yaml(page).fill(small('renamed'));
    await page.getByText('The key stays careful.').waitFor();
    await button(page, 'Discard').click();
  });

  test('that somebody else saved meanwhile are shown beside one’s own, and nothing is written over unseen', async () => {
    await make(small('shared'));
    const page = await edit('shared');
    await entry(page, 'Stage 2 of 2').getByLabel('Bakes').fill('5m');
    await api('PUT', '/policies/shared', { yaml: small('shared', '30m') }, any);
    await page.getByText(/saved version 2 while you wrote/).waitFor();
    await page.getByText('It can be saved.').waitFor();
    await button(page, 'Review and save').click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('t-diff del').getByText('bake: 30m').waitFor();
    await dialog.getByText('production, stage 1').or(dialog.getByText('a shorter bake')).first().waitFor();
    await dialog.getByRole('button', { name: 'Back' }).click();
    await button(page, 'Discard').click();
    await expect.poll(() => yaml(page).inputValue(), soon).toContain('bake: 30m');
  });

  test('are loosened while a rollout goes by them only with a second person, by asking for it', async () => {
    await make(small('guarded'));
    await api('POST', '/policies/guarded/attachments', { by: 'flag', value: 'new-checkout' });
    const flag = '/environments/development/flags/new-checkout';
    await api('PATCH', flag, { state: 'on', fallthrough: { variant: 'off' } }, any);
    await api('POST', '/rollouts', { flag: 'new-checkout', from: 'off', to: 'on' });
    const page = await edit('guarded');
    await page.getByRole('link', { name: 'new-checkout' }).waitFor();
    await entry(page, 'Stage 1 of 2').getByLabel('Bakes').fill('1m');
    await page.getByText('Asks for less than the newest version').waitFor();
    await save(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/so it takes a second person/).waitFor();
    await dialog.getByRole('button', { name: 'Ask for approval' }).click();
    await dialog.getByText('Whoever approves it reads why: say it.').waitFor();
    await dialog.getByLabel(/^Reason/).fill('The bake was guessed');
    await dialog.getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByText(/^Asked for: Policy guarded/).waitFor();
    const { items } = await api('GET', '/requests?state=open');
    expect(items[0]).toMatchObject({ kind: 'protection', reason: 'The bake was guessed' });
    expect((await stored('guarded')).version).toBe(1);
  });

  test('are attached, detached and put away, and somebody else sees it in their list', async () => {
    await make(small('attached'));
    const list = await visit('policies');
    const row = list.getByRole('row').filter({ hasText: 'attached' });
    await row.getByText('nothing').waitFor();
    const page = await visit('policies/attached?tab=attached');
    await page.getByLabel('Attach it to').selectOption('tag');
    await page.getByLabel('The tag').fill(HOSTILE);
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Attached to' }).getByText(HOSTILE).waitFor();
    await row.getByText(`flags tagged ${HOSTILE}`).waitFor();
    await button(page, /^Detach from/).click();
    await page.getByText('It is attached to nothing').waitFor();
    await page.getByLabel('Attach it to').selectOption('flag');
    await page.getByLabel('Its key').fill('no-such-flag');
    await page.keyboard.press('Enter');
    await page.getByText('the key of a flag of this project').first().waitFor();
    await button(page, 'Archive').click();
    await button(page, 'Archive it').click();
    await page.getByText('archived', { exact: true }).waitFor();
    await expect.poll(() => list.getByRole('link', { name: 'attached' }).count(), soon).toBe(0);
    await button(list, 'Archived 1').click();
    await list.getByRole('link', { name: 'attached' }).waitFor();
  });

  test('are shown to whoever may only look, and nothing can be typed', async () => {
    const page = await edit('careful', { cookie: viewer });
    await page.getByText('Writing policies needs the role editor in the whole project.').waitFor();
    const open = await page
      .getByRole('textbox')
      .evaluateAll((all) => all.filter((one) => !(one as HTMLInputElement).readOnly).length);
    expect(open).toBe(0);
    expect(await button(page, /^(Add|Take out|Move)/).count()).toBe(0);
    const list = await visit('policies', { cookie: viewer });
    await list.getByRole('link', { name: 'careful' }).waitFor();
    expect(await button(list, 'New policy').getAttribute('aria-disabled')).toBe('true');
  });

  test('go by metrics, which are defined, changed and deleted, and stay while a guard goes by them', async () => {
    const page = await visit('settings/metrics?env=production');
    await button(page, 'New metric').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Key/).fill('checkout.error');
    await dialog.getByRole('radio', { name: /^Mean/ }).check();
    await dialog.getByLabel(/^Event/).fill('paid');
    await dialog.getByLabel(/^Cap/).fill('much');
    await page.keyboard.press('Enter');
    await dialog.getByText('There is a metric checkout.error already').first().waitFor();
    await dialog.getByLabel(/^Key/).fill('basket.value');
    await page.keyboard.press('Enter');
    await dialog.locator('[aria-invalid="true"]#cap').waitFor();
    await dialog.getByLabel(/^Cap/).fill('500');
    await dialog.getByLabel(/^Unit/).fill('EUR');
    await dialog.getByLabel('Worse is').selectOption('down');
    await page.keyboard.press('Enter');
    await page.getByText('the value of paid in EUR, at most 500; less is worse').waitFor();
    await page
      .getByRole('article', { name: 'Metric checkout.error' })
      .getByRole('link', { name: 'errors of measured' })
      .waitFor();
    await button(page, 'Delete checkout.error').click();
    await button(page, 'Delete it').click();
    await page.getByText(/Policies go by the metric checkout.error/).waitFor();
    await button(page, 'Change basket.value').click();
    await dialog.getByLabel(/^Cap/).fill('800');
    await page.keyboard.press('Enter');
    await page.getByText('at most 800').waitFor();
    await button(page, 'Delete basket.value').click();
    await button(page, 'Delete it').click();
    await expect.poll(() => page.getByRole('article', { name: 'Metric basket.value' }).count(), soon).toBe(0);
  });

  test('ask sources, whose secret goes in and never comes out, and which are tried with a query', async () => {
    const page = await visit('settings/sources');
    await button(page, 'New source').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Key/).fill('prometheus');
    await dialog.getByLabel(/^Address/).fill('ftp://nowhere.example');
    await dialog.getByLabel('It is asked with').selectOption('bearer');
    await dialog.getByLabel(/^Token/).fill('a-secret-of-theirs');
    await page.keyboard.press('Enter');
    await dialog.locator('[aria-invalid="true"]#url').waitFor();
    await dialog.getByLabel(/^Address/).fill(`http://127.0.0.1:${prometheus?.port ?? 9}`);
    await page.keyboard.press('Enter');
    await page.getByText('asked with a token').waitFor();
    expect(await page.content()).not.toContain('a-secret-of-theirs');
    await button(page, 'Change prometheus').click();
    await dialog.getByText('empty: the stored one stays').waitFor();
    await button(page, 'Cancel').click();
    const answers: [string, RegExp][] =
      prometheus === undefined
        ? [['vector(1)', /^Error$/]]
        : [
            ['vector(0.25)', /^0\.25$/],
            ['nobody_tells_this', /^No data$/],
            ['vector(0) / vector(0)', /^Not a number$/],
            ['vector(1) or label_replace(vector(2), "of", "other", "", "")', /^2 series$/],
            ['sum(', /^Error$/],
          ];
    for (const [query, says] of answers) {
      await page.getByLabel(/^Try a query/).fill(query);
      await page.keyboard.press('Enter');
      await page.locator('t-try-query .value').getByText(says).waitFor();
    }
  });

  test('stand on a floor, which is set as text with faults at their lines, and lowered by asking a second person', async () => {
    const page = await visit('policies');
    await button(page, 'Set a floor …').click();
    const dialog = page.getByRole('dialog');
    await yaml(page).fill('bake: 10m\nguards:\n  - { id: x, metric: no.such, kind: versus-control, onFail: hold }\n');
    await dialog.getByLabel(/^Reason/).fill(HOSTILE);
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('x, metric').waitFor();
    await button(page, /^line 3/).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('bake: 10m # enough');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('each stage bakes 10m at least').waitFor();
    const floor = () => api('GET', '/policy-floor');
    expect(await floor()).toMatchObject({ version: 1, floor: { bake: '10m', guards: [] } });

    await button(page, 'Change the floor …').click();
    await yaml(page).fill('bake: 1m\n');
    // Somebody is quicker: theirs is shown, and what was typed stays.
    await api('PUT', '/policy-floor', { floor: { bake: '20m' } }, any);
    const ask = dialog.getByRole('button', { name: 'Ask for approval' });
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByText(/^Somebody saved version 2 meanwhile/).waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByText('exactly this text').waitFor();
    await ask.click();
    await dialog.getByText('Whoever approves it reads why: say it.').waitFor();
    await dialog.getByLabel(/^Reason/).fill('Ten were guessed');
    await ask.click();
    await page.getByText(/^Asked for: Floor of all policies/).waitFor();
    const { items } = await api('GET', '/requests?state=open');
    expect(items[0]).toMatchObject({ kind: 'protection', reason: 'Ten were guessed' });
    expect(await floor()).toMatchObject({ version: 2, floor: { bake: '20m' } });
    const other = await visit('policies', { cookie: viewer });
    expect(await button(other, 'Change the floor …').getAttribute('aria-disabled')).toBe('true');
  });

  test.each(Object.entries(LOOKS))(
    'are at ease for everybody in the look %s, whatever they are called',
    async (name, look) => {
      const page = await edit('careful', { look });
      const judge = async () => {
        expect(await overflowOf(page)).toBe(0);
        if (name !== 'phone') expect(await findAxeFaults(page)).toEqual([]);
      };
      await entry(page, 'Stage 1 of 2')
        .getByText(/^Conditions/)
        .click();
      await button(page, 'Ask for an approval before stage 1 of development').click();
      await yaml(page).fill((await yaml(page).inputValue()).replace('exposure: 100', 'exposure: 1'));
      await page.getByText('1 thing to correct', { exact: true }).waitFor();
      await judge();
      await page.getByRole('link', { name: 'Versions 1' }).click();
      await page.getByText('There is one version: the first.').waitFor();
      await judge();
      page.on('dialog', (dialog) => void dialog.accept());
      await page.getByRole('link', { name: 'Policies of Demo shop' }).click();
      await page.getByRole('link', { name: 'careful' }).waitFor();
      await judge();
      await button(page, /floor …$/).click();
      await yaml(page).fill(`guards:\n  - { id: '${HOSTILE}', kind: none }\n`);
      await button(page, 'Save').click();
      await page.getByRole('dialog').getByRole('alert').getByText('one of versus-control').waitFor();
      await judge();
      await button(page, 'Cancel').click();
      await page.goto(`${house.server.url}/p/demo/settings/metrics`);
      await page.getByText('users with checkout.error').waitFor();
      await judge();
      await page.getByRole('link', { name: 'Sources', exact: true }).click();
      await page.getByLabel(/^Try a query/).waitFor();
      await judge();
    },
  );
});
