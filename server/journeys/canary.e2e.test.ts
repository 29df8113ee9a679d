import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addPerson } from './person.fixture.ts';
import { FLAG, prepareRollouts, type RolloutPlace } from './rollout-place.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';
import { openShop, type RunningShop } from './shop.fixture.ts';

const SEED = 20_261_126;
const GUARDS = [
  { id: 'errors', metric: 'checkout.error', kind: 'versus-control', margin: '20%', mustSee: '5x', onFail: 'rollBack' },
  { id: 'alert', signal: { severity: 'critical', service: 'checkout' }, onFail: 'rollBack' },
  { id: 'split', kind: 'sample-ratio' },
];
const EVIDENCE = { maxAge: '5m', onNoData: 'hold', onError: 'hold' };

/** Half of the visitors at once: it is soon seen. What must not go wrong is guarded. */
const CANARY = {
  key: 'canary',
  path: [
    {
      environment: 'production',
      stages: [
        { name: 'canary', exposure: 50, bake: '1h' },
        { exposure: 100, bake: '1h' },
      ],
    },
  ],
  guards: GUARDS,
  evidence: EVIDENCE,
};

/** A whole way: the staff first, then percentages, a probe, and somebody who agrees. */
const wholeWay = (probe: string) => ({
  key: 'whole-way',
  path: [
    {
      environment: 'production',
      stages: [
        { name: 'staff', audience: 'staff', bake: '6s' },
        { name: 'canary', exposure: 20, bake: '1s', minUnits: 100 },
        { exposure: 50, bake: '1s', minUnits: 100, gates: ['smoke'] },
        { exposure: 100, bake: '1s', approvals: [{ role: 'release-manager', count: 1, expires: '1d' }] },
      ],
    },
  ],
  guards: GUARDS,
  gates: [{ id: 'smoke', probe: { url: probe, expect: 200, every: '1s', times: 2 }, timeout: '1m' }],
  evidence: EVIDENCE,
});

describe('a rollout under traffic', () => {
  let server: ServerProcess;
  let place: RolloutPlace;
  let probed: Server;
  let probes = 0;
  const shops: RunningShop[] = [];
  beforeAll(async () => {
    probed = createServer((_request, response) => {
      probes++;
      response.end('well');
    });
    await new Promise<void>((resolve) => probed.listen(0, '127.0.0.1', resolve));
    server = await startServer({ OUTBOUND_ALLOW: `127.0.0.1:${(probed.address() as AddressInfo).port}` });
    place = await prepareRollouts(server, 'shop');
  }, 120_000);
  afterEach(async () => {
    // With its goodbye: who only vanishes is waited for, for a minute.
    for (const shop of shops.splice(0)) await shop.close().finally(shop.end);
  });
  afterAll(async () => {
    probed?.close();
    await server?.remove();
  });

  async function shopWith(failRate: { on: number; off: number }): Promise<RunningShop> {
    const shop = await openShop({
      ...{ url: server.url, key: place.serverKey, host: 'shop-1', flag: FLAG, seed: SEED },
      ...{ visitorsPerSecond: 1_500, failRate, staffEvery: 100 },
    });
    shops.push(shop);
    return shop;
  }

  /** Looks until it is as wanted; what the shop has seen is there at each look. */
  async function follow(id: string, shop: RunningShop, isDone: (rollout: Rollout) => boolean): Promise<Rollout> {
    const until = Date.now() + 100_000;
    for (;;) {
      const rollout: Rollout = await place.rollout(id);
      if (isDone(rollout)) return rollout;
      if (Date.now() > until) throw new Error(`still ${rollout.state}: ${rollout.path[0]?.run?.decision?.reason}`);
      await shop.flush();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** What visitors get from now on. */
  async function servedNow(shop: RunningShop) {
    await shop.counts();
    await new Promise((resolve) => setTimeout(resolve, 400));
    return (await shop.counts()).served;
  }

  const decisionsOf = async (id: string): Promise<Decided[]> =>
    (await place.call('GET', `/rollouts/${id}/decisions?limit=100`)).items;

  it('goes back by itself when the new variant fails three times as often, and says on what it rests', async () => {
    await place.call('PUT', '/policies/canary', { document: CANARY, reason: 'made beforehand' });
    const shop = await shopWith({ on: 0.03, off: 0.01 });
    const id = await place.start('canary');
    await follow(id, shop, ({ state, path }) => state === 'rolledBack' && path[0]?.run?.reach?.state === 'reached');
    expect(await servedNow(shop)).toMatchObject({ on: 0 });
    const back = (await decisionsOf(id)).find(({ action }) => action === 'rollBack');
    expect(back?.because.join()).toMatch(/errors/);
    expect(back?.guards.find((guard) => guard.id === 'errors')).toMatchObject({ verdict: 'fail' });
    expect(back?.evidence.entry.exposed.treatment).toBeGreaterThan(500);
    const flag = await place.call('GET', `/environments/production/flags/${FLAG}`);
    expect(flag).toMatchObject({ state: 'on', killed: false, fallthrough: { variant: 'off' }, rules: [] });
  }, 150_000);

  it('reaches everybody through an audience, percentages, a probe and an approval when nothing goes wrong', async () => {
    const { port } = probed.address() as AddressInfo;
    await place.call('PUT', '/policies/whole-way', {
      ...{ document: wholeWay(`http://127.0.0.1:${port}/healthz`), reason: 'made beforehand', acceptTooFewUnits: true },
    });
    const manager = await addPerson(server, 'shop', { login: 'rita', name: 'Rita', roles: ['release-manager'] });
    const shop = await shopWith({ on: 0.01, off: 0.01 });
    const id = await place.start('whole-way');
    await follow(id, shop, ({ path }) => path[0]?.run?.stage === 0 && path[0].run.effectiveAt !== null);
    const staffOnly = await servedNow(shop);
    expect(staffOnly.on).toBeGreaterThan(0);
    expect(staffOnly.on).toBeLessThan(staffOnly.off / 20);
    await follow(id, shop, ({ path }) => path[0]?.run?.decision?.action === 'needApproval');
    expect(probes).toBeGreaterThanOrEqual(2);
    const inbox = await place.call('GET', '/requests?inbox=true', undefined, { cookie: manager });
    const [asked] = inbox.items;
    expect(asked).toMatchObject({ kind: 'stage', mayApprove: true });
    await place.call('POST', `/requests/${asked.id}/approve`, { hash: asked.hash }, { cookie: manager });
    await follow(id, shop, ({ state }) => state === 'finished');
    expect(await servedNow(shop)).toMatchObject({ off: 0 });
    const stages = (await decisionsOf(id)).filter(({ action }) => action === 'advance').map(({ stage }) => stage);
    expect(stages.reverse()).toEqual([-1, 0, 1, 2]);
    const flag = await place.call('GET', `/environments/production/flags/${FLAG}`);
    expect(flag).toMatchObject({ fallthrough: { variant: 'on' }, rules: [] });
  }, 200_000);
});

interface Rollout {
  state: string;
  path: {
    run: {
      stage: number;
      effectiveAt: string | null;
      decision: { action: string; reason: string } | null;
      reach: { state: string } | null;
    } | null;
  }[];
}
interface Decided {
  action: string;
  stage: number;
  because: string[];
  guards: { id: string; verdict: string }[];
  evidence: { entry: { exposed: { treatment: number } } };
}
