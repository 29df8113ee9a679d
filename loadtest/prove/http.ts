import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChild, forkBuilt, freePort, nextMessage, runLoad } from './child.ts';
import { type Figure, foldFigure, keepEvidence } from './evidence.ts';
import { type AuthoredFlag, FLAG_COUNT, FLAG_SET, userContext } from './flag-set.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import { order, writeRequest, writeRequests } from './http-load.ts';

const RUNS = 5;
const SECONDS = 4;
const WARM_SECONDS = 2;

/** One kind of call: what it sends to each of the two, and the share of the floor's rate that it is to reach. */
interface Work {
  name: string;
  goal: number;
  status: number;
  ours: string[];
  floor: string[];
}

/** `prove -- http`: how many calls one process answers, as a share of what a bare hono app answers in the same run. */
export async function proveHttp(): Promise<void> {
  const house = await startHouse();
  const generator = forkBuilt('load-process.js');
  const folder = mkdtempSync(join(tmpdir(), 'turnout-floor-'));
  let floor: ChildProcess | undefined;
  try {
    const secret = await makeEnvironment(house);
    for (const flag of FLAG_SET) await authorFlag(house, flag);
    const headers = { Authorization: `Bearer ${secret}` };
    const snapshot = await fetch(`${house.url}/sdk/v1/ruleset`, { headers });
    const bytes = Buffer.from(await snapshot.arrayBuffer());
    writeFileSync(join(folder, 'snapshot.json'), bytes);
    const floorPort = await freePort();
    floor = forkBuilt('floor-server.js', [String(floorPort), join(folder, 'snapshot.json')], {
      NODE_ENV: 'production',
    });
    await nextMessage(floor);
    await compareAnswers(house, headers, floorPort);
    const works = describeWorks(house, headers, floorPort, snapshot.headers.get('etag') ?? '');
    const figures: Figure[] = [];
    for (const work of works) figures.push(...(await measure(work, generator, house.port, floorPort)));
    keepEvidence({
      proof: 'http',
      method:
        `One process each, compiled, 50 connections over loopback, ${RUNS} alternating runs of ${SECONDS} s a figure: requests ` +
        'a second as a share of a bare hono app that parses the same body, evaluates the same 200 flags by ' +
        'hand-written ifs and answers by JSON.stringify (snapshot: the same bytes). No compression is asked for.',
      figures,
      facts: { flags: FLAG_COUNT, snapshotBytes: bytes.byteLength },
    });
  } finally {
    if (floor) await endChild(floor);
    await endChild(generator);
    await house.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function authorFlag(house: HouseProcess, flag: AuthoredFlag): Promise<void> {
  const { key, type, variants, offVariant, on, rules, rest } = flag;
  const fallthrough =
    'half' in rest ? { split: { weights: { [rest.half[0]]: 50_000, [rest.half[1]]: 50_000 } } } : rest;
  const config = {
    state: on ? 'on' : 'off',
    offVariant,
    rules: rules.map((rule, index) => ({ id: `rule-${index}`, if: rule.if, serve: { variant: rule.variant } })),
    fallthrough,
  };
  await house.call('POST', '/projects/proof/flags', { key, type, variants, environments: { production: config } });
}

/** A floor that answers something else would be another work: every flag but the split ones must agree for many users. */
async function compareAnswers(house: HouseProcess, headers: Record<string, string>, floorPort: number): Promise<void> {
  for (let user = 0; user < 60; user++) {
    const [ours, floor] = await Promise.all(
      [house.port, floorPort].map(async (port) => {
        const response = await fetch(`http://127.0.0.1:${port}/ofrep/v1/evaluate/flags`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ context: userContext(user) }),
        });
        const { flags } = (await response.json()) as { flags: { key: string; value: unknown; reason: string }[] };
        return flags.filter(({ reason }) => reason !== 'SPLIT').map(({ key, value }) => `${key}=${String(value)}`);
      }),
    );
    if (ours?.join() !== floor?.join()) throw new Error(`the two answer differently for user ${user}`);
  }
}

function describeWorks(house: HouseProcess, headers: Record<string, string>, floorPort: number, etag: string): Work[] {
  const ours = { port: house.port, headers };
  const floor = { port: floorPort, headers };
  const kinds = (['single', 'bulk', 'snapshot'] as const).map((kind) => ({
    name: NAMES[kind],
    goal: GOALS[kind],
    status: 200,
    ours: writeRequests(kind, ours),
    floor: writeRequests(kind, floor),
  }));
  const known = (asker: typeof ours, tag: string) => [
    writeRequest('GET', '/sdk/v1/ruleset', { ...asker, headers: { ...headers, 'If-None-Match': tag } }),
  ];
  return [...kinds, { name: '304', goal: 0.8, status: 304, ours: known(ours, etag), floor: known(floor, '"floor"') }];
}

const NAMES = { single: 'single evaluation', bulk: `bulk of ${FLAG_COUNT} flags`, snapshot: 'snapshot' };
const GOALS = { single: 0.7, bulk: 1.0, snapshot: 0.9 };

async function measure(work: Work, generator: ChildProcess, housePort: number, floorPort: number): Promise<Figure[]> {
  const load = async (port: number, requests: string[], seconds: number) =>
    (await runLoad(generator, order(port, work.status, seconds, requests))).requestsPerSecond;
  await load(housePort, work.ours, WARM_SECONDS);
  await load(floorPort, work.floor, WARM_SECONDS);
  const ours: number[] = [];
  const floor: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    ours.push(await load(housePort, work.ours, SECONDS));
    floor.push(await load(floorPort, work.floor, SECONDS));
  }
  const ratios = ours.map((rate, run) => rate / (floor[run] as number));
  console.log(`${work.name}: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`);
  return [
    foldFigure(`${work.name}, share of the floor`, '', ratios, { at: 'least', value: work.goal }),
    foldFigure(`${work.name}, ours`, '/s', ours),
    foldFigure(`${work.name}, floor`, '/s', floor),
  ];
}
