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
  const change = changes.find(({ action }) => action === 'flag.configure') ?? changes[0];
  return [
    { name: 'sign-in', path: '/sign-in', outside: true },
    { name: 'setup', path: '/setup', outside: true },
    { name: 'invitation', path: '/invitation', outside: true },
    { name: 'projects', path: '/projects' },
    { name: 'account', path: '/account' },
    ...inProject(change?.id ?? 1),
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
