import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorFlag } from './author-flag.ts';
import { endChild, forkBuilt, freePort, nextMessage, runLoad } from './child.ts';
import { cpuMs } from './cpu-time.ts';
import { type Figure, foldFigure, keepEvidence } from './evidence.ts';
import { FLAG_COUNT, FLAG_SET, userContext } from './flag-set.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import { order, writeRequest, writeRequests } from './http-load.ts';

const RUNS = 5;
const SECONDS = 4;
/** A run is cut into slices that take turns: a machine that is slow for some seconds is then slow for both. */
const SLICES = 8;
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
  const generator = forkBuilt('load-process.js');
  const found = new Map<string, Rates>();
  let snapshotBytes = 0;
  try {
    for (let run = 0; run < RUNS; run++) snapshotBytes = await runOnce(generator, found);
  } finally {
    await endChild(generator);
  }
  keepEvidence({
    proof: 'http',
    method:
      `One process each, compiled, 50 connections over loopback, ${RUNS} runs, each of two processes that were just ` +
      `started, ${SECONDS} s a figure in slices that take turns every ${SECONDS / SLICES} s: requests a second as a ` +
      'share of a bare hono app that parses the same body, evaluates the same 200 flags by hand-written ifs and ' +
      'answers by JSON.stringify (snapshot: the same bytes). No compression is asked for.',
    figures: [...found].flatMap(([name, rates]) => listFigures(name, rates)),
    facts: { flags: FLAG_COUNT, snapshotBytes },
  });
}

/** One run of every kind of call, on processes of its own: how one lies in memory stays with it for its whole life. */
async function runOnce(generator: ChildProcess, found: Map<string, Rates>): Promise<number> {
  const house = await startHouse();
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
    const pids = { ours: house.child.pid as number, floor: floor.pid as number };
    for (const work of describeWorks(house, headers, floorPort, snapshot.headers.get('etag') ?? '')) {
      const subjects = {
        ours: { port: house.port, pid: pids.ours, requests: work.ours },
        floor: { port: floorPort, pid: pids.floor, requests: work.floor },
      };
      const rates = found.get(work.name) ?? { goal: work.goal, ours: [], floor: [] };
      found.set(work.name, rates);
      await measure(work, generator, subjects, rates);
    }
    return bytes.byteLength;
  } finally {
    if (floor) await endChild(floor);
    await house.end();
    rmSync(folder, { recursive: true, force: true });
  }
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

/** One of the two that are measured. */
interface Subject {
  port: number;
  pid: number;
  requests: string[];
}

/** What one of the two did in a run: answers a second, and microseconds of CPU time an answer. */
interface Rate {
  rate: number;
  cost: number;
}

interface Rates {
  goal: number;
  ours: Rate[];
  floor: Rate[];
}

const SIDES = ['ours', 'floor'] as const;

async function measure(
  work: Work,
  generator: ChildProcess,
  subjects: Record<'ours' | 'floor', Subject>,
  rates: Rates,
): Promise<void> {
  const load = async ({ port, pid, requests }: Subject, seconds: number) => {
    const before = cpuMs(pid);
    const { answers, requestsPerSecond } = await runLoad(generator, order(port, work.status, seconds, requests));
    return { answers, seconds: answers / requestsPerSecond, cpuMs: cpuMs(pid) - before };
  };
  for (const side of SIDES) await load(subjects[side], WARM_SECONDS);
  const spent = {
    ours: { answers: 0, seconds: 0, cpuMs: 0 },
    floor: { answers: 0, seconds: 0, cpuMs: 0 },
  };
  for (let slice = 0; slice < SLICES; slice++) {
    for (const side of SIDES) {
      const part = await load(subjects[side], SECONDS / SLICES);
      for (const field of ['answers', 'seconds', 'cpuMs'] as const) spent[side][field] += part[field];
    }
  }
  for (const side of SIDES) {
    const { answers, seconds, cpuMs: ms } = spent[side];
    rates[side].push({ rate: answers / seconds, cost: (ms * 1_000) / answers });
  }
  console.log(`${work.name}: ${((rates.ours.at(-1)?.rate ?? 0) / (rates.floor.at(-1)?.rate ?? 1)).toFixed(2)}`);
}

function listFigures(name: string, { goal, ours, floor }: Rates): Figure[] {
  const shares = ours.map(({ rate }, run) => rate / (floor[run]?.rate ?? Number.NaN));
  const cpuShares = ours.map(({ cost }, run) => (floor[run]?.cost ?? Number.NaN) / cost);
  return [
    foldFigure(`${name}, share of the floor`, '', shares, { at: 'least', value: goal }),
    foldFigure(`${name}, the same by CPU time a call`, '', cpuShares),
    ...(
      [
        ['ours', ours],
        ['floor', floor],
      ] as const
    ).map(([side, values]) =>
      foldFigure(
        `${name}, ${side}`,
        '/s',
        values.map(({ rate }) => rate),
      ),
    ),
    foldFigure(
      `${name}, ours, CPU a call`,
      'µs',
      ours.map(({ cost }) => cost),
    ),
  ];
}
