import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { and, eq, isNotNull } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changes, decisions, sources } from '../database/tables.ts';
import { MINUTE, stageOf } from '../decisions/decide.fixture.ts';
import { askSource } from '../metrics/ask-source.ts';
import { openOutbound } from '../platform/outbound.ts';
import type { Policy, ThresholdGuard } from '../policies/policy.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const GUARD: ThresholdGuard = {
  ...{ id: 'p95', kind: 'threshold', query: 'p95', source: 'prometheus', above: 0.4, forMs: 2 * MINUTE },
  ...{ onFail: 'rollBack', mode: 'enforce', environment: 'staging' },
};
const STAGES = [stageOf({ exposure: 10_000, bakeMs: 10 * MINUTE }), stageOf({ exposure: 50_000, bakeMs: 10 * MINUTE })];
const guarded = (onError: 'hold' | 'pause'): Policy =>
  shortPolicy({
    path: [{ environment: 'staging', stages: STAGES }],
    guards: [GUARD],
    evidence: { maxAgeMs: 5 * MINUTE, onNoData: 'hold', onError },
  });

describe('a Prometheus that is stopped for an hour', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus();
    const outbound = openOutbound({ allowed: [{ host: '127.0.0.1', port: prometheus.port }] });
    const secrets = { unseal: () => '' };
    world = await openRolloutWorld(undefined, ({ db }) => ({
      askSource: (...asked) => askSource({ db, outbound, secrets }, ...asked),
    }));
    const url = `http://127.0.0.1:${prometheus.port}`;
    const source = { key: 'prometheus', kind: 'prometheus', url, auth: 'none', createdBy: 'root' } as const;
    await world.database.db.insert(sources).values({ ...source, projectId: world.projectId });
    for (const does of ['hold', 'pause'] as const) world.policies.set(does, guarded(does));
    loop = await world.takeOver();
  });
  beforeEach(async () => {
    await prometheus.start();
    prometheus.value = 0.2;
    await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await world?.database.close();
  });

  /** Everything that anybody could see of it: what is served, what was changed, and how far it is. */
  async function standing(id: string) {
    const { rollout, run } = await world.read(id);
    const { stage, entry, failed } = run.run;
    const log = await world.database.db.$count(changes);
    return { flag: await world.flag(), log, at: [rollout.state, stage, entry, failed] };
  }
  const said = async (id: string) => (await world.read(id)).run.decision?.reason ?? '';
  const paged = async (id: string) =>
    (
      await world.database.db
        .select({ page: decisions.page })
        .from(decisions)
        .where(and(eq(decisions.rolloutId, id), isNotNull(decisions.page)))
    ).map(({ page }) => page);
  async function goOn(looks: number, everyMs = MINUTE): Promise<void> {
    for (let look = 0; look < looks; look++) {
      world.wait(everyMs);
      await loop.pass();
    }
  }

  /** An hour in which nothing flips and nothing advances, and each look says why. */
  async function anHourWithout(id: string): Promise<void> {
    await prometheus.stop();
    const before = await standing(id);
    const since = new Date(world.now().getTime() + 2 * MINUTE).toISOString().slice(0, 16).replace('T', ' ');
    for (let tenth = 0; tenth < 10; tenth++) {
      await goOn(3, 2 * MINUTE);
      expect(await said(id)).toMatch(
        new RegExp(`^Holds: Guard p95: prometheus cannot be asked since ${since} UTC: .*ECONNREFUSED`),
      );
    }
    expect(await standing(id)).toEqual(before);
    expect(await paged(id)).toEqual([]);
    await prometheus.start();
  }

  it('keeps a rollout from its first stage, which says so, and it is entered when it is back', async () => {
    const id = await world.start({ policy: 'hold' });
    await anHourWithout(id);
    await goOn(1);
    expect((await standing(id)).at).toEqual(['running', 0, 1, {}]);
    await world.steer(id, 'rollback');
  });

  it('holds a rollout in its stage, which has long baked, and it goes on when it is back', async () => {
    const id = await world.start({ policy: 'hold' });
    await goOn(3);
    expect((await standing(id)).at).toEqual(['running', 0, 1, {}]);
    await anHourWithout(id);
    await goOn(1);
    expect((await standing(id)).at).toEqual(['running', 1, 2, {}]);
    await goOn(11);
    expect((await standing(id)).at[0]).toBe('finished');
  });

  it('makes no failure of what was beyond its bound before, and hides none', async () => {
    const id = await world.start({ policy: 'hold' });
    await goOn(2);
    prometheus.value = 0.9;
    await goOn(2);
    expect(await said(id)).toBe('Holds: The bake of 10 minutes has 8 minutes to go.');
    await anHourWithout(id);
    await goOn(1);
    // A minute was seen before; of the hour nobody knows anything.
    expect((await standing(id)).at).toEqual(['running', 0, 1, {}]);
    await goOn(1);
    expect(await said(id)).toMatch(/^Rolls back: guard p95 failed\. prometheus answers 0\.9;/);
    expect((await standing(id)).flag).toMatchObject({ fallthrough: { variant: 'off' }, run: null });
  });

  it('pauses it where the policy says so, pages somebody once, and does not go on by itself', async () => {
    const id = await world.start({ policy: 'pause' });
    await goOn(2);
    await prometheus.stop();
    const { flag } = await standing(id);
    await goOn(5);
    expect((await standing(id)).at[0]).toBe('running');
    await goOn(11, 5 * MINUTE);
    expect(await said(id)).toMatch(/^Holds: paused since .* until Resume or Roll back\. .*prometheus cannot be asked/);
    await prometheus.start();
    await goOn(15);
    expect(await standing(id)).toMatchObject({ flag, at: ['paused', 0, 1, {}] });
    expect(await paged(id)).toEqual(['stopped']);
    await world.steer(id, 'resume', 'Prometheus is back.');
    await goOn(12);
    expect((await standing(id)).at).toEqual(['running', 1, 3, {}]);
    await world.steer(id, 'rollback');
  });
});

interface Prometheus {
  port: number;
  value: number;
  /** On the same port as before. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What answers as Prometheus does, with one value; stopped, its port refuses. */
async function startPrometheus(): Promise<Prometheus> {
  let server: Server | undefined;
  const prometheus: Prometheus = {
    port: 0,
    value: 0,
    start: async () => {
      if (server !== undefined) return;
      const opened = createServer((_request, response) => {
        const result = [{ metric: {}, value: [0, String(prometheus.value)] }];
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
      });
      await new Promise<void>((resolve) => opened.listen(prometheus.port, '127.0.0.1', resolve));
      prometheus.port = (opened.address() as AddressInfo).port;
      server = opened;
    },
    stop: async () => {
      const closing = server;
      server = undefined;
      closing?.closeAllConnections();
      await new Promise((resolve) => (closing === undefined ? resolve(undefined) : closing.close(resolve)));
    },
  };
  await prometheus.start();
  return prometheus;
}
