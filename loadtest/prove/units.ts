import type { ChildProcess } from 'node:child_process';
import type { MeasuredRun } from '@turnout/core';
import { endChild, forkBuilt, forkHere, nextMessage } from './child.ts';
import { cpuMs } from './cpu-time.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import type { SendersOrder, SendersResult } from './unit-senders.ts';

const RUNS = 5;
const SENDERS = 100;
const UNITS_PER_MINUTE = 100_000;
const SECONDS = 180;
const GOAL = 0.2;
const FLAG = 'measured';

const RUN: MeasuredRun = {
  ...{
    id: 'proof',
    entry: 1,
    stage: 0,
    target: 'fallthrough',
    by: 'targetingKey',
    salt: 'salt',
    from: 'off',
    to: 'on',
  },
  ...{
    treatment: [0, 50_000],
    control: [50_000, 100_000],
    sample: { salt: 'sample', below: 100_000 },
    events: ['failed'],
  },
};
const SPLIT = {
  split: {
    by: 'targetingKey',
    salt: 'salt',
    of: 100_000,
    slices: [[0, 50_000, 'on'] as const, [50_000, 100_000, 'off']],
  },
};

/** What was stored: records of exposures, and distinct units among them. */
interface Stored {
  records: number;
  units: number;
  rows: number;
}

interface Round {
  cores: number;
  stored: Stored;
  result: SendersResult;
}

/** Of the round that stored the smallest share. */
function leastStored(of: readonly Round[]): number {
  return Math.min(...of.map(({ stored, result }) => stored.units / result.units));
}

/**
 * `prove -- units`: what it costs a node to count the units of a measured run once. Each of five runs on a fresh server and
 * Postgres, with each unit at one of the senders; and once, which is harder, with every unit at every sender.
 */
export async function proveUnits(): Promise<void> {
  // A short look while one works at it: seconds and runs; what is written to docs/evidence is made without.
  const seconds = Number(process.env.UNITS_SECONDS ?? SECONDS);
  const runs = Number(process.env.UNITS_RUNS ?? RUNS);
  const rounds: Record<'one' | 'all', Round[]> = { one: [], all: [] };
  for (let run = 0; run < runs; run++) {
    // The harder reading has no goal, and takes the machine's other core whole: once is enough to see where it stands.
    for (const each of run === 0 ? (['one', 'all'] as const) : (['one'] as const)) {
      const round = await runOnce({ seconds, eachSeesAll: each === 'all', round: `${each}-${run}` });
      rounds[each].push(round);
      console.log(
        `${each}: ${round.cores.toFixed(3)} cores, ${JSON.stringify(round.stored)} of ${JSON.stringify(round.result)}`,
      );
    }
  }
  const coresOf = (of: readonly Round[]) => of.map(({ cores }) => cores);
  const all = [...rounds.one, ...rounds.all];
  const evidence = {
    proof: 'units',
    method:
      `One node, compiled, on Postgres; ${SENDERS} senders in one process fold and report by core as the SDK does, for ` +
      `${seconds} s: ${UNITS_PER_MINUTE} distinct units come in each minute, one in fifty tracks an event. CPU seconds of ` +
      'the node’s process over the seconds of the clock, from the first unit until all is stored.',
    figures: [
      foldFigure('each unit at one sender', 'cores', coresOf(rounds.one), { at: 'most', value: GOAL }),
      foldFigure('every unit at every sender', 'cores', coresOf(rounds.all)),
    ],
    facts: {
      'share of the units that were stored, each unit at one sender': leastStored(rounds.one),
      'share of the units that were stored, every unit at every sender': leastStored(rounds.all),
      'reports that were not taken at once': all.reduce((sum, { result }) => sum + result.failed, 0),
      'records a unit, every unit at every sender': Number(
        (rounds.all.reduce((sum, { stored }) => sum + stored.records / stored.units, 0) / rounds.all.length).toFixed(2),
      ),
    },
  };
  if (seconds === SECONDS && runs === RUNS) keepEvidence(evidence);
  else console.log(JSON.stringify({ figures: evidence.figures, facts: evidence.facts }, null, 2));
}

async function runOnce(how: Pick<SendersOrder, 'seconds' | 'eachSeesAll' | 'round'>): Promise<Round> {
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  const senders = forkBuilt('unit-senders.js');
  let house: HouseProcess | undefined;
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url });
    const key = await makeEnvironment(house);
    await measure(house, postgres);
    const pid = house.child.pid as number;
    const [cpu, begun] = [cpuMs(pid), performance.now()];
    const order = { url: house.url, key, flag: FLAG, senders: SENDERS, unitsPerMinute: UNITS_PER_MINUTE, ...how };
    senders.send(order satisfies SendersOrder);
    const answer = await nextMessage<{ result?: SendersResult; error?: string }>(senders);
    if (answer.result === undefined) throw new Error(answer.error ?? 'the senders gave nothing');
    const cores = (cpuMs(pid) - cpu) / (performance.now() - begun);
    return { cores, stored: await readStored(postgres), result: answer.result };
  } finally {
    await endChild(senders);
    await house?.end();
    await endChild(postgres);
  }
}

/** Puts a flag under a run as its rollout would, without waiting for one: what is measured is the counting. */
async function measure(house: HouseProcess, postgres: ChildProcess): Promise<void> {
  await house.call('POST', '/projects/proof/flags', { key: FLAG, type: 'boolean' });
  await house.call('POST', `/projects/proof/environments/production/flags/${FLAG}/on`, {});
  const json = (value: object) => `'${JSON.stringify(value)}'`;
  await ask(postgres, `UPDATE flag_environments SET run = ${json(RUN)}, fallthrough = ${json(SPLIT)}`);
  // What a node holds in memory it reads again when it starts.
  await house.restart();
}

async function readStored(postgres: ChildProcess): Promise<Stored> {
  const rows = await ask(
    postgres,
    // Taken out of their compressed form once: otherwise each record costs the whole report anew.
    `WITH reports AS MATERIALIZED (SELECT body || ''::bytea AS body FROM measured_reports)
     SELECT count(*)::int AS records, count(DISTINCT substr(body, at + 1, 8))::int AS units,
            (SELECT count(*) FROM measured_reports)::int AS rows
     FROM reports, generate_series(0, length(body) - 24, 24) AS at WHERE get_byte(body, at + 12) < 3`,
  );
  return rows[0] as Stored;
}

async function ask(postgres: ChildProcess, sql: string): Promise<object[]> {
  postgres.send({ sql });
  return (await nextMessage<{ rows: object[] }>(postgres)).rows;
}
