import { type ChildProcess, execFileSync } from 'node:child_process';
import { installPeers } from '../peers/install-peers.ts';
import { listPeerVersions } from '../peers/peer.ts';
import { authorFlag } from './author-flag.ts';
import { endChild, forkBuilt, forkHere, HOUSE, nextMessage, runLoad } from './child.ts';
import { cpuMs } from './cpu-time.ts';
import { drawTable, type Figure, foldFigure, keepEvidence } from './evidence.ts';
import { FLAG_COUNT, FLAG_SET, userContext } from './flag-set.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import { order, writeRequest, writeRequests } from './http-load.ts';
import { flipMany, ourSubject, unleashSubject } from './unleash-flips.ts';
import { startUnleash, type UnleashServer } from './unleash-server.ts';

const RUNS = 5;
const SECONDS = 3;
/** Long enough for both to be compiled by the engine where it is worth it. */
const WARM_SECONDS = 4;
const USERS = 200;
const FLIPS = 12;
const SETTLE_MS = 15_000;
/** unleash-server wants this or later; both servers then run on it. */
const NODE = '24.21.0';

interface Work {
  name: string;
  goal: number;
  status: number;
  ours: string[];
  theirs: string[];
}

/** `prove -- unleash`: our house and unleash-server on the same Postgres with the same flags, by turns. */
export async function proveUnleash(isTrial = process.argv.includes('--trial')): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 22) return proveOnLaterNode();
  installPeers();
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  const generator = forkBuilt('load-process.js');
  let house: HouseProcess | undefined;
  let server: UnleashServer | undefined;
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url });
    server = await startUnleash(url);
    const secret = await makeEnvironment(house);
    for (const flag of FLAG_SET) await Promise.all([authorFlag(house, flag), server.author(flag)]);
    await compareAnswers(house, secret, server);
    const works = await describeWorks(house, secret, server);
    const sides = {
      ours: { port: house.port, pid: house.child.pid as number },
      theirs: { port: server.port, pid: server.pid },
    };
    const figures: Figure[] = [];
    for (const work of works) figures.push(...(await measure(work, generator, sides, isTrial ? 1 : RUNS)));
    const flips = await measureFlips(house, secret, server, isTrial ? 1 : RUNS);
    keep([...figures, ...flips.figures], flips.setting, isTrial);
  } finally {
    await endChild(generator);
    await server?.end();
    await house?.end();
    await endChild(postgres);
  }
}

/** The whole proof again on a Node that both servers can run on, from the registry. */
function proveOnLaterNode(): void {
  const words = ['--conditions=turnout-src', '--import', 'tsx', 'loadtest/prove.ts', ...process.argv.slice(2)];
  execFileSync('npx', ['--yes', '-p', `node@${NODE}`, 'node', ...words], { cwd: HOUSE, stdio: 'inherit' });
}

/** Whoever answers something else does other work: every flag but the split ones must agree for many users. */
async function compareAnswers(house: HouseProcess, secret: string, server: UnleashServer): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  for (let user = 0; user < 60; user++) {
    const expected = await askOurs(house, secret, user);
    let got = await askUnleash(server, user);
    // It serves its flags from memory, and looks for newer ones every second.
    while (got !== expected && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      got = await askUnleash(server, user);
    }
    if (expected !== got) throw new Error(`the two answer differently for user ${user}:\n${expected}\n${got}`);
  }
}

const SPLIT = new Set(FLAG_SET.flatMap(({ key, rest }) => ('half' in rest ? [key] : [])));

/** What is served, but for the split ones, in one line. */
function writeAnswers(answers: readonly (readonly [key: string, value: unknown])[]): string {
  const lines = answers.filter(([key]) => !SPLIT.has(key)).map(([key, value]) => `${key}=${value}`);
  return lines.sort().join();
}

async function askOurs(house: HouseProcess, secret: string, user: number): Promise<string> {
  const response = await fetch(`${house.url}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: userContext(user) }),
  });
  const { flags } = (await response.json()) as { flags: { key: string; value: unknown; reason: string }[] };
  // Its frontend API leaves out what is off.
  const served = flags.filter(({ value, reason }) => reason !== 'DISABLED' && value !== false);
  return writeAnswers(served.map(({ key, value }) => [key, value]));
}

async function askUnleash(server: UnleashServer, user: number): Promise<string> {
  const headers = { authorization: server.frontendToken };
  const response = await fetch(`${server.url}${frontendPath(user)}`, { headers });
  if (!response.ok) throw new Error(`frontend API: ${response.status} ${await response.text()}`);
  type Toggle = { name: string; variant: { payload?: { value: string } } };
  const { toggles } = (await response.json()) as { toggles: Toggle[] };
  return writeAnswers(toggles.map(({ name, variant }) => [name, variant.payload?.value ?? 'true']));
}

function frontendPath(user: number): string {
  const { targetingKey, ...attributes } = userContext(user);
  const query = new URLSearchParams({ userId: String(targetingKey) });
  for (const [name, value] of Object.entries(attributes)) query.set(`properties[${name}]`, String(value));
  return `/api/frontend?${query}`;
}

async function describeWorks(house: HouseProcess, secret: string, server: UnleashServer): Promise<Work[]> {
  const ours = { port: house.port, headers: { Authorization: `Bearer ${secret}` } };
  const backend = { port: server.port, headers: { Authorization: server.backendToken } };
  const frontend = { port: server.port, headers: { Authorization: server.frontendToken } };
  const tagOf = async (url: string, authorization: string) => {
    const response = await fetch(url, { headers: { authorization } });
    await response.arrayBuffer();
    return response.headers.get('etag') ?? '';
  };
  const known = (asker: typeof ours, path: string, tag: string) => [
    writeRequest('GET', path, { ...asker, headers: { ...asker.headers, 'If-None-Match': tag } }),
  ];
  const [ourPath, theirPath] = ['/sdk/v1/ruleset', '/api/client/features'];
  const ourTag = await tagOf(`${house.url}${ourPath}`, ours.headers.Authorization);
  const theirTag = await tagOf(`${server.url}${theirPath}`, backend.headers.Authorization);
  return [
    {
      name: `bulk of ${FLAG_COUNT} flags`,
      goal: 20,
      status: 200,
      ours: writeRequests('bulk', ours),
      theirs: Array.from({ length: USERS }, (_, user) => writeRequest('GET', frontendPath(user), frontend)),
    },
    {
      name: 'snapshot',
      goal: 15,
      status: 200,
      ours: writeRequests('snapshot', ours),
      theirs: [writeRequest('GET', theirPath, backend)],
    },
    {
      name: '304',
      goal: 15,
      status: 304,
      ours: known(ours, ourPath, ourTag),
      theirs: known(backend, theirPath, theirTag),
    },
  ];
}

type Side = 'ours' | 'theirs';
const SIDES: Side[] = ['ours', 'theirs'];

/** Answers a second and microseconds of CPU time an answer, one of each a run. */
interface Rates {
  rate: number[];
  cost: number[];
}

async function measure(
  work: Work,
  generator: ChildProcess,
  servers: Record<Side, { port: number; pid: number }>,
  runs: number,
): Promise<Figure[]> {
  const found: Record<Side, Rates> = { ours: { rate: [], cost: [] }, theirs: { rate: [], cost: [] } };
  const load = async (side: Side, seconds: number) => {
    const { port, pid } = servers[side];
    const before = cpuMs(pid);
    const result = await runLoad(generator, order(port, work.status, seconds, work[side]));
    return { rate: result.requestsPerSecond, cost: ((cpuMs(pid) - before) * 1_000) / result.answers };
  };
  for (const side of SIDES) await load(side, WARM_SECONDS);
  for (let run = 0; run < runs; run++) {
    for (const side of run % 2 === 0 ? SIDES : [...SIDES].reverse()) {
      const { rate, cost } = await load(side, SECONDS);
      found[side].rate.push(rate);
      found[side].cost.push(cost);
    }
  }
  return listFigures(work, found);
}

function listFigures({ name, goal }: Work, { ours, theirs }: Record<Side, Rates>): Figure[] {
  const ratios = ours.rate.map((rate, run) => rate / (theirs.rate[run] ?? Number.NaN));
  const cheaper = theirs.cost.map((cost, run) => cost / (ours.cost[run] ?? Number.NaN));
  console.log(`${name}: ${ratios.map((ratio) => `${ratio.toFixed(1)}×`).join(', ')}`);
  return [
    foldFigure(`${name}, ours as a multiple`, '×', ratios, { at: 'least', value: goal }),
    foldFigure(`${name}, the same by CPU time a call`, '×', cheaper),
    foldFigure(`${name}, ours`, '/s', ours.rate),
    foldFigure(`${name}, unleash-server`, '/s', theirs.rate),
    foldFigure(`${name}, ours, CPU a call`, 'µs', ours.cost),
    foldFigure(`${name}, unleash-server, CPU a call`, 'µs', theirs.cost),
  ];
}

async function measureFlips(
  house: HouseProcess,
  secret: string,
  server: UnleashServer,
  runs: number,
): Promise<{ figures: Figure[]; setting: string }> {
  const ours = await ourSubject(house, secret);
  const theirs = await unleashSubject(server);
  const medians = { ours: [] as number[], theirs: [] as number[] };
  try {
    for (let run = 0; run < runs; run++) {
      medians.ours.push(await flipMany(ours, FLIPS, 200));
      medians.theirs.push(await flipMany(theirs, FLIPS, 1_000));
    }
  } finally {
    await ours.close();
    await theirs.close();
  }
  const ratios = medians.ours.map((ms, run) => (medians.theirs[run] ?? Number.NaN) / ms);
  return {
    setting: theirs.setting,
    figures: [
      foldFigure('flip to the callback in an app, p50, sdk-node', 'ms', medians.ours),
      foldFigure('flip to the callback in an app, p50, unleash-client', 'ms', medians.theirs),
      foldFigure('flip to the callback in an app, ours as so many times sooner', '×', ratios),
    ],
  };
}

function keep(figures: Figure[], setting: string, isTrial: boolean): void {
  if (isTrial) {
    console.log(`\n${drawTable(figures)}\nunleash-client: ${setting}`);
    return;
  }
  const versions = listPeerVersions();
  keepEvidence({
    proof: 'unleash',
    method:
      `Our house and unleash-server as processes on one Postgres, a database each, with the same ${FLAG_COUNT} flags, ` +
      'checked to answer alike. 50 connections over loopback from a process of its own, one side after the other, ' +
      `${RUNS} runs of ${SECONDS} s whose order alternates. Bulk: OFREP against GET /api/frontend; snapshot and 304: ` +
      `/sdk/v1/ruleset against /api/client/features. Flips: ${FLIPS} a run, from the request until the SDK says so.`,
    figures,
    facts: {
      'unleash-server': versions['unleash-server'] ?? '',
      'unleash-client': `${versions['unleash-client']}, ${setting}`,
    },
  });
}
