import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readAnswer } from '../access/house.fixture.ts';
import { incidents, kills, people } from '../database/tables.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { incidentFree, openIncidentFor } from './calm.ts';
import type { IncidentAnswer } from './contract.ts';
import { KillFollower } from './follow-kills.ts';
import { type IncidentNode, openIncidentNode } from './incidents.fixture.ts';

const FLAGS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const HOUR_MS = 3_600_000;

describe('incidents', () => {
  let database: TestDatabase;
  let shop: IncidentNode;
  beforeAll(async () => {
    database = await openTestDatabase();
    shop = await openIncidentNode(database, FLAGS);
  });
  afterAll(async () => {
    await shop?.node.remove();
    await database?.close();
  });
  /** What one test opened is no story of the next. */
  afterEach(async () => {
    await database.db.update(incidents).set({ state: 'closed', closedAt: new Date() });
    expect(shop.errors).toEqual([]);
  });

  const listOpen = async () => (await shop.call('GET', '/incidents?state=open')).body.items;
  const placesOf = (incident: { places: { environment: string; flag: string | null }[] }) =>
    incident.places.map(({ environment, flag }) => `${environment} ${flag}`);

  it('a kill opens one that names the flag, by whoever killed', async () => {
    const killer = await shop.house.newToken(['killer'], shop.projectId);
    const killed = await shop.call('POST', '/environments/production/flags/a/kill', { reason: 'It burns' }, killer);
    await shop.follower.look();
    const [incident, ...others] = await listOpen();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      ...{ title: 'a was killed in production', severity: 'major', openedHow: 'kill', closedAt: null },
      ...{ openedBy: { actor: expect.stringMatching(/^token:/), name: 'killer' }, reference: null },
      places: [{ environment: 'production', flag: 'a' }],
    });
    const whole = await shop.call('GET', `/incidents/${incident.id}`);
    expect(whole.body.kills).toMatchObject([{ id: killed.body.id, flag: 'a', reason: 'It burns', lifted: false }]);
    expect(whole.body.people).toMatchObject([{ name: 'killer' }]);
  });

  it('a kill that waited in a journal began its incident when it came into force', async () => {
    const { body } = await shop.call('POST', '/environments/production/flags/b/kill', {});
    const at = new Date(Date.now() - 600_000);
    await database.db.update(kills).set({ at }).where(eq(kills.id, body.id));
    await shop.follower.look();
    expect(await listOpen()).toMatchObject([{ openedAt: at.toISOString(), places: [{ flag: 'b' }] }]);
  });

  it('a kill in the same environment within an hour joins it, and one elsewhere or later opens its own', async () => {
    await shop.kill('production', 'a');
    await shop.kill('production', 'b');
    await shop.kill('staging', 'b');
    const two = await listOpen();
    expect(two.map(placesOf)).toEqual([['staging b'], ['production a', 'production b']]);
    await database.db.update(incidents).set({ activeAt: new Date(Date.now() - HOUR_MS - 1_000) });
    await shop.kill('production', 'c');
    expect((await listOpen()).map(placesOf)[0]).toEqual(['production c']);
  });

  it('a kill joins the incident that it names, wherever that is, and opens one under a name that is new', async () => {
    const { body } = await shop.call('POST', '/incidents', {
      ...{ title: 'The bank is down', places: [{ environment: 'staging' }] },
    });
    const named = await shop.kill('production', 'd', { incident: body.incident.id });
    const first = await shop.kill('production', 'e', { incident: 'OPS-1841' });
    const second = await shop.kill('staging', 'e', { incident: 'OPS-1841' });
    const [ops, bank, ...others] = await listOpen();
    expect([others, ops.reference, bank.title]).toEqual([[], 'OPS-1841', 'The bank is down']);
    expect(placesOf(bank)).toEqual(['staging null', 'production d']);
    const killsOf = async (id: string) =>
      (await shop.call('GET', `/incidents/${id}`)).body.kills.map((kill: { id: string }) => kill.id);
    expect(await killsOf(bank.id)).toEqual([named]);
    expect(await killsOf(ops.id)).toEqual([first, second]);
  });

  it('a kill that names a closed one opens it again, and a restore closes nothing', async () => {
    const { body } = await shop.call('POST', '/incidents', { title: 'Over?', places: [{ environment: 'production' }] });
    const { id } = body.incident;
    await shop.call('POST', `/incidents/${id}/close`);
    expect(await listOpen()).toEqual([]);
    await shop.kill('production', 'f', { incident: id });
    expect(await listOpen()).toMatchObject([{ id, state: 'open', closedAt: null }]);
    await shop.call('POST', '/environments/production/flags/f/restore', {});
    await shop.follower.look();
    expect(await listOpen()).toMatchObject([{ id, state: 'open' }]);
    expect((await shop.call('GET', `/incidents/${id}`)).body.kills).toMatchObject([{ flag: 'f', lifted: true }]);
  });

  it('nobody opens again or widens by a name what is in environments that are none of theirs', async () => {
    const [staging = 0] = shop.environmentIds;
    const token = await shop.house.newToken(['killer'], shop.projectId, staging);
    const content = { title: 'Production is down', reference: 'OPS-7', places: [{ environment: 'production' }] };
    const { id } = (await shop.call('POST', '/incidents', content)).body.incident;
    await shop.call('POST', `/incidents/${id}/close`);
    for (const incident of [id, 'OPS-7', 'OPS-7']) {
      await shop.call('POST', '/environments/staging/flags/g/kill', { incident }, token);
      await shop.follower.look();
    }
    const { body } = await shop.call('GET', `/incidents/${id}`);
    expect([body.state, placesOf(body)]).toEqual(['closed', ['production null']]);
    const own = (await listOpen()).map((one: IncidentAnswer) => [one.reference, placesOf(one)]);
    expect(own.sort()).toEqual(
      [
        ['OPS-7', ['staging g']],
        [id, ['staging g']],
      ].sort(),
    );
  });

  it('a cursor that nobody was given is refused, whatever moment it holds', async () => {
    for (const place of ['-271821-04-20T00:00:00.000Z x', '+275760-09-13T00:00:00.000Z x', 'x']) {
      const cursor = Buffer.from(JSON.stringify(place)).toString('base64url');
      const { status, body } = await shop.call('GET', `/incidents?cursor=${cursor}`);
      expect([status, body.errors?.[0]?.path]).toEqual([422, '/query/cursor']);
    }
  });

  it('several nodes that follow the same kills open one, and a ring is enough for them to look', async () => {
    const errors: unknown[] = [];
    const followers = [1, 2, 3].map(
      () => new KillFollower({ ...shop.node, onError: (error) => errors.push(error), door: shop.node.door }),
    );
    const stops = followers.map((follower) => follower.follow());
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((flag) => shop.call('POST', `/environments/production/flags/${flag}/kill`, {})),
    );
    await vi.waitFor(async () => {
      const [one, ...others] = await listOpen();
      expect([one && placesOf(one), others]).toEqual([['a', 'b', 'c', 'd'].map((flag) => `production ${flag}`), []]);
    }, 5_000);
    for (const stop of stops) stop();
    expect(errors).toEqual([]);
    const [one] = await listOpen();
    const { items } = (await shop.call('GET', `/incidents/${one.id}/timeline`)).body;
    const kinds = items.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind === 'opened')).toHaveLength(1);
    expect(kinds.filter((kind: string) => kind === 'joined')).toHaveLength(3);
  });

  it('is opened, edited, joined, written in and closed by hand, each a change that the log tells', async () => {
    const made = await shop.call('POST', '/incidents', {
      ...{ title: 'Payments fail', severity: 'critical', places: [{ environment: 'production', flag: 'a' }] },
      reason: 'Support called',
    });
    expect([made.status, made.etag, made.body.change.environments]).toEqual([201, '"v1"', []]);
    const path = `/incidents/${made.body.incident.id}`;
    await database.db
      .insert(people)
      .values({ id: 'stranger', login: 'stranger', name: 'Stranger', createdBy: 'root' })
      .onConflictDoNothing();
    const patched = await shop.call('PATCH', path, { severity: 'minor', places: [{ environment: 'production' }] });
    expect(patched.body.incident).toMatchObject({ severity: 'minor', places: [{ flag: null }], version: 2 });
    expect((await shop.call('PATCH', path, { severity: 'minor' })).body.change).toBeUndefined();
    const token = await shop.house.newToken(['editor'], shop.projectId);
    await shop.call('POST', `${path}/join`, undefined, token);
    expect((await shop.call('POST', `${path}/join`, {}, token)).body.change).toBeUndefined();
    await shop.call('POST', `${path}/notes`, { text: 'The bank answers again.\nWe wait for ten minutes.' }, token);
    await shop.call('POST', '/environments/production/flags/g/kill', { reason: 'Meanwhile' });
    await shop.call('POST', `${path}/close`, { reason: 'Calm for ten minutes' });
    await shop.call('POST', '/environments/production/flags/g/restore', { reason: 'After it' });
    const { items } = (await shop.call('GET', `${path}/timeline`)).body;
    expect(items.map(({ kind, summary }: { kind: string; summary: string }) => `${kind}: ${summary}`)).toEqual([
      'closed: incident “Payments fail”: closed',
      'kill: g in production: off → killed',
      'note: incident “Payments fail”: “The bank answers again. We wait for ten minutes.”',
      'joined: incident “Payments fail”: somebody joined',
      'edited: incident “Payments fail”: severity critical → minor, now all of production',
      'opened: incident “Payments fail”: opened, critical, a in production',
    ]);
    expect(items[2].text).toBe('The bank answers again.\nWe wait for ten minutes.');
    const page = await shop.call('GET', `${path}/timeline?limit=4`);
    const rest = await shop.call('GET', `${path}/timeline?limit=4&cursor=${page.body.next}`);
    expect([...page.body.items, ...rest.body.items]).toEqual(items);
    const again = await shop.call('POST', `${path}/reopen`);
    expect(again.body.incident).toMatchObject({ state: 'open', closedAt: null });
  });

  it('tells whoever is of one environment nothing of the others that it is in', async () => {
    const [staging = 0] = shop.environmentIds;
    const reader = await shop.house.newToken(['viewer'], shop.projectId, staging);
    const places = [{ environment: 'staging' }, { environment: 'production', flag: 'a' }];
    const { id } = (await shop.call('POST', '/incidents', { title: 'Both', places })).body.incident;
    await shop.kill('production', 'd', { incident: id });
    await shop.call('PATCH', `/incidents/${id}`, { places: [...places, { environment: 'production', flag: 'b' }] });
    const { body } = await shop.call('GET', `/incidents/${id}/timeline`, undefined, reader);
    expect(body.items.map(({ summary }: { summary: string }) => summary).at(-1)).toBe(
      'incident “Both”: opened, major, all of staging',
    );
    expect(JSON.stringify(body)).not.toContain('production');
  });

  it('refuses what is not right, names the field, and changes nothing', async () => {
    const whole = [{ environment: 'production' }];
    const { body } = await shop.call('POST', '/incidents', { title: 'One', places: whole });
    const faults: [string, string, object, string][] = [
      ['POST', '/incidents', { places: whole }, '/title'],
      ['POST', '/incidents', { title: 'x', places: [] }, '/places'],
      ['POST', '/incidents', { title: 'x', places: [{ environment: 'nowhere' }] }, '/places/0/environment'],
      [
        'POST',
        '/incidents',
        { title: 'x', places: [...whole, { environment: 'production', flag: 'no' }] },
        '/places/1/flag',
      ],
      ['POST', '/incidents', { title: 'x', places: whole, severity: 'bad' }, '/severity'],
      ['POST', '/incidents', { title: 'x', places: whole, commander: 'stranger' }, '/commander'],
      ['POST', '/incidents', { title: 'x', places: whole, state: 'closed' }, '/state'],
      ['PATCH', `/incidents/${body.incident.id}`, { title: '' }, '/title'],
      ['POST', `/incidents/${body.incident.id}/notes`, { text: ' ' }, '/text'],
      ['GET', '/incidents?environment=nowhere', {}, '/query/environment'],
    ];
    for (const [method, path, sent, pointer] of faults) {
      const refused = await shop.call(method, path, method === 'GET' ? undefined : sent);
      expect([path, refused.status, refused.body.errors?.[0].path]).toEqual([path, 422, pointer]);
    }
    expect(await listOpen()).toMatchObject([{ id: body.incident.id, version: 1 }]);
    expect((await shop.call('GET', '/incidents/nobody')).status).toBe(404);
  });

  it('refuses each change that was made for another version, and shows the one that is there', async () => {
    const places = [{ environment: 'production', flag: 'a' }];
    const { id } = (await shop.call('POST', '/incidents', { title: 'One', places })).body.incident;
    const path = `/incidents/${id}`;
    const before = (await shop.call('GET', path)).body;
    const json = { authorization: `Bearer ${shop.house.root}`, 'content-type': 'application/json' };
    for (const [method, verb, sent] of [
      ['PATCH', '', { title: 'Two' }],
      ['POST', '/notes', { text: 'Looking' }],
      ['POST', '/join', {}],
      ['POST', '/close', {}],
      ['POST', '/reopen', {}],
    ] as const) {
      const asked = { method, headers: { ...json, 'if-match': '"v7"' }, body: JSON.stringify(sent) };
      const stale = await readAnswer(await shop.app.request(`/projects/shop${path}${verb}`, asked));
      expect([verb, stale.status, stale.body.current]).toEqual([verb, 412, before]);
    }
    expect((await shop.call('GET', path)).body).toEqual(before);
    const fresh = { method: 'POST', headers: { ...json, 'if-match': '"v1"' }, body: '{}' };
    expect((await shop.app.request(`/projects/shop${path}/close`, fresh)).status).toBe(200);
  });

  it('whoever may turn things off says that something is wrong; that it is over, an editor says', async () => {
    const [staging = 0] = shop.environmentIds;
    const viewer = await shop.house.newToken(['viewer'], shop.projectId);
    const killer = await shop.house.newToken(['killer'], shop.projectId);
    const here = await shop.house.newToken(['editor'], shop.projectId, staging);
    const body = { title: 'Wrong', places: [{ environment: 'production' }] };
    expect((await shop.call('POST', '/incidents', body, viewer)).status).toBe(403);
    const made = await shop.call('POST', '/incidents', body, killer);
    const path = `/incidents/${made.body.incident.id}`;
    expect((await shop.call('POST', `${path}/notes`, { text: 'Looking' }, killer)).status).toBe(200);
    for (const verb of ['close', 'reopen', 'join']) {
      expect([verb, (await shop.call('POST', `${path}/${verb}`, {}, viewer)).status]).toEqual([verb, 403]);
    }
    expect((await shop.call('POST', `${path}/notes`, { text: 'x' }, viewer)).status).toBe(403);
    expect((await shop.call('POST', `${path}/close`, {}, killer)).status).toBe(403);
    expect((await shop.call('PATCH', path, { severity: 'minor' }, killer)).status).toBe(403);
    // Of one environment: what is elsewhere is not there, and what is here is theirs.
    expect((await shop.call('GET', path, undefined, here)).status).toBe(404);
    expect((await shop.call('POST', '/incidents', body, here)).status).toBe(422);
    const own = await shop.call('POST', '/incidents', { title: 'Here', places: [{ environment: 'staging' }] }, here);
    expect(own.status).toBe(201);
    const mine = `/incidents/${own.body.incident.id}`;
    expect((await shop.call('GET', '/incidents', undefined, here)).body.items[0].id).toBe(own.body.incident.id);
    await shop.call('PATCH', mine, { places: [{ environment: 'staging' }, { environment: 'production', flag: 'a' }] });
    expect((await shop.call('POST', `${mine}/close`, {}, here)).status).toBe(403);
    expect((await shop.call('GET', mine, undefined, here)).body.places).toEqual([
      { environment: 'staging', flag: null },
    ]);
  });

  it('holds what it names while it is open, and is no calm until long enough after', async () => {
    const [, production = 0] = shop.environmentIds;
    const { db } = database;
    const now = new Date(Date.now() + 1_000);
    const calm = (flag: string, ms: number) =>
      incidentFree(db, { environmentId: production, environment: 'production', flag }, ms, now);
    const yesterday = new Date(now.getTime() - 24 * HOUR_MS);
    await db.update(incidents).set({ openedAt: yesterday, closedAt: yesterday });
    expect(await openIncidentFor(db, production, 'h')).toBeUndefined();
    expect(await calm('h', HOUR_MS)).toEqual({
      ...{ open: true, because: 'No incident of h or of production as a whole, and no kill of h, within 1 h.' },
    });
    const { body } = await shop.call('POST', '/incidents', {
      ...{ title: 'Storm', places: [{ environment: 'production', flag: 'h' }] },
    });
    expect(await openIncidentFor(db, production, 'h')).toMatchObject({
      ...{ id: body.incident.id, title: 'Storm', flag: 'h' },
    });
    expect(await openIncidentFor(db, production, 'a')).toBeUndefined();
    expect(await calm('h', 1)).toEqual({
      open: false,
      because: 'The incident “Storm” is open, and names h in production.',
    });
    await shop.call('PATCH', `/incidents/${body.incident.id}`, { places: [{ environment: 'production' }] });
    expect(await openIncidentFor(db, production, 'h')).toMatchObject({ title: 'Storm', flag: null });
    expect((await calm('h', 1)).because).toBe('The incident “Storm” is open, and names all of production.');
    await shop.call('POST', `/incidents/${body.incident.id}/close`);
    expect(await openIncidentFor(db, production, 'h')).toBeUndefined();
    // It lasted for five hours: what was calm since it began is no calm.
    const mine = eq(incidents.id, body.incident.id);
    await db
      .update(incidents)
      .set({ openedAt: new Date(now.getTime() - 5 * HOUR_MS) })
      .where(mine);
    const [row] = await db.select().from(incidents).where(mine);
    const later = await shop.call('POST', '/incidents', { title: 'Later', places: [{ environment: 'production' }] });
    await db
      .update(incidents)
      .set({ state: 'closed', closedAt: new Date(now.getTime() - 2 * HOUR_MS) })
      .where(eq(incidents.id, later.body.incident.id));
    expect(await calm('h', HOUR_MS)).toMatchObject({
      ...{ open: false, because: expect.stringMatching(/^The incident “Storm” was closed at .*, within 1 h\.$/) },
      nextAt: new Date((row?.closedAt?.getTime() ?? 0) + HOUR_MS).toISOString(),
    });
    expect(await calm('h', 1)).toMatchObject({ open: true });
    await shop.kill('production', 'h', { incident: body.incident.id });
    await db.update(incidents).set({ state: 'closed', closedAt: yesterday });
    expect(await calm('h', HOUR_MS)).toMatchObject({ open: false, because: expect.stringContaining('h was killed') });
  });
});
