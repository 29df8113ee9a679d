import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { flagEnvironments, flags, hookFlips, incidents, signals } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { firingSignals, forgetSignals } from './signal-store.ts';
import { alertmanagerBody, ENVIRONMENTS, openSignalNode, type SignalNode, seedShop, sign } from './signals.fixture.ts';

const FLAGS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'];
const STORM = 1_000;
const manyFlags = Array.from({ length: STORM }, (_, i) => `storm-${i}`);
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe('signals', () => {
  let database: TestDatabase;
  let shop: SignalNode;
  let other: SignalNode;
  let projectId: number;
  let environmentIds: readonly number[];
  let production: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    const seeded = await seedShop(database, FLAGS);
    ({ projectId, environmentIds } = seeded);
    production = environmentIds[ENVIRONMENTS.indexOf('production')] ?? 0;
    shop = await openSignalNode(database, environmentIds);
    other = await openSignalNode(database, environmentIds);
  }, 60_000);
  afterAll(async () => {
    await shop?.close();
    await other?.close();
    await database?.close();
  });
  afterEach(async () => {
    await shop.follower.look();
    await database.db.update(incidents).set({ state: 'closed', closedAt: new Date() });
    expect([...shop.errors, ...other.errors]).toEqual([]);
  });

  /** A hook of Alertmanager, and how to send by it. */
  async function newHook(over: object) {
    const wanted = { name: 'Alerts', source: 'alertmanager', environments: ['production'], ...over };
    const { hook, secret } = (await shop.call('POST', '/hooks', wanted)).body;
    const send = (alerts: Parameters<typeof alertmanagerBody>[0], by = shop) =>
      by.post(hook.path, alertmanagerBody(alerts), { authorization: `Bearer ${secret}` });
    const outcomes = async () => {
      const { items } = (await shop.call('GET', `/hooks/${hook.id}/signals`)).body;
      return items.map(({ outcome }: { outcome: string }) => outcome);
    };
    return { hook, secret, send, outcomes };
  }
  const isKilled = async (flag: string) => {
    const [row] = await database.db
      .select({ killed: flagEnvironments.killed })
      .from(flagEnvironments)
      .innerJoin(flags, eq(flags.id, flagEnvironments.flagId))
      .where(and(eq(flags.key, flag), eq(flagEnvironments.environmentId, production)));
    return row?.killed;
  };
  const alert = (flag: string, over: object = {}) => ({
    fingerprint: `f-${flag}`,
    labels: { turnout_flag: flag },
    ...over,
  });
  const listOpen = async () => (await shop.call('GET', '/incidents?state=open')).body.items;

  it('an alert kills the flag that it names, by the kill path, and the kill has its incident', async () => {
    const { hook, send, outcomes } = await newHook({ flags: ['a'], actions: ['kill'] });
    const answer = await send([alert('a')]);
    expect(answer).toMatchObject({ status: 200, body: { received: 1, fresh: 1, killed: 1, limited: 0 } });
    expect([await isKilled('a'), await outcomes()]).toEqual([true, ['killed']]);
    await shop.follower.look();
    const [incident] = await listOpen();
    const whole = await shop.call('GET', `/incidents/${incident.id}`);
    expect(whole.body.kills).toMatchObject([
      { flag: 'a', by: { actor: `hook:${hook.id}` }, reason: 'Checkout fails for 4 % of users (hook “Alerts”)' },
    ]);
  });

  it('comes twice and counts once, through whichever node; a resolved one turns nothing on', async () => {
    const { send, outcomes } = await newHook({ flags: ['b'], actions: ['kill'] });
    const startsAt = ago(1);
    await Promise.all([send([alert('b', { startsAt })]), send([alert('b', { startsAt })], other)]);
    const again = await send([alert('b', { startsAt })], other);
    expect(again.body).toEqual({ received: 1, fresh: 0, killed: 0, limited: 0 });
    expect(await outcomes()).toEqual(['killed']);
    await send([alert('b', { startsAt, status: 'resolved' })]);
    expect([await isKilled('b'), await outcomes()]).toEqual([true, ['resolved', 'killed']]);
    await shop.call('POST', '/environments/production/flags/b/restore', {});
    await send([alert('b', { startsAt })]);
    expect(await isKilled('b')).toBe(false);
    await send([alert('b', { startsAt: ago(0) })]);
    expect(await isKilled('b')).toBe(true);
  });

  it('that began over an hour ago is recorded only, and so is what the hook may not touch', async () => {
    const { send, outcomes } = await newHook({ flags: ['c', 'd'], actions: ['kill'] });
    await database.db.update(flags).set({ signalKill: false }).where(eq(flags.key, 'd'));
    const late = alert('c', { startsAt: ago(61) });
    const elsewhere = alert('c', { fingerprint: 'x', labels: { turnout_flag: 'c', turnout_environment: 'staging' } });
    const answer = await send([late, alert('d'), alert('e'), alert('nobody'), elsewhere, { labels: { team: 'x' } }]);
    expect(answer.body).toEqual({ received: 6, fresh: 6, killed: 0, limited: 0 });
    expect(await outcomes()).toEqual(['recorded', 'refused', 'refused', 'refused', 'refused', 'late']);
    expect(await Promise.all(['c', 'd', 'e'].map(isKilled))).toEqual([false, false, false]);
    expect(await listOpen()).toEqual([]);
  });

  it('may touch a flag by its tag; a flag that is killed already uses up none of the flips', async () => {
    await database.db
      .update(flags)
      .set({ tags: ['checkout'] })
      .where(eq(flags.key, 'f'));
    const { send, outcomes } = await newHook({ tags: ['checkout'], actions: ['kill'], maxFlipsPerHour: 1 });
    await send([alert('f')]);
    await send([alert('f', { fingerprint: 'another' })]);
    expect([await isKilled('f'), await outcomes()]).toEqual([true, ['already', 'killed']]);
  });

  it('beyond its flips of an hour an alert opens an incident and flips nothing; after the hour it flips again', async () => {
    const { hook, send, outcomes } = await newHook({ flags: ['g', 'h', 'i'], actions: ['kill'], maxFlipsPerHour: 1 });
    const sent = await send([alert('g'), alert('h')]);
    expect(sent.body).toMatchObject({ killed: 1, limited: 1 });
    expect([await isKilled('g'), await isKilled('h'), await outcomes()]).toEqual([true, false, ['limited', 'killed']]);
    await shop.follower.look();
    const [incident, ...more] = await listOpen();
    expect(more).toEqual([]);
    expect(incident.places).toContainEqual({ environment: 'production', flag: null });
    const { items } = (await shop.call('GET', `/incidents/${incident.id}/timeline`)).body;
    expect(items.filter(({ actor }: { actor: string }) => actor === `hook:${hook.id}`).length).toBeGreaterThan(0);
    await database.db.update(hookFlips).set({ at: new Date(Date.now() - 3_540_000) });
    expect((await send([alert('i')])).body).toMatchObject({ killed: 0, limited: 1 });
    await database.db.update(hookFlips).set({ at: new Date(Date.now() - 3_601_000) });
    await send([alert('i')]);
    expect(await isKilled('i')).toBe(true);
  });

  it('two alerts on one flag in one delivery use up one flip', async () => {
    const { send } = await newHook({ flags: ['k', 'l'], actions: ['kill'], maxFlipsPerHour: 2 });
    const sent = await send([alert('k'), alert('k', { fingerprint: 'another' }), alert('l')]);
    expect(sent.body).toMatchObject({ killed: 2, limited: 0 });
  });

  it('opens an incident where the hook may, named after it, and joins what is open there', async () => {
    const { send, outcomes } = await newHook({ actions: ['incident'] });
    await send([{ fingerprint: '1', summary: 'Search is slow', labels: { severity: 'warning' } }]);
    await send([{ fingerprint: '2', summary: 'Search is down' }]);
    const [incident, ...more] = await listOpen();
    expect(more).toEqual([]);
    expect(incident).toMatchObject({ title: 'Search is slow', severity: 'minor', openedHow: 'signal' });
    expect(incident.places).toEqual([{ environment: 'production', flag: null }]);
    expect(await outcomes()).toEqual(['joined', 'joined']);
    const { items } = (await shop.call('GET', `/incidents/${incident.id}/timeline`)).body;
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['signal', 'opened']);
  });

  it('about a flag that the hook does not list is refused, and no incident of the whole environment', async () => {
    const { send, outcomes } = await newHook({ flags: ['c'], actions: ['incident'] });
    await send([alert('e'), alert('nobody'), alert('../c')]);
    expect([await outcomes(), await listOpen()]).toEqual([['refused', 'refused', 'refused'], []]);
    await send([alert('c', { fingerprint: 'listed' })]);
    const [incident] = await listOpen();
    expect(incident.places).toEqual([{ environment: 'production', flag: 'c' }]);
    expect((await outcomes())[0]).toBe('joined');
  });

  it('that kills and opens an incident has both in one story', async () => {
    const { send } = await newHook({ flags: ['c'], actions: ['kill', 'incident'] });
    await send([alert('c', { summary: 'Orders fail' })]);
    await shop.follower.look();
    const [incident, ...more] = await listOpen();
    expect([incident.title, incident.severity, more]).toEqual(['Orders fail', 'critical', []]);
    const { items } = (await shop.call('GET', `/incidents/${incident.id}/timeline`)).body;
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['joined', 'opened', 'kill']);
  });

  it('of any sender is the same: one, or several, signed', async () => {
    const made = (await shop.call('POST', '/hooks', { name: 'CI', source: 'generic' })).body;
    const heard: number[] = [];
    const stop = shop.signals.listen((id) => heard.push(id));
    const one = { fingerprint: 'x', status: 'firing', severity: 'page', labels: { service: 'pay' }, startsAt: ago(1) };
    for (const body of [JSON.stringify(one), JSON.stringify({ signals: [one, { ...one, fingerprint: 'y' }] })]) {
      expect((await shop.post(made.hook.path, body, sign(made.secret, body))).status).toBe(200);
    }
    stop();
    const { items } = (await shop.call('GET', `/hooks/${made.hook.id}/signals`)).body;
    expect(items.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).toEqual(['y', 'x']);
    expect(heard).toEqual([projectId, projectId]);
    const bad = JSON.stringify({ ...one, startsAt: undefined });
    const refused = await shop.post(made.hook.path, bad, sign(made.secret, bad));
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, '/startsAt']);
  });

  it('trips guards from when it came, also when it is over again, and before only while it fires and is news', async () => {
    const { db } = database;
    const { send } = await newHook({ flags: ['a'] });
    const place = { projectId, environmentId: production, flag: 'a' };
    const fires = async (since: Date, match: Record<string, string> = { severity: 'critical', service: 's' }) =>
      (await firingSignals(db, place, match, since)).map(({ fingerprint }) => fingerprint);
    const labels = { service: 's' };
    const before = new Date();
    await send([
      { fingerprint: 'now', labels },
      { fingerprint: 'old', labels, startsAt: ago(90) },
    ]);
    expect(await fires(before)).toEqual(['now']);
    expect(await fires(before, { service: 's', severity: 'warning' })).toEqual([]);
    expect(await firingSignals(db, { ...place, projectId: projectId + 1 }, labels, before)).toEqual([]);
    const entry = new Date(Date.now() + 1_000);
    expect(await fires(entry)).toEqual(['now']);
    expect(await fires(new Date(entry.getTime() + 3_600_000))).toEqual([]);
    const startsAt = ago(1);
    await send([{ fingerprint: 'short', labels, startsAt }]);
    await send([{ fingerprint: 'short', labels, startsAt, status: 'resolved' }]);
    expect(await fires(before)).toEqual(['short', 'now']);
    expect(await fires(entry)).toEqual(['now']);
  });

  it('trips guards of the flags that its hook lists, where it lists them, and of no others', async () => {
    const { db } = database;
    await db
      .update(flags)
      .set({ tags: ['search'], signalKill: false })
      .where(eq(flags.key, 'e'));
    const labels = { service: 'scope' };
    const since = new Date();
    const trips = async (flag: string, environment: string) => {
      const place = { projectId, environmentId: environmentIds[ENVIRONMENTS.indexOf(environment)] ?? 0, flag };
      return (await firingSignals(db, place, labels, since)).map(({ fingerprint }) => fingerprint).sort();
    };
    const sendBy = async (fingerprint: string, over: object, more: Record<string, string> = {}) => {
      const { hook, send } = await newHook(over);
      await send([{ fingerprint, labels: { ...labels, ...more } }]);
      return hook.id;
    };
    await sendBy('lists nothing', {});
    await sendBy('by key', { flags: ['d'] });
    await sendBy('in staging', { flags: ['d'], environments: ['staging'] });
    await sendBy('in both', { flags: ['d'], environments: ['staging', 'production'] });
    const both = { tags: ['search'], environments: ['staging', 'production'] };
    await sendBy('by tag, about staging', both, { turnout_environment: 'staging' });
    const gone = await sendBy('by tag', { tags: ['search'] });
    expect(await trips('d', 'production')).toEqual(['by key', 'in both']);
    expect(await trips('d', 'staging')).toEqual(['in both', 'in staging']);
    // It needs no signalKill: the policy is the one that says what happens.
    expect(await trips('e', 'production')).toEqual(['by tag']);
    expect(await trips('e', 'staging')).toEqual(['by tag, about staging']);
    expect(await trips('c', 'production')).toEqual([]);
    await shop.call('DELETE', `/hooks/${gone}`);
    expect(await trips('e', 'production')).toEqual([]);
  });

  it('that could not be done is answered 503, and done when it comes again, with the flip that it was allowed', async () => {
    const { hook, send, outcomes } = await newHook({ flags: ['j'], actions: ['kill'], maxFlipsPerHour: 1 });
    const startsAt = ago(1);
    shop.node.database.state = 'refused';
    expect((await send([alert('j', { startsAt })])).status).toBe(503);
    shop.node.database.state = 'there';
    // As a node leaves it that ends in the middle: allowed, and not done.
    const row = { projectId, hookId: hook.id, source: 'alertmanager', fingerprint: 'f-j', status: 'firing' } as const;
    const times = { startsAt: new Date(startsAt), receivedAt: new Date(), lastAt: new Date() };
    const [left] = await database.db
      .insert(signals)
      .values({ ...row, ...times, severity: 'critical', labels: {}, summary: '', late: false })
      .returning();
    const flip = { signalId: left?.id ?? 0, environmentId: production, hookId: hook.id, flagKey: 'j', at: new Date() };
    await database.db.insert(hookFlips).values(flip);
    expect([(await send([alert('j', { startsAt })])).status, await isKilled('j')]).toEqual([503, false]);
    await database.db
      .update(signals)
      .set({ receivedAt: new Date(Date.now() - 11_000) })
      .where(eq(signals.id, flip.signalId));
    expect((await send([alert('j', { startsAt })], other)).body).toMatchObject({ fresh: 0, killed: 1 });
    expect([await isKilled('j'), await outcomes()]).toEqual([true, ['killed']]);
  });

  it('that failed is done when it comes again, at once', async () => {
    const { hook, send, outcomes } = await newHook({ flags: ['m'], actions: ['kill'], maxFlipsPerHour: 1 });
    const startsAt = ago(1);
    await send([alert('m', { startsAt })]);
    await database.db.update(signals).set({ outcome: 'failed' }).where(eq(signals.hookId, hook.id));
    expect((await send([alert('m', { startsAt })])).body).toMatchObject({ fresh: 0, killed: 1 });
    expect(await outcomes()).toEqual(['killed']);
  });

  it('is forgotten a day after it came last', async () => {
    const { hook, send, outcomes } = await newHook({});
    const startsAt = ago(1);
    await send([{ startsAt }]);
    await database.db
      .update(signals)
      .set({ lastAt: new Date(Date.now() - 25 * 3_600_000) })
      .where(eq(signals.hookId, hook.id));
    await send([{ startsAt }]);
    const day = new Date(Date.now() - 24 * 3_600_000);
    await forgetSignals(database.db, day);
    expect(await outcomes()).toEqual(['recorded']);
    await database.db.update(signals).set({ lastAt: day }).where(eq(signals.hookId, hook.id));
    await forgetSignals(database.db, new Date(day.getTime() + 1));
    expect(await outcomes()).toEqual([]);
  });

  it('a storm of 1,000 alerts on 1,000 flags, on two nodes at once, flips three and opens one incident', async () => {
    await seedStorm(database, projectId, production);
    const { hook, secret } = await newHook({ flags: [], tags: ['storm'], actions: ['kill'] });
    const startsAt = ago(1);
    // Most of them in groups, the others one by one; each comes to both nodes, as from a pair of Alertmanagers.
    const alerts = manyFlags.map((flag) => alert(flag, { startsAt }));
    const groups = [
      ...Array.from({ length: 12 }, (_, i) => alerts.slice(i * 80, i * 80 + 80)),
      ...alerts.slice(960).map((one) => [one]),
    ];
    const answers = await sendAll(
      groups.flatMap((group) => [shop, other].map((node) => ({ node, body: alertmanagerBody(group) }))),
      ({ node, body }) => node.post(hook.path, body, { authorization: `Bearer ${secret}` }),
    );
    expect([...new Set(answers)]).toEqual([200]);
    await Promise.all([shop.follower.look(), other.follower.look()]);
    const killed = await database.db
      .select({ key: flags.key })
      .from(flagEnvironments)
      .innerJoin(flags, eq(flags.id, flagEnvironments.flagId))
      .where(and(eq(flagEnvironments.killed, true), eq(flags.description, 'storm')));
    expect(killed).toHaveLength(3);
    const [incident, ...more] = await listOpen();
    expect(more).toEqual([]);
    const { items } = (await shop.call('GET', `/incidents/${incident.id}/timeline?limit=200`)).body;
    expect(items.length).toBeLessThan(12);
    const rows = await database.db.select().from(signals).where(eq(signals.hookId, hook.id));
    const countOf = (wanted: string) => rows.filter(({ outcome }) => outcome === wanted).length;
    expect([rows.length, countOf('killed'), countOf('limited')]).toEqual([STORM, 3, STORM - 3]);
  }, 60_000);
});

/** As a sender does: not all at once, and again where it was told to. Answers the last status of each. */
async function sendAll<T>(all: readonly T[], send: (one: T) => Promise<{ status: number }>): Promise<number[]> {
  const left = [...all];
  const statuses: number[] = [];
  const sender = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      let { status } = await send(one);
      for (let tries = 0; status === 503 && tries < 20; tries++) ({ status } = await send(one));
      statuses.push(status);
    }
  };
  await Promise.all(Array.from({ length: 64 }, sender));
  return statuses;
}

async function seedStorm({ db }: TestDatabase, projectId: number, environmentId: number): Promise<void> {
  const common = { projectId, type: 'boolean', variants: { on: true, off: false }, signalKill: true } as const;
  const rows = await db
    .insert(flags)
    .values(manyFlags.map((key) => ({ ...common, key, tags: ['storm'], description: 'storm' })))
    .returning({ id: flags.id });
  const flag = { state: 'on', offVariant: 'off', fallthrough: { variant: 'on' }, salts: {} } as const;
  await db
    .insert(flagEnvironments)
    .values(rows.map(({ id }) => ({ ...flag, flagId: id, environmentId, prerequisites: [], rules: [] })));
}
