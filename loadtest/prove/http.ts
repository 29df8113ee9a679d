import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    const floorAt = { port: floorPort, child: floor };
    const subject = (at: { port: number; child: ChildProcess }, requests: string[]) => ({
      port: at.port,
      pid: at.child.pid as number,
      requests,
    });
    for (const work of works)
      figures.push(...(await measure(work, generator, subject(house, work.ours), subject(floorAt, work.floor))));
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

/** One of the two that are measured. */
interface Subject {
  port: number;
  pid: number;
  requests: string[];
}

async function measure(work: Work, generator: ChildProcess, ours: Subject, floor: Subject): Promise<Figure[]> {
  const rates = { ours: [] as number[], floor: [] as number[] };
  const costs = { ours: [] as number[], floor: [] as number[] };
  const load = async (subject: Subject, seconds: number) => {
    const before = cpuMs(subject.pid);
    const result = await runLoad(generator, order(subject.port, work.status, seconds, subject.requests));
    return { rate: result.requestsPerSecond, cost: ((cpuMs(subject.pid) - before) * 1_000) / result.answers };
  };
  await load(ours, WARM_SECONDS);
  await load(floor, WARM_SECONDS);
  for (let run = 0; run < RUNS; run++) {
    for (const [name, subject] of [
      ['ours', ours],
      ['floor', floor],
    ] as const) {
      const { rate, cost } = await load(subject, SECONDS);
      rates[name].push(rate);
      costs[name].push(cost);
    }
  }
  const share = (run: number) => (rates.ours[run] as number) / (rates.floor[run] as number);
  const ratios = rates.ours.map((_, run) => share(run));
  const cpuRatios = costs.ours.map((cost, run) => (costs.floor[run] as number) / cost);
  console.log(`${work.name}: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`);
  return [
    foldFigure(`${work.name}, share of the floor`, '', ratios, { at: 'least', value: work.goal }),
    foldFigure(`${work.name}, the same by CPU time a call`, '', cpuRatios),
    foldFigure(`${work.name}, ours`, '/s', rates.ours),
    foldFigure(`${work.name}, floor`, '/s', rates.floor),
    foldFigure(`${work.name}, ours, CPU a call`, 'µs', costs.ours),
  ];
}

/** The CPU time that a process has used, in ms, by the kernel's count in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
