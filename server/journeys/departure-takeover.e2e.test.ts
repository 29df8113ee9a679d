import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { type DeparturePlace, prepareDepartures, rollOut, serve } from './departures.fixture.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const SETTINGS = {
  TURNOUT_ROOT_TOKEN: 'a-root-token-that-two-nodes-of-one-house-share',
  TURNOUT_SECRET: 'a-secret-that-two-nodes-of-one-house-share',
};
const TRAINS = ['t1', 't2', 't3', 't4', 't5'];
/** The node that lets this one leave is killed in the middle of it; those before have left by then. */
const HELD = 't3';
const LOCK = 20_261_126;
const soon = { timeout: 30_000, interval: 25 };

/** A departure cuts its release last: a node that waits here has written flags, rollouts, requests and cars. */
const HOLD = `
  CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${LOCK});
    RETURN NEW;
  END $$;
  CREATE TRIGGER hold BEFORE INSERT ON releases FOR EACH ROW WHEN (NEW.tag LIKE '${HELD}-%') EXECUTE FUNCTION hold()`;

describe.skipIf(!hasPostgres)('two nodes, of which one is killed while departures are leaving', () => {
  let database: FreshDatabase;
  let sql: postgres.Sql;
  const nodes = new Map<string, ServerProcess>();
  let place: DeparturePlace;

  beforeAll(async () => {
    database = await freshDatabase();
    // The first migrates, so that the second need not wait for it.
    for (const name of ['a', 'b']) {
      nodes.set(name, await startServer({ ...SETTINGS, DATABASE_URL: `${database.url}?application_name=${name}` }));
    }
    sql = postgres(database.url, { max: 3, onnotice: () => undefined });
    await sql.unsafe(HOLD).simple();
    place = await prepareDepartures(
      nodes.get('a') as ServerProcess,
      TRAINS.flatMap((train) => [`${train}-grows`, `${train}-is-served`]),
    );
  });
  afterAll(async () => {
    await Promise.all([...nodes.values()].map((node) => node.remove()));
    await sql?.end();
    await database?.drop();
  });

  /** Each has both of its changes aboard, and would leave if it were not for a freeze; answers how to end that. */
  async function boardAll(): Promise<() => Promise<void>> {
    const [from, to] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const frozen = { name: 'Until all are aboard', environments: ['production'], from, to, reason: 'a test' };
    const { freeze } = await place.call('POST', '/freezes', frozen);
    const velocity = { kind: 'critical-mass', changes: 2 };
    for (const key of TRAINS) {
      await place.call('POST', '/trains', { key, environment: 'production', velocity, reason: 'a test' });
      await place.board(key, 'Grows', [rollOut(`${key}-grows`, 'slow')]);
      await place.board(key, 'Is served', [serve(`${key}-is-served`, 'on')]);
    }
    return () => place.call('DELETE', `/freezes/${freeze.id}`, { reason: 'all of them at once' });
  }

  /** The node that waits in the middle of the departure. */
  async function whoWaits(): Promise<string> {
    const [found] = await sql<{ name: string }[]>`
      SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted`;
    expect(found).toBeDefined();
    return found?.name ?? '';
  }

  /** All that is written of departures, as the database has it. */
  async function told() {
    const left = await sql`
      SELECT subject FROM changes WHERE action = 'train.depart' ORDER BY subject, id`;
    const released = await sql`SELECT tag FROM releases WHERE origin = 'departure' ORDER BY tag`;
    const rolledOut = await sql`SELECT flag FROM rollouts ORDER BY flag`;
    const aboard = await sql`
      SELECT t.key || ' ' || d.number || ' ' || r.title || ' ' || c.state || ' ' || r.state AS told
      FROM cars c JOIN departures d ON d.id = c.departure_id JOIN trains t ON t.id = d.train_id
      JOIN change_requests r ON r.id = c.request_id ORDER BY 1`;
    return {
      left: left.map(({ subject }) => subject.replace('train/', '')),
      released: released.map(({ tag }) => tag),
      rolledOut: rolledOut.map(({ flag }) => flag),
      cars: aboard.map((row) => row.told),
    };
  }
  const ofTrains = (gone: readonly string[]) => ({
    left: [...gone],
    released: gone.map((train) => `${train}-1`),
    rolledOut: gone.map((train) => `${train}-grows`),
    cars: TRAINS.flatMap((train) =>
      gone.includes(train)
        ? [`${train} 1 Grows under-way applied`, `${train} 1 Is served arrived applied`]
        : [`${train} 1 Grows aboard open`, `${train} 1 Is served aboard open`],
    ),
  });

  it('the half of a departure is gone with it, and the other lets each leave once and whole', async () => {
    const endFreeze = await boardAll();
    const held = await sql.reserve();
    await held`SELECT pg_advisory_lock(${LOCK})`;
    await endFreeze();
    const killed = await vi.waitFor(whoWaits, soon);
    await nodes.get(killed)?.kill9();
    await held`SELECT pg_advisory_unlock(${LOCK})`;
    held.release();
    expect(await told()).toEqual(ofTrains(TRAINS.slice(0, TRAINS.indexOf(HELD))));

    await vi.waitFor(async () => expect((await told()).left).toHaveLength(TRAINS.length), soon);

    expect(await told()).toEqual(ofTrains(TRAINS));
    const other = nodes.get(killed === 'a' ? 'b' : 'a');
    for (const train of TRAINS) {
      const seen = async () => (await other?.api('GET', `/projects/p/trains/${train}/departures/1`))?.body;
      await vi.waitFor(async () => expect(await seen()).toMatchObject({ state: 'under-way' }), soon);
      const { cars, change } = await seen();
      expect(cars.map(({ rollouts }: { rollouts: unknown[] }) => rollouts.length)).toEqual([1, 0]);
      expect(change).toEqual(expect.any(Number));
    }
    const { body } = (await other?.api('GET', '/projects/p/export?environment=production&format=turnout')) ?? {};
    const served = TRAINS.map((train) => body.document.flags[`${train}-is-served`].fallthrough);
    expect(served).toEqual(TRAINS.map(() => ({ variant: 'on' })));
    expect((await other?.api('GET', '/projects/p/changes/verify'))?.body).toMatchObject({ ok: true });
  }, 90_000);
});
