import type { Page } from 'playwright-core';
import type { DemoHouse } from './house.fixture.ts';

/** A page to be taken a picture of. */
export interface Screen {
  name: string;
  path: string;
  /** Seen by whoever is not signed in. */
  outside?: true;
  /** What is to be read on it before it is whole. */
  shows?: string | RegExp;
  /** What is done on it first. */
  act?: (page: Page, look: string) => Promise<void>;
}

/** A kill is seen best as it happens, so each look kills a flag of its own. */
const KILLED: Record<string, string> = { dark: 'free-delivery', light: 'recommendations', phone: 'mail-digest' };

/** Every page of the screen, with things of the demo on them. */
export async function listScreens({ server }: DemoHouse): Promise<Screen[]> {
  const { body } = await server.api('GET', '/projects/demo/changes?limit=50');
  const changes = body.items as { id: number; action: string }[];
  const { body: rollouts } = await server.api('GET', '/projects/demo/rollouts?limit=1');
  const { request, incident } = await askAndPlan(server);
  await runTrains(server);
  await changeAfterRelease(server);
  const change = changes.find(({ action }) => action === 'flag.configure') ?? changes[0];
  return [
    { name: 'sign-in', path: '/sign-in', outside: true },
    { name: 'setup', path: '/setup', outside: true },
    { name: 'invitation', path: '/invitation', outside: true },
    { name: 'demo-shop', path: '/demo/shop?visitor=mila', outside: true, shows: /^live$/ },
    { name: 'projects', path: '/projects' },
    { name: 'account', path: '/account' },
    ...inProject(change?.id ?? 1),
    ...ofRollout(rollouts.items[0]?.id ?? ''),
    ...ofCare(request, incident),
    ...ofTrains(),
    ...ofReleases(),
  ];
}

/** What the demo does not do by itself: something is asked for, planned and connected. */
async function askAndPlan({ api }: DemoHouse['server']): Promise<{ request: string; incident: string }> {
  const item = { method: 'POST', path: '/environments/production/flags/maintenance-mode/on' };
  const asked = { title: 'Maintenance on Sunday night', reason: 'The database moves', items: [item] };
  const { body: made } = await api('POST', '/projects/demo/requests', asked);
  const weekend = { name: 'Weekend', environments: ['development'], rule: '0 17 * * 5', lasts: '63h' };
  await api('POST', '/projects/demo/freezes', { ...weekend, zone: 'Europe/Zurich' });
  const hook = { name: 'Alerts of production', source: 'alertmanager', environments: ['production'] };
  await api('POST', '/projects/demo/hooks', { ...hook, tags: ['checkout'], actions: ['kill', 'incident'] });
  const { body: incidents } = await api('GET', '/projects/demo/incidents?limit=1');
  return { request: made.request.id, incident: incidents.items[0]?.id ?? '' };
}

/** One change more aboard the train of the demo; and another train, whose line somebody stopped. */
async function runTrains({ api }: DemoHouse['server']): Promise<void> {
  const enough = { kind: 'critical-mass', changes: 5, longestWait: '2d' };
  await api('POST', '/projects/demo/trains', { key: 'when-five', environment: 'development', velocity: enough });
  await api('POST', '/projects/demo/trains/when-five/stop', { reason: 'The till prints nothing since the last one' });
  const path = '/environments/production/flags/image-quality/rollout';
  const item = { method: 'POST', path, body: { from: 'normal', to: 'best', policy: 'step-by-step' } };
  const boarding = { title: 'Sharper pictures', items: [item], reason: 'Asked for by many' };
  await api('POST', '/projects/demo/trains/weekly/board', boarding);
}

/** What leaves together, and when. */
function ofTrains(): Screen[] {
  const at = (path: string) => `/p/demo/departures${path}${path.includes('?') ? '&' : '?'}env=production`;
  const board = async (page: Page) => {
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Flag', { exact: true }).fill('banner');
    await dialog.getByLabel('Policy', { exact: true }).selectOption('step-by-step');
  };
  return [
    { name: 'departures', path: at(''), shows: 'Further ahead' },
    { name: 'trains', path: at('?show=trains'), shows: 'Every Wednesday' },
    { name: 'departure', path: at('/weekly/1'), shows: 'Sharper pictures' },
    { name: 'board-departure', path: at('/weekly/1'), shows: 'Sharper pictures', act: board },
  ];
}

/** Two changes since the release of the demo: one that goes back, and one that somebody took from users and that stays. */
async function changeAfterRelease({ api }: DemoHouse['server']): Promise<void> {
  const flags = '/projects/demo/environments/production/flags';
  await api('PATCH', `${flags}/upload-limit-mb`, { fallthrough: { variant: 'large' }, reason: 'Asked for by sales' });
  await api('POST', `${flags}/legacy-export/off`, { reason: 'Nobody uses it' });
}

/** What an environment was, and the way back to it. */
function ofReleases(): Screen[] {
  const at = (path: string) => `/p/demo/${path}${path.includes('?') ? '&' : '?'}env=production`;
  const back = async (page: Page) => {
    await page.getByRole('button', { name: 'Roll back to this' }).click();
    await page
      .getByRole('dialog')
      .getByRole('heading', { name: /^Goes back/ })
      .waitFor();
  };
  return [
    { name: 'releases', path: at('releases'), shows: 'opening' },
    { name: 'release', path: at('releases/opening'), shows: 'As the shop opened' },
    { name: 'compare-releases', path: at('compare-releases?from=opening&to=now'), shows: /different;/ },
    { name: 'roll-back', path: at('releases/opening'), shows: 'As the shop opened', act: back },
  ];
}

/** What is approved, what burns, and when nothing grows. */
function ofCare(request: string, incident: string): Screen[] {
  const at = (path: string) => `/p/demo/${path}${path.includes('?') ? '&' : '?'}env=production`;
  return [
    { name: 'requests', path: at('requests?show=all'), shows: 'Maintenance on Sunday night' },
    { name: 'request', path: at(`requests/${request}`), shows: 'What it comes to' },
    { name: 'incidents', path: at('incidents'), shows: /was killed in/ },
    { name: 'incident', path: at(`incidents/${incident}`), shows: /^opened$/ },
    { name: 'freezes', path: at('freezes'), shows: /^every Friday/ },
    { name: 'settings-hooks', path: at('settings/hooks'), shows: 'Alerts of production' },
  ];
}

function inProject(change: number): Screen[] {
  const at = (path: string) => `/p/demo/${path}${path.includes('?') ? '&' : '?'}env=production`;
  const flag = (key: string, tab: string) => at(`flags/${key}?tab=${tab}`);
  const settings = (section: string, shows: string | RegExp): Screen => ({
    ...{ name: `settings-${section}`, path: at(`settings/${section}`), shows },
  });
  return [
    { name: 'flags', path: at('flags'), shows: 'new-checkout' },
    { name: 'palette', path: at('flags'), shows: 'new-checkout', act: openPalette },
    { name: 'flag', path: at('flags/express-pay'), shows: 'Everybody else' },
    { name: 'flag-evaluations', path: flag('checkout-button', 'evaluations'), shows: 'What was given in Production' },
    { name: 'flag-history', path: flag('free-delivery', 'history'), shows: /Back to this|Undo|made/ },
    { name: 'flag-playground', path: flag('express-pay', 'playground'), shows: 'Context' },
    { name: 'segments', path: at('segments'), shows: 'business-at-home' },
    { name: 'segment', path: at('segments/business-at-home'), shows: 'Used by' },
    { name: 'policies', path: at('policies'), shows: 'step-by-step' },
    { name: 'policy', path: at('policies/step-by-step'), shows: 'It can be saved.' },
    { name: 'policy-versions', path: at('policies/step-by-step?tab=versions'), shows: 'by the root token' },
    { name: 'new-policy', path: at('new-policy'), shows: 'It can be saved.' },
    { name: 'activity', path: at('activity'), shows: 'Deploy bot' },
    { name: 'change', path: at(`activity/${change}`), shows: 'Before and after' },
    { name: 'fleet', path: at('fleet'), shows: 'web-1' },
    { name: 'kill', path: at('kill'), shows: 'Changed in Production' },
    { name: 'kill-meter', path: at('kill'), act: killOne },
    settings('members', 'in the whole installation'),
    settings('tokens', 'Deploy bot'),
    settings('keys', 'running with it'),
    settings('metrics', /^users with/),
    settings('sources', 'New source'),
    settings('import-export', 'Download Production'),
    settings('danger', 'Archive Demo shop'),
  ];
}

/** What the demo rolls out while one looks. */
function ofRollout(id: string): Screen[] {
  const at = (path: string) => `/p/demo/${path}?env=production`;
  return [
    { name: 'rollouts', path: at('rollouts'), shows: 'address-lookup' },
    { name: 'rollout', path: at(`rollouts/${id}`), shows: 'In force everywhere.' },
    { name: 'start-rollout', path: at('rollouts'), shows: 'address-lookup', act: startRollout },
    { name: 'flag-rolled-out', path: at('flags/address-lookup'), shows: 'Open the rollout' },
  ];
}

async function startRollout(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start a rollout' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Flag', { exact: true }).fill('image-quality');
  await dialog.getByLabel('Policy').selectOption('step-by-step');
  await dialog.getByText('production (4 stages)').waitFor();
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('check');
}

async function killOne(page: Page, look: string): Promise<void> {
  await page.getByRole('combobox', { name: /Which flag/ }).fill(KILLED[look] ?? 'free-delivery');
  await page.keyboard.press('Enter');
  await page
    .getByText(/^All \d+ running apps/)
    .first()
    .waitFor();
}
