import { pathToFileURL } from 'node:url';
import { Turnout } from '@turnout/sdk-node';
import { endChild, forkHere, HOUSE, nextMessage } from './child.ts';
import { type Figure, foldFigure, keepEvidence, quantile } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';

const RUNS = 5;
const WARM_FLIPS = 20;
const FLIPS = 2_000;
const KILLS = 200;
/** Between two kills, so that what the restore before left to do is done: nobody kills a millisecond after a restore. */
const REST_MS = 50;
const WITHIN_MS = 5_000;

/** What one run of one kind of flip took, in ms, ascending. */
interface Times {
  whole: number[];
  afterCommit: number[];
}

type Moments = { committed: Map<number, number> };

const now = () => performance.timeOrigin + performance.now();
const flagPath = (verb: string) => `/projects/proof/environments/production/flags/switch/${verb}`;

/** `prove -- flip`: from the request of a flip to the callback in an app, on both databases, and the same for a kill. */
export async function proveFlip(): Promise<void> {
  const figures: Figure[] = [];
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    figures.push(...(await proveOn('Postgres', { DATABASE_URL: url }, { p50: 15, p95: 40, afterCommit: 3 })));
  } finally {
    await endChild(postgres);
  }
  figures.push(...(await proveOn('embedded', {}, { p50: 25 })));
  keepEvidence({
    proof: 'flip',
    method:
      `Server, database and an app on sdk-node over loopback; ${RUNS} runs of ${FLIPS} flips (and ${KILLS} kills) one ` +
      `after another, after ${WARM_FLIPS} to warm up; ${REST_MS} ms of rest before each kill. From before the request is sent until the app's watch callback ` +
      'has the new value. After the commit: from when the database acknowledged the commit.',
    figures,
    facts: { flips: FLIPS, kills: KILLS },
  });
}

async function proveOn(
  name: string,
  settings: Record<string, string>,
  goals: { p50: number; p95?: number; afterCommit?: number },
): Promise<Figure[]> {
  const house = await startHouse(settings, pathToFileURL(`${HOUSE}loadtest/dist/prove/note-commits.js`).href);
  const moments: Moments = { committed: new Map() };
  house.child.on('message', (message: { committed?: number; at?: number }) => {
    if (message.committed !== undefined && message.at !== undefined)
      moments.committed.set(message.committed, message.at);
  });
  const secret = await makeEnvironment(house);
  await house.call('POST', '/projects/proof/flags', { key: 'switch', type: 'boolean' });
  await house.call('POST', flagPath('on'));
  const app = new Turnout({ url: house.url, key: secret, logger: false });
  try {
    await app.ready();
    const flips: Times[] = [];
    const kills: Times[] = [];
    await flipMany(house, app, moments, WARM_FLIPS);
    for (let run = 0; run < RUNS; run++) {
      flips.push(await flipMany(house, app, moments, FLIPS));
      kills.push(await killMany(house, app, KILLS));
      console.log(`${name}, run ${run + 1}: flip p50 ${quantile(flips.at(-1)?.whole ?? [], 0.5).toFixed(2)} ms`);
    }
    return [...flipFigures(name, flips, goals), ...killFigures(name, kills)];
  } finally {
    await app.close();
    await house.end();
  }
}

function flipFigures(
  name: string,
  runs: Times[],
  goals: { p50: number; p95?: number; afterCommit?: number },
): Figure[] {
  const atMost = (value: number | undefined) => (value === undefined ? undefined : ({ at: 'most', value } as const));
  const figure = (what: string, take: (times: Times) => number[], share: number, goal?: number) =>
    foldFigure(
      `flip, ${name}, ${what}`,
      'ms',
      runs.map((times) => quantile(take(times), share)),
      atMost(goal),
    );
  return [
    figure('p50', ({ whole }) => whole, 0.5, goals.p50),
    figure('p95', ({ whole }) => whole, 0.95, goals.p95),
    figure('p99', ({ whole }) => whole, 0.99),
    figure('max', ({ whole }) => whole, 1),
    figure('after the commit, p50', ({ afterCommit }) => afterCommit, 0.5, goals.afterCommit),
  ];
}

function killFigures(name: string, runs: Times[]): Figure[] {
  const figure = (what: string, share: number, goal?: { at: 'most'; value: number }) =>
    foldFigure(
      `kill, ${name}, ${what}`,
      'ms',
      runs.map(({ whole }) => quantile(whole, share)),
      goal,
    );
  return [figure('p50', 0.5, { at: 'most', value: 5 }), figure('p99', 0.99), figure('max', 1)];
}

async function flipMany(house: HouseProcess, app: Turnout, moments: Moments, count: number): Promise<Times> {
  const times: Times = { whole: [], afterCommit: [] };
  for (let flip = 0; flip < count; flip++) {
    const state = !app.boolean('switch', false, {});
    const seen = whenValue(app, state);
    const from = now();
    const answer = house.call('POST', flagPath(state ? 'on' : 'off'));
    const at = await seen;
    times.whole.push(at - from);
    const committed = await commitOf(moments, (await answer).change?.id);
    times.afterCommit.push(at - committed);
  }
  return sortTimes(times);
}

/** The note of a commit comes over another channel than the answer, perhaps a moment later. */
async function commitOf(moments: Moments, id: number | undefined): Promise<number> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const at = id === undefined ? undefined : moments.committed.get(id);
    if (at !== undefined) return at;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`no commit was noted for change ${id}`);
}

async function killMany(house: HouseProcess, app: Turnout, count: number): Promise<Times> {
  const times: Times = { whole: [], afterCommit: [] };
  if (!app.boolean('switch', false, {})) await becomes(house, app, 'on', true);
  for (let kill = 0; kill < count; kill++) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const seen = whenValue(app, false);
    const from = now();
    const answer = house.call('POST', flagPath('kill'), { reason: 'a proof' });
    times.whole.push((await seen) - from);
    await answer;
    await becomes(house, app, 'restore', true);
  }
  return sortTimes(times);
}

async function becomes(house: HouseProcess, app: Turnout, verb: string, value: boolean): Promise<void> {
  const seen = whenValue(app, value);
  await house.call('POST', flagPath(verb), {});
  await seen;
}

/** When the app's callback gets the value; rejects when it does not come. */
function whenValue(app: Turnout, value: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the app was not told of ${value}`)), WITHIN_MS);
    const stop = app.watch('switch', false, {}, (evaluation) => {
      if (evaluation.value !== value) return;
      const at = now();
      clearTimeout(late);
      stop();
      resolve(at);
    });
  });
}

function sortTimes(times: Times): Times {
  const ascending = (a: number, b: number) => a - b;
  return { whole: times.whole.sort(ascending), afterCommit: times.afterCommit.sort(ascending) };
}
