import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { throwDice } from '../decisions/dice.fixture.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { type LeaseWitness, watchLease } from './lease-witness.fixture.ts';
import { type RunningRollouts, runRollouts, WHOLE_WAY } from './running-rollouts.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const SEED = 20_261_126;
const SETTINGS = {
  TURNOUT_ROOT_TOKEN: 'a-root-token-that-two-nodes-of-one-house-share',
  TURNOUT_SECRET: 'a-secret-that-two-nodes-of-one-house-share',
};
const soon = { timeout: 20_000, interval: 50 };
/** Another acts within ten seconds of the end of one, as `npm run prove -- takeovers` measures; a busy machine has more. */
const WITHIN_MS = 15_000;

describe.skipIf(!hasPostgres)(`two nodes, of which the acting one ends (seed ${SEED})`, () => {
  let database: FreshDatabase;
  const nodes = new Map<string, ServerProcess>();
  let witness: LeaseWitness;
  let rollouts: RunningRollouts;

  beforeAll(async () => {
    database = await freshDatabase();
    // The first migrates, so that the second need not wait for it.
    for (const name of ['a', 'b']) {
      const url = `${database.url}?application_name=${name}`;
      nodes.set(name, await startServer({ ...SETTINGS, DATABASE_URL: url }));
    }
    witness = await watchLease(database.url);
    rollouts = await runRollouts([...nodes.values()]);
  });
  afterAll(async () => {
    await rollouts?.stop();
    await Promise.all([...nodes.values()].map((node) => node.remove()));
    await witness?.close();
    await database?.drop();
  });

  /** Who acts, once somebody does under another token than this. */
  const nextHolder = (than: number) =>
    vi.waitFor(async () => {
      const { holder } = witness;
      const found = await holder();
      expect(found?.token).toBeGreaterThan(than);
      return found as NonNullable<typeof found>;
    }, soon);

  it('is killed three times while rollouts are under way: the other goes on', async () => {
    const { share } = throwDice(SEED);
    let { token, node } = await nextHolder(0);
    for (let kill = 0; kill < 3; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 300 + 700 * share()));
      // A busy node may have lost it by itself meanwhile.
      ({ token, node } = await nextHolder(token - 1));
      const at = Date.now();
      await nodes.get(node)?.kill9();
      const [next] = await Promise.all([nextHolder(token), nodes.get(node)?.start()]);
      expect(next.at.getTime() - at).toBeLessThan(WITHIN_MS);
      ({ token, node } = next);
    }
  });

  it('is frozen in the middle of a transaction: the other goes on, and what it does after that counts no more', async () => {
    const { token, node } = await nextHolder(0);
    const frozen = nodes.get(node);
    let at = 0;
    await witness.whileItWaits(node, () => {
      frozen?.freeze();
      at = Date.now();
    });
    const next = await nextHolder(token);
    expect(next.node).not.toBe(node);
    expect(next.at.getTime() - at).toBeLessThan(WITHIN_MS);
    const finished = rollouts.finished().length;
    await vi.waitFor(() => expect(rollouts.finished().length).toBeGreaterThan(finished), soon);
    frozen?.wake();
    // It hears that it lost the lease when it asks next: within two seconds, and this is long after that.
    await vi.waitFor(() => expect(frozen?.log()).toContain('a lease was lost'), soon);
    await vi.waitFor(() => expect(rollouts.finished().length).toBeGreaterThan(finished + 2), soon);
  });

  it('and nothing was decided twice, no stage skipped, and nothing written without the lease', async () => {
    await rollouts.stop();
    const all = await witness.since(0);
    const writers = new Map<string, Set<string>>();
    for (const { holder, node } of all) writers.set(holder, (writers.get(holder) ?? new Set()).add(node));
    expect([...writers.values()].filter((names) => names.size !== 1)).toEqual([]);
    expect(all.map(({ token }) => token)).toEqual(all.map(({ token }) => token).sort((x, y) => x - y));
    expect(writers.size).toBeGreaterThanOrEqual(5);
    const acted = await rollouts.decisions(witness.sql);
    const finished = rollouts.finished();
    expect(finished.length).toBeGreaterThan(0);
    expect(finished.map((id) => acted.get(id))).toEqual(finished.map(() => WHOLE_WAY));
    for (const [id, steps] of acted) expect([id, steps]).toEqual([id, WHOLE_WAY.slice(0, steps.length)]);
    const verified = await [...nodes.values()][0]?.api('GET', '/projects/p/changes/verify');
    expect(verified?.body).toMatchObject({ ok: true });
  });
});
