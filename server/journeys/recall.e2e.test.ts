import { Turnout } from '@turnout/sdk-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { turnout } from './command-line.fixture.ts';
import { type DeparturePlace, PRODUCTION, prepareDepartures, rollOut, serve } from './departures.fixture.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const ROOT_TOKEN = 'a-root-token-for-the-recall-and-its-command-line';
const ROLLED_OUT = Array.from({ length: 12 }, (_, at) => `item-${at + 1}`);
const SERVED = ['banner', 'footer'];
const FLAGS = [...ROLLED_OUT, ...SERVED];
const HOSTS = ['shop-1', 'shop-2', 'shop-3', 'till-1', 'till-2', 'search-1'];
const ALL = { live: HOSTS.length, reached: HOSTS.length, laggards: [], complete: true };
const DEPARTURE = '/trains/weekly/departures';
const soon = { timeout: 20_000, interval: 20 };

/** Visitors who come to all apps, one after the other: each is asked about every flag. */
class Traffic {
  readonly #timer: NodeJS.Timeout;
  #visitors = 0;
  /** When somebody got `on` of a flag last. */
  readonly #lastOn = new Map<string, number>();

  constructor(apps: readonly Turnout[]) {
    this.#timer = setInterval(() => {
      const targetingKey = `visitor-${++this.#visitors}`;
      for (const flag of apps.flatMap((app) => FLAGS.filter((key) => app.boolean(key, false, { targetingKey })))) {
        this.#lastOn.set(flag, performance.now());
      }
    }, 10);
  }

  /** The flags of which somebody gets `on`, of the next so many visitors. */
  async onFromNow(visitors = 60): Promise<string[]> {
    const [from, until] = [performance.now(), this.#visitors + visitors];
    await vi.waitFor(() => expect(this.#visitors).toBeGreaterThanOrEqual(until), soon);
    return FLAGS.filter((flag) => (this.#lastOn.get(flag) ?? 0) >= from);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

describe.skipIf(!hasPostgres)('a departure of many flags under traffic', () => {
  let database: FreshDatabase;
  let server: ServerProcess;
  let place: DeparturePlace;
  let apps: Turnout[] = [];
  let traffic: Traffic;

  beforeAll(async () => {
    database = await freshDatabase();
    server = await startServer({ DATABASE_URL: database.url, TURNOUT_ROOT_TOKEN: ROOT_TOKEN });
    place = await prepareDepartures(server, FLAGS);
    // It leaves when somebody says so: nobody brings fifty changes.
    const velocity = { kind: 'critical-mass', changes: 50 };
    await place.call('POST', '/trains', { key: 'weekly', environment: 'production', velocity, reason: 'a test' });
    apps = HOSTS.map((host) => new Turnout({ url: server.url, key: place.serverKey, host, logger: false }));
    await Promise.all(apps.map((app) => app.ready()));
    traffic = new Traffic(apps);
  });
  afterAll(async () => {
    traffic?.end();
    await Promise.all(apps.map((app) => app.close({ timeoutMs: 0 })));
    await server?.remove();
    await database?.drop();
  });

  const cli = (...words: string[]) =>
    turnout([...words, '-p', 'p'], { TURNOUT_URL: server.url, TURNOUT_KEY: ROOT_TOKEN });

  it('is recalled by one call: every app serves what it did before, and what was edited since is left', async () => {
    const before = await place.shown(['footer']);
    for (const flag of ROLLED_OUT) await place.board('weekly', `Roll out ${flag}`, [rollOut(flag, 'slow')]);
    for (const flag of SERVED) await place.board('weekly', `Serve ${flag}`, [serve(flag, 'on')]);
    const left = await place.call('POST', `${DEPARTURE}/1/depart?wait=20s`, { reason: 'everybody is here' });
    expect(left).toMatchObject({ departure: { aboard: FLAGS.length, release: 'weekly-1' }, receipts: ALL });
    expect(await traffic.onFromNow()).toEqual(FLAGS);
    expect(await place.shown(['footer'])).not.toBe(before);
    await place.call('PATCH', `${PRODUCTION}/flags/footer`, { maxStalenessMs: 60_000, reason: 'edited since' });

    const back = await place.call('POST', `${DEPARTURE}/1/recall?wait=20s`, { reason: 'errors at the till' });

    expect(back.receipts).toMatchObject(ALL);
    expect(await traffic.onFromNow()).toEqual(['footer']);
    expect(await place.shown(['footer'])).toBe(before);
    expect(back.departure).toMatchObject({ state: 'recalled', because: 'errors at the till' });
    const gone = FLAGS.filter((flag) => flag !== 'footer').sort();
    expect(back.restored.map(({ flag }: { flag: string }) => flag).sort()).toEqual(gone);
    expect(back.kept).toMatchObject([{ flag: 'footer', because: 'Somebody edited it since: that stands.' }]);
    const footer = await place.call('GET', `${PRODUCTION}/flags/footer`);
    expect(footer).toMatchObject({ fallthrough: { variant: 'on' }, maxStalenessMs: 60_000 });
    const rollouts = (await place.call('GET', '/rollouts?limit=50')).items;
    expect(rollouts.map(({ state }: { state: string }) => state)).toEqual(ROLLED_OUT.map(() => 'rolledBack'));
  }, 60_000);

  it('is boarded, let go and recalled from the command line, which prints the receipts', async () => {
    const before = await place.shown();
    const rolledOut = ROLLED_OUT.flatMap((flag) => ['--flag', flag]);
    const how = ['--from', 'off', '--to', 'on', '--policy', 'slow', '--reason', 'all of it, once more'];
    const aboard = await cli('board', 'weekly', ...rolledOut, ...how);
    expect(aboard).toMatchObject({ code: 0, out: expect.stringContaining('is aboard weekly 2.') });
    const left = await cli('depart', 'weekly', '2', '--reason', 'everybody is here', '--wait', '20s');
    expect(left).toMatchObject({ code: 0, out: expect.stringMatching(/^6\/6 apps after \d+ ms$/m) });
    expect(await traffic.onFromNow()).toEqual([...ROLLED_OUT, 'footer']);

    const back = await cli('recall', 'weekly', '2', '--reason', 'errors at the till', '--wait', '20s');

    expect(back).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^6\/6 apps after \d+ ms$/m) });
    expect(back.out).toContain('weekly 2: Recalled: errors at the till');
    for (const flag of ROLLED_OUT) expect(back.out).toContain(`${flag} in production is as it was before`);
    expect(await traffic.onFromNow()).toEqual(['footer']);
    expect(await place.shown()).toBe(before);
  }, 60_000);

  it('and both are counted as recalled, once they are in force everywhere', async () => {
    const headers = { authorization: `Bearer ${ROOT_TOKEN}` };
    await vi.waitFor(
      async () => {
        const told = await (await fetch(`${server.url}/metrics`, { headers })).text();
        expect(told).toContain('turnout_departures_total{outcome="recalled"} 2');
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it('and the log has each of it once, as one change, in a chain that verifies', async () => {
    const { items } = await place.call('GET', '/changes?subject=train/weekly&limit=200');
    const actions: string[] = items.map(({ action }: { action: string }) => action);
    const count = (action: string) => actions.filter((one) => one === action).length;
    expect([count('train.depart'), count('train.recall')]).toEqual([2, 2]);
    expect(await place.call('GET', '/changes/verify')).toMatchObject({ ok: true });
  });
});
