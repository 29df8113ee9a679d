import type { Browser, Page } from 'playwright-core';
import { foldFigure, keepEvidence, quantile } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import { openBrowser, openFresh, probe, until } from './screen-browser.ts';
import { importFlags } from './screen-flags.ts';

const RUNS = 5;
const FLAGS = 5_000;
const OFFSETS = 200;
const TYPED = ['checkout', 'team 42', 'late-photo-0', 'payments mail'];

/** What one visit of a browser that has never been here gives. */
interface Visit {
  scriptKb: number;
  firstPaintMs: number;
  firstRowsMs: number;
  allReadMs: number;
  mostRows: number;
  blank: number;
  keysMs: number[];
  longestTaskMs: number;
}

/** `prove -- screen`: how the table of flags behaves with 5,000 of them, in a real browser. */
export async function proveScreen(): Promise<void> {
  const house = await startHouse();
  const browser = await openBrowser();
  const visits: Visit[] = [];
  try {
    await makeEnvironment(house);
    await importFlags(house, 'proof', FLAGS);
    // The server packs each file when it is first asked for; that is nobody's first visit but this one's.
    await visit(browser, house);
    for (let run = 0; run < RUNS; run++) visits.push(await visit(browser, house));
    keep(visits, browser.version());
  } finally {
    await browser.close();
    await house.end();
  }
}

async function visit(browser: Browser, house: HouseProcess): Promise<Visit> {
  const { page, scriptBytes } = await openFresh(browser, house.token);
  try {
    const answer = await page.goto(`${house.url}/p/proof/flags`);
    if (!answer?.ok()) throw new Error(`the page was answered with ${answer?.status()}: is the screen built?`);
    await until(page, 'rows()', (rows) => rows > 1);
    const firstRowsMs = await probe<number>(page, 'now()');
    await until(page, 'count()', (count) => count === FLAGS);
    const allReadMs = await probe<number>(page, 'now()');
    await page.waitForLoadState('networkidle').catch(() => undefined);
    const { most, blank } = await probe<{ most: number; blank: number }>(page, `mostRows(${OFFSETS})`);
    const keysMs = await typeWords(page);
    const longestTaskMs = await interact(page);
    return {
      ...{ scriptKb: scriptBytes() / 1_000, firstPaintMs: await probe<number>(page, 'firstPaint()') },
      ...{ firstRowsMs, allReadMs, mostRows: most, blank, keysMs, longestTaskMs },
    };
  } finally {
    await page.context().close();
  }
}

/** Types and deletes, a key at a time, each after the last one's frame. */
async function typeWords(page: Page): Promise<number[]> {
  await page.keyboard.press('/');
  await probe(page, 'startKeys()');
  for (const words of TYPED) {
    for (const key of [...words, ...words.slice(-3)].map((_, at) => words[at] ?? 'Backspace')) {
      await page.keyboard.press(key === ' ' ? 'Space' : key);
      await probe(page, 'frame()');
    }
    await page.keyboard.press('Escape');
    await probe(page, 'frame()');
  }
  return probe<number[]>(page, 'endKeys()');
}

const KEYS = [
  '/',
  'c',
  'a',
  'r',
  't',
  'Escape',
  'ArrowDown',
  'PageDown',
  'PageDown',
  'End',
  'Home',
  'Space',
  'Control+a',
];

/** Twenty things that people do; the longest task that any of them makes, 0 where none takes the 50 ms of a long one. */
async function interact(page: Page): Promise<number> {
  const from = await probe<number>(page, 'now()');
  const heads = page.getByRole('columnheader');
  const steps = [
    ...KEYS.map((key) => () => page.keyboard.press(key)),
    () => page.getByRole('button', { name: 'Clear', exact: true }).click(),
    () => heads.filter({ hasText: 'Owner' }).getByRole('button').click(),
    () => heads.filter({ hasText: 'Owner' }).getByRole('button').click(),
    () => page.getByRole('combobox', { name: 'Add a filter' }).selectOption({ label: 'experiment' }),
    () => page.getByRole('button', { name: /^Remove the filter/ }).click(),
    () => page.getByRole('switch').first().click(),
    () => page.getByRole('checkbox').nth(1).click(),
  ];
  if (steps.length !== 20) throw new Error(`twenty are meant, and ${steps.length} are there`);
  for (const step of steps) {
    await step();
    await probe(page, 'frame()');
  }
  // What a flip answers, and what the live stream tells of it, are a part of it.
  await page
    .getByText(/ in Production: /)
    .first()
    .waitFor();
  await page.waitForTimeout(300);
  return probe<number>(page, `longest(${from}, ${await probe<number>(page, 'now()')})`);
}

/** What is kept of each visit, and the most that it is to be. */
const FIGURES: [name: string, unit: string, of: (visit: Visit) => number, most?: number][] = [
  ['scripts of the first page', 'kB', ({ scriptKb }) => scriptKb, 120],
  ['rows in the page, at most', '', ({ mostRows }) => mostRows, 60],
  ['offsets at which rows were missing', '', ({ blank }) => blank, 0],
  ['search, median key', 'ms', ({ keysMs }) => quantile(sorted(keysMs), 0.5), 50],
  ['search, slowest key but one in twenty', 'ms', ({ keysMs }) => quantile(sorted(keysMs), 0.95), 50],
  ['longest task in 20 interactions', 'ms', ({ longestTaskMs }) => longestTaskMs, 200],
  ['first paint', 'ms', ({ firstPaintMs }) => firstPaintMs, 1_000],
  ['first rows', 'ms', ({ firstRowsMs }) => firstRowsMs],
  ['all flags read', 'ms', ({ allReadMs }) => allReadMs],
];

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

function keep(visits: readonly Visit[], chromium: string): void {
  keepEvidence({
    proof: 'screen',
    method:
      `A compiled server with ${FLAGS} flags in one project, and a headless Chromium on the same machine, ${RUNS} visits ` +
      'with nothing kept of another one. Scripts are counted as they are sent, packed. Rows are counted with the head at ' +
      `${OFFSETS} offsets. A key is timed from its event to a message that comes after the painted frame; so it waits ` +
      'for the next frame of 60 a second, too. Tasks of 50 ms and more are told by the browser; 0 is none in all twenty ' +
      'interactions. First paint and rows are counted from the beginning of the navigation.',
    figures: FIGURES.map(([name, unit, of, most]) =>
      foldFigure(name, unit, visits.map(of), most === undefined ? undefined : { at: 'most', value: most }),
    ),
    facts: { flags: FLAGS, keys: visits[0]?.keysMs.length ?? 0, chromium },
  });
}
