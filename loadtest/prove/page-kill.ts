import type { ChildProcess } from 'node:child_process';
import http from 'node:http';
import type { Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { endChild, forkBuilt, forkHere, freePort, HOUSE, nextMessage } from './child.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import type { HeardOrder, StreamsOrder } from './hold-streams.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import { openBrowser } from './screen-browser.ts';

const KILLS = 30;
const STREAMS = 1_000;
const FLAG = 'new-checkout';
const DEPENDANT = 'express-pay';
const CODED = { [FLAG]: false, [DEPENDANT]: false };
/** So that what a restore left to do is done: nobody kills a millisecond after a restore. */
const REST_MS = 50;
const PRODUCTION = '/projects/proof/environments/production';

/** What kills took, in ms from the call. */
interface Times {
  page: number[];
  dependant: number[];
  /** Until the last of the other streams had heard. */
  last: number[];
  answer: number[];
}

/**
 * `prove -- page-kill`: a page in Chromium, open on an origin of its own; a flag that it shows is killed, again and again,
 * first with the page alone and then with a thousand other streams open. The page says itself when its DOM was changed,
 * by the clock of this machine.
 */
export async function provePageKill(): Promise<void> {
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  const browser = await openBrowser();
  let house: HouseProcess | undefined;
  let site: http.Server | undefined;
  const crowd = forkBuilt('hold-streams.js');
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url, TURNOUT_DEMO: 'false' });
    const port = await freePort();
    const key = await makeFlags(house, `http://127.0.0.1:${port}`);
    site = await serveSite(port, { url: house.url, key, context: { targetingKey: 'user-1' } });
    const page = await browser.newPage();
    const requests: string[] = [];
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction("turnout.status().state === 'live'");
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const alone = await killAgain(house, page, undefined);
    await openCrowd(crowd, { url: house.url, key, streams: STREAMS });
    const before = await evaluationsOf(house);
    const crowded = await killAgain(house, page, crowd);
    const asked = requests.filter((path) => path !== '/client/v1/reports').length;
    keep({ alone, crowded, asked, refetches: (await evaluationsOf(house)) - before, browser: browser.version() });
  } finally {
    await browser.close();
    site?.close();
    crowd.kill('SIGKILL');
    await house?.end();
    await endChild(postgres);
  }
}

/** A flag that is on for everybody and one that needs it; answers the secret of a client key for pages of an origin. */
async function makeFlags(house: HouseProcess, origin: string): Promise<string> {
  await makeEnvironment(house);
  for (const key of [FLAG, DEPENDANT]) {
    await house.call('POST', '/projects/proof/flags', { key, type: 'boolean', clientVisible: true });
    await house.call('PATCH', `${PRODUCTION}/flags/${key}`, {
      ...{ state: 'on', offVariant: 'off', fallthrough: { variant: 'on' } },
      ...(key === DEPENDANT ? { prerequisites: [{ flag: FLAG, variants: ['on'] }] } : {}),
    });
  }
  const key = await house.call('POST', `${PRODUCTION}/keys`, { kind: 'client', name: 'page', origins: [origin] });
  if (!key.secret) throw new Error('no client key was made');
  return key.secret;
}

/** The page of the tests, minified as sites are. It draws its flags and writes down when. */
async function serveSite(port: number, options: object): Promise<http.Server> {
  const build = await rolldown({
    input: `${HOUSE}sdk-browser/browser/flags.page.ts`,
    platform: 'browser',
    resolve: { conditionNames: ['turnout-src', 'browser', 'import', 'default'] },
  });
  const { output } = await build.generate({ format: 'es', minify: true, codeSplitting: false });
  await build.close();
  const given = JSON.stringify({ options, flags: CODED });
  const html =
    `<!doctype html><html lang="en"><title>page</title><script type="application/json" id="given">${given}</script>` +
    '<script type="module" src="page.js"></script><body></body></html>';
  const site = http.createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? output[0].code : html);
  });
  await new Promise<void>((resolve) => site.listen(port, '127.0.0.1', resolve));
  return site;
}

async function openCrowd(crowd: ChildProcess, order: StreamsOrder): Promise<void> {
  crowd.send(order);
  const answer = await nextMessage<{ open?: number; error?: string }>(crowd);
  if (answer.open !== STREAMS) throw new Error(answer.error ?? 'the streams could not be opened');
}

async function killAgain(house: HouseProcess, page: Page, crowd: ChildProcess | undefined): Promise<Times> {
  const times: Times = { page: [], dependant: [], last: [], answer: [] };
  for (let kill = 0; kill < KILLS; kill++) {
    await reach(page, 'true');
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const from = performance.timeOrigin + performance.now();
    await house.call('POST', `${PRODUCTION}/flags/${FLAG}/kill`, { reason: 'a proof' });
    times.answer.push(performance.timeOrigin + performance.now() - from);
    await reach(page, 'false');
    times.page.push((await drawnAt(page, FLAG)) - from);
    times.dependant.push((await drawnAt(page, DEPENDANT)) - from);
    if (crowd !== undefined) times.last.push((await heardAt(crowd)) - from);
    await house.call('POST', `${PRODUCTION}/flags/${FLAG}/restore`, { reason: 'a proof' });
  }
  return times;
}

async function reach(page: Page, value: string): Promise<void> {
  const shows = `[...document.querySelectorAll('p')].every((place) => place.textContent === '${value}')`;
  await page.waitForFunction(shows, undefined, { timeout: 10_000 });
}

/** When the page drew this flag last. */
function drawnAt(page: Page, flag: string): Promise<number> {
  return page.evaluate<number>(`drawn.filter(({ text }) => text.startsWith('${flag} ')).at(-1).at`);
}

async function heardAt(crowd: ChildProcess): Promise<number> {
  crowd.send({ heard: FLAG } satisfies HeardOrder);
  const { at } = await nextMessage<{ at: number[] }>(crowd);
  if (at.length !== STREAMS) throw new Error(`${at.length} of ${STREAMS} streams have heard of the kill`);
  return Math.max(...at);
}

/** How often values were asked for, by anybody. */
async function evaluationsOf(house: HouseProcess): Promise<number> {
  const response = await fetch(`${house.url}/metrics`, { headers: { authorization: `Bearer ${house.token}` } });
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('turnout_http_requests_total{'));
  const ours = lines.filter((line) => line.includes('route="/client/v1/values"'));
  return ours.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

interface Outcome {
  alone: Times;
  crowded: Times;
  /** What the page asked the house for, its reports aside. */
  asked: number;
  refetches: number;
  browser: string;
}

function keep({ alone, crowded, asked, refetches, browser }: Outcome): void {
  const goal = { at: 'most', value: 100 } as const;
  keepEvidence({
    proof: 'page-kill',
    method:
      `A page in headless Chromium ${browser}, on another origin than the server, with the client for browsers minified; ` +
      `server on Postgres. ${KILLS} kills with the page alone, then ${KILLS} with ${STREAMS} other streams of values open ` +
      'from a process beside it. From the call of the kill to the change of the DOM, by the clock of one machine.',
    figures: [
      foldFigure('kill to the open page', 'ms', alone.page, goal),
      foldFigure('kill to a flag on the page that needs the killed one', 'ms', alone.dependant, goal),
      foldFigure(`the same page, with ${STREAMS} other streams`, 'ms', crowded.page, goal),
      foldFigure(`kill to the last of ${STREAMS} streams`, 'ms', crowded.last),
      foldFigure('kill to its own answer', 'ms', alone.answer),
    ],
    facts: {
      'requests of the page in all kills and restores, but for reports': asked,
      [`evaluations asked for by the page and ${STREAMS} streams in ${KILLS} kills`]: refetches,
    },
  });
  if (asked + refetches > 0) throw new Error('a kill that makes pages ask is not what was to be proved');
}
