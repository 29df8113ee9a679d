import type { ChildProcess } from 'node:child_process';
import { endChild, forkHere, nextMessage } from './child.ts';
import { foldFigure, keepEvidence, quantile } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';

const REPEATS = 20;
const FIRST_SEED = 1_000;
/** So many that each variant has several times the units that are asked for by the time at which it is back. */
const VISITORS_PER_SECOND = 4_000;
const FAIL_RATE = { on: 0.03, off: 0.01 };
const UNITS_AN_ARM = 5_000;
const FLAG = 'new-checkout';
const WITHIN_MS = 120_000;

/** Half of the visitors, for as long as 5,000 units an arm take; the guards are what the sample of the documents has. */
const POLICY = {
  key: 'canary',
  path: [
    {
      environment: 'production',
      stages: [
        { name: 'canary', exposure: 50, bake: '10m', minUnits: UNITS_AN_ARM },
        { exposure: 100, bake: '10m' },
      ],
    },
  ],
  guards: [
    {
      id: 'errors',
      metric: 'checkout.error',
      kind: 'versus-control',
      margin: '20%',
      mustSee: '3x',
      onFail: 'rollBack',
    },
    { id: 'slow', metric: 'checkout.ms', kind: 'versus-control', margin: '5%', onFail: 'pause', mode: 'shadow' },
    { id: 'budget', metric: 'checkout.error', kind: 'absolute', limit: '20%', window: '10s', onFail: 'kill' },
    { id: 'split', kind: 'sample-ratio' },
  ],
  evidence: { maxAge: '5m', onNoData: 'hold', onError: 'hold' },
};

interface Repeat {
  seed: number;
  isBack: boolean;
  /** From the first visitor who got the new variant to the last receipt of the rollback. */
  exposedMs: number;
  /** From the decision to the last receipt. */
  backMs: number;
  /** Units of the smaller arm when it was decided. */
  units: number;
  /** Visitors who were given the variant that fewer were given, until the last receipt. */
  visitors: number;
  because: string;
  /** What visitors got of the new variant after the last receipt. */
  servedAfter: number;
}

interface Counts {
  served: { on: number; off: number };
  firstOn: number | null;
}

interface Decided {
  at: string;
  action: string;
  because: string[];
  evidence: { entry: { exposed: { treatment: number; control: number } } };
}

interface Rolled {
  state: string;
  path: { run: { reach: { state: string; reachedAt: string | null } | null } | null }[];
}

/**
 * `prove -- canary`: a shop on sdk-node under traffic, whose new variant fails three times as often as its control. The
 * canary is to go back by itself, in each of twenty seeded repeats.
 */
export async function proveCanary(): Promise<void> {
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  let house: HouseProcess | undefined;
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url, TURNOUT_DEMO: 'false' });
    const key = await prepare(house);
    const repeats: Repeat[] = [];
    for (let at = 0; at < REPEATS; at++) {
      const repeat = await repeatOnce(house, key, FIRST_SEED + at);
      console.log(
        `seed ${repeat.seed}: ${repeat.isBack ? 'back' : 'NOT BACK'} after ${repeat.units} units, ${repeat.because}`,
      );
      repeats.push(repeat);
    }
    keepCanary(repeats);
  } finally {
    await house?.end();
    await endChild(postgres);
  }
}

async function prepare(house: HouseProcess): Promise<string> {
  const key = await makeEnvironment(house);
  const at = '/projects/proof';
  await house.call('POST', `${at}/flags`, { key: FLAG, type: 'boolean' });
  await house.call('POST', `${at}/environments/production/flags/${FLAG}/serve`, { variant: 'off' });
  const rate = { kind: 'rate', event: 'checkout.error', direction: 'up' };
  await house.put(`${at}/metrics/checkout.error`, rate);
  const mean = { kind: 'mean', event: 'checkout.done', direction: 'up', unit: 'ms', cap: 1_000 };
  await house.put(`${at}/metrics/checkout.ms`, mean);
  await house.call('PATCH', `${at}/environments/production`, { protected: true, reason: 'users are there' });
  await house.put(`${at}/policies/canary`, { document: POLICY, reason: 'made beforehand' });
  return key;
}

async function repeatOnce(house: HouseProcess, key: string, seed: number): Promise<Repeat> {
  const shop = forkHere('../../server/journeys/shop-process.fixture.ts');
  try {
    const order = { url: house.url, key, host: `shop-${seed}`, flag: FLAG, seed };
    await tell(shop, { ...order, visitorsPerSecond: VISITORS_PER_SECOND, failRate: FAIL_RATE, staffEvery: 100 });
    const start = { flag: FLAG, from: 'off', to: 'on', policy: 'canary', reason: `seed ${seed}` };
    const { rollout } = (await house.call('POST', '/projects/proof/rollouts', start)) as { rollout?: { id: string } };
    const path = `/projects/proof/rollouts/${rollout?.id}`;
    const rolled = await untilOver(house, path);
    const { firstOn, served } = await tell<Counts>(shop, 'count');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await tell<Counts>(shop, 'count');
    const { items } = (await house.call('GET', `${path}/decisions?limit=100`)) as { items?: Decided[] };
    const back = items?.find(({ action }) => action === 'rollBack');
    const reachedAt = Date.parse(rolled.path[0]?.run?.reach?.reachedAt ?? '');
    return {
      ...{ seed, isBack: rolled.state === 'rolledBack' && back !== undefined },
      exposedMs: reachedAt - (firstOn ?? Number.NaN),
      backMs: reachedAt - Date.parse(back?.at ?? ''),
      units: back === undefined ? 0 : fewer(back.evidence.entry.exposed),
      visitors: Math.min(served.on, served.off),
      because: back?.because[0] ?? rolled.state,
      servedAfter: after.served.on,
    };
  } finally {
    // With its goodbye: who only vanishes is waited for by the next rollout, for a minute.
    await tell(shop, 'close').catch(() => undefined);
    await endChild(shop);
  }
}

const fewer = ({ treatment, control }: { treatment: number; control: number }) => Math.min(treatment, control);

async function untilOver(house: HouseProcess, path: string): Promise<Rolled> {
  const until = performance.now() + WITHIN_MS;
  for (;;) {
    const rolled = (await house.call('GET', path)) as Rolled;
    const isOver = !['waiting', 'running', 'paused'].includes(rolled.state);
    if (isOver && rolled.path[0]?.run?.reach?.state === 'reached') return rolled;
    if (performance.now() > until) throw new Error(`the rollout is ${rolled.state} after ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function tell<T>(shop: ChildProcess, order: unknown): Promise<T> {
  const answer = nextMessage<T>(shop);
  shop.send(order as object);
  return answer;
}

function keepCanary(repeats: readonly Repeat[]): void {
  const back = repeats.filter(({ isBack }) => isBack);
  const units = back.map((one) => one.units).sort((a, b) => a - b);
  keepEvidence({
    proof: 'canary',
    method:
      `A shop on sdk-node, ${VISITORS_PER_SECOND} new visitors a second, in ${REPEATS} repeats with the seeds ${FIRST_SEED} to ` +
      `${FIRST_SEED + REPEATS - 1}: the new variant fails ${FAIL_RATE.on * 100} % of its orders where the old one fails ` +
      `${FAIL_RATE.off * 100} %. A canary of half the visitors that asks for ${UNITS_AN_ARM} units an arm, its guard with a margin ` +
      'of 20 % at α = 0.01, on Postgres. Reports come every ten seconds, as from any app; nobody touches anything.',
    figures: [
      foldFigure('rollbacks by itself', `of ${REPEATS}`, [back.length], { at: 'least', value: REPEATS }),
      foldFigure(
        'first exposure to last receipt of the rollback',
        's',
        back.map((one) => one.exposedMs / 1_000),
      ),
      foldFigure(
        'decision to last receipt',
        'ms',
        back.map((one) => one.backMs),
      ),
      foldFigure('units of the smaller arm when it was decided', '', units),
      foldFigure(
        'visitors with each variant until the last receipt, the fewer',
        '',
        back.map((one) => one.visitors),
        { at: 'least', value: UNITS_AN_ARM },
      ),
    ],
    facts: {
      'units at the 90th percentile': quantile(units, 0.9),
      'visitors who got the new variant after the last receipt': back.reduce((sum, one) => sum + one.servedAfter, 0),
      'what the log says of the first': back[0]?.because ?? '',
    },
  });
  if (back.length !== REPEATS) throw new Error('not every repeat went back by itself');
}
