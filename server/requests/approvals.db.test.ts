import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberships, people } from '../database/tables.ts';
import { type Caller, openRequests, type RequestWorld, turnOn } from './requests.fixture.ts';

const HOUR = 3_600_000;
const FLAGS = Array.from({ length: 17 }, (_, index) => `flag-${index}`);

describe('an approval', () => {
  let world: RequestWorld;
  let ed: Caller;
  let rita: Caller;
  let left = [...FLAGS];
  beforeAll(async () => {
    world = await openRequests(FLAGS);
    ed = await world.person('Ed', ['editor']);
    rita = await world.person('Rita', ['release-manager']);
  });
  afterAll(() => world.database.close());

  /** A request of its own that turns a flag on. */
  async function asked(who: Caller, over: object = {}) {
    const [flag = '', ...rest] = left;
    left = rest;
    const made = await world.ask(who, 'POST', '/requests', turnOn(flag, over));
    expect([made.status, made.body]).toEqual([201, expect.anything()]);
    return { flag, id: made.body.request.id as string, hash: made.body.request.hash as string };
  }
  const approve = (who: Caller, { id, hash }: { id: string; hash: string }) =>
    world.ask(who, 'POST', `/requests/${id}/approve`, { hash });
  const apply = (who: Caller, { id }: { id: string }) => world.ask(who, 'POST', `/requests/${id}/apply`, {});
  const read = async (who: Caller, { id }: { id: string }) => (await world.ask(who, 'GET', `/requests/${id}`)).body;

  it('is what a growing change in a protected environment needs, and then it is one change', async () => {
    const request = await asked(ed);
    const direct = await world.ask(ed, 'POST', `/environments/production/flags/${request.flag}/on`, { reason: 'now' });
    expect(direct.body).toMatchObject({ code: 'approval_required', status: 409 });
    expect(direct.body.detail).toContain('POST /api/v1/projects/{project}/requests');
    expect((await apply(ed, request)).body).toMatchObject({
      code: 'approval_required',
      detail: 'It needs 1 more approval by release-manager in production.',
    });
    expect((await approve(rita, request)).body.request).toMatchObject({ waits: null, mayApprove: false });
    const applied = await apply(ed, request);
    expect(applied.body).toMatchObject({
      request: { state: 'applied', change: applied.body.change.id },
      change: { environments: [{ key: 'production' }] },
    });
    const flag = await world.ask(ed, 'GET', `/environments/production/flags/${request.flag}`);
    expect(flag.body.state).toBe('on');
    expect((await apply(ed, request)).body).toMatchObject({ code: 'wrong_state' });
  });

  it('is given by people only: no token approves, not even that of a release manager, and root does not either', async () => {
    const request = await asked(ed);
    const token = await world.token(['release-manager', 'admin'], rita.id);
    for (const who of [token, world.root]) {
      expect((await approve(who, request)).body).toMatchObject({ code: 'forbidden', status: 403 });
    }
    expect((await apply(ed, request)).body.code).toBe('approval_required');
  });

  it('needs a session younger than 12 hours', async () => {
    const request = await asked(ed);
    const old = await world.person('Rita', ['release-manager'], { signedInBefore: 12 * HOUR });
    const refused = await approve(old, request);
    expect(refused.body).toMatchObject({ code: 'forbidden' });
    expect(refused.body.detail).toContain('Sign in again');
    const fresh = await world.person('Rita', ['release-manager'], { signedInBefore: 11 * HOUR });
    expect((await approve(fresh, request)).status).toBe(200);
  });

  it('of an author does not count: who made it, who edited it, and whose token was used', async () => {
    const rob = await world.person('Rob', ['release-manager']);
    const own = await asked(rob);
    expect((await approve(rob, own)).body).toMatchObject({ code: 'forbidden' });
    const byToken = await asked(await world.token(['editor'], rob.id));
    expect((await approve(rob, byToken)).body.detail).toContain('You wrote it');

    const edited = await asked(ed);
    const [item] = (await read(ed, edited)).items;
    const items = [{ ...item, body: { reason: 'once more' } }];
    const put = await world.ask(rob, 'PUT', `/requests/${edited.id}/items`, { items }, { 'if-match': '*' });
    expect(put.body.request.authors.map(({ id }: { id: string }) => id)).toEqual(['ed', 'rob']);
    expect((await approve(rob, put.body.request)).body.code).toBe('forbidden');
    expect((await approve(rita, put.body.request)).status).toBe(200);
  });

  it('is bound to the hash of what was looked at, and an edit voids it', async () => {
    const request = await asked(ed);
    const wrong = await approve(rita, { ...request, hash: 'f'.repeat(64) });
    expect(wrong.body).toMatchObject({ code: 'changed_since', current: { hash: request.hash } });
    await approve(rita, request);
    const items = [
      { method: 'POST', path: `/environments/production/flags/${request.flag}/serve`, body: { variant: 'off' } },
    ];
    const edited = await world.ask(ed, 'PUT', `/requests/${request.id}/items`, { items }, { 'if-match': '*' });
    expect(edited.body.request).toMatchObject({ approvals: [], waits: expect.stringContaining('1 more approval') });
    expect(edited.body.request.hash).not.toBe(request.hash);
    expect((await approve(rita, request)).body.code).toBe('changed_since');
    expect((await apply(ed, request)).body.code).toBe('approval_required');
  });

  it('is void once its giver has lost the role, asked inside the transaction and not in memory', async () => {
    const request = await asked(ed);
    const ruth = await world.person('Ruth', ['release-manager']);
    await approve(ruth, request);
    await world.setRoles(ruth, ['editor']);
    expect((await apply(ed, request)).body.code).toBe('approval_required');
    expect((await read(ed, request)).approvals).toMatchObject([
      { person: { name: 'Ruth' }, counts: false, why: 'they are no release-manager there now' },
    ]);
    await world.setRoles(ruth, ['release-manager']);
    expect((await apply(ed, request)).status).toBe(200);
  });

  it('is void once its giver has left or was disabled', async () => {
    const request = await asked(ed);
    const [lea, dan] = [await world.person('Lea', ['release-manager']), await world.person('Dan', ['release-manager'])];
    for (const who of [lea, dan]) expect((await approve(who, request)).status).toBe(200);
    const { db } = world.database;
    await db.delete(memberships).where(eq(memberships.personId, lea.id));
    await db.update(people).set({ disabledAt: new Date() }).where(eq(people.id, dan.id));
    expect((await apply(ed, request)).body.code).toBe('approval_required');
    expect((await read(ed, request)).approvals.map(({ counts }: { counts: boolean }) => counts)).toEqual([
      false,
      false,
    ]);
  });

  it('is given by whoever has a role of the environment’s rule there, as many as it says, each once', async () => {
    const [staging, production = 0] = world.environmentIds;
    const rule = { approvals: { count: 2, roles: ['release-manager'] }, reason: 'Two pairs of eyes' };
    expect((await world.ask(world.root, 'PATCH', '/environments/production', rule)).body.environment).toMatchObject({
      approvals: { count: 2 },
    });
    const request = await asked(ed);
    const here = await world.person('Hal', ['release-manager'], { environmentId: production });
    const there = await world.person('Theo', ['release-manager'], { environmentId: staging ?? 0 });
    const admin = await world.person('Ada', ['admin']);
    expect((await approve(there, request)).status).toBe(404);
    expect((await approve(admin, request)).body.code).toBe('forbidden');
    await approve(rita, request);
    expect((await approve(rita, request)).body.detail).toBe('You have approved it.');
    expect((await apply(ed, request)).body.code).toBe('approval_required');
    await approve(here, request);
    expect((await apply(ed, request)).status).toBe(200);
    const back = { approvals: { count: 1, roles: ['release-manager'] }, reason: 'One is enough' };
    expect((await world.ask(world.root, 'PATCH', '/environments/production', back)).status).toBe(200);
  });

  it('that a rebase brings to another result is void, and one that comes to the same stays', async () => {
    const [one, other] = [await asked(ed), await asked(ed)];
    for (const request of [one, other]) await approve(rita, request);
    const elsewhere = { reason: 'an edit elsewhere', description: 'x' };
    await world.ask(world.root, 'PATCH', `/flags/${FLAGS.at(-1)}`, { ...elsewhere, clientVisible: true });
    const same = await world.ask(ed, 'POST', `/requests/${one.id}/rebase`, {});
    expect(same.body.request).toMatchObject({ waits: null, approvals: [{ counts: true }] });
    expect(same.body.request.hash).not.toBe(one.hash);
    expect((await apply(ed, one)).status).toBe(200);

    const path = `/environments/production/flags/${other.flag}`;
    await world.ask(world.root, 'PATCH', path, { fallthrough: { variant: 'off' }, reason: 'off first' });
    const late = await apply(ed, other);
    expect(late.body).toMatchObject({
      code: 'changed_since',
      status: 409,
      current: { fallthrough: { variant: 'off' } },
    });
    expect((await read(ed, other)).now).toMatchObject({ same: false, problem: { code: 'stale_version' } });
    const rebased = await world.ask(ed, 'POST', `/requests/${other.id}/rebase`, {});
    expect(rebased.body.request).toMatchObject({ approvals: [], needs: [{ missing: 1 }] });
    expect((await apply(ed, other)).body.code).toBe('approval_required');
  });

  it('is of what a draft comes to: where that is something else by now it is not carried out, though nobody touched an item', async () => {
    const request = await asked(ed);
    await approve(rita, request);
    // The flag itself, and not its configuration, which is what the item is about.
    const edit = { clientVisible: true, reason: 'pages need it' };
    expect((await world.ask(world.root, 'PATCH', `/flags/${request.flag}`, edit)).status).toBe(200);
    expect((await apply(ed, request)).body).toMatchObject({ code: 'changed_since', status: 409 });
    expect((await world.ask(ed, 'GET', `/environments/production/flags/${request.flag}`)).body.state).toBe('off');
    const rebased = await world.ask(ed, 'POST', `/requests/${request.id}/rebase`, {});
    expect(rebased.body.request).toMatchObject({ approvals: [], needs: [{ missing: 1 }] });
  });

  it('is used once: of two who apply at once, one does, and an edit that comes first is not applied', async () => {
    const request = await asked(ed);
    await approve(rita, request);
    const both = await Promise.all([apply(ed, request), apply(rita, request)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const other = await asked(ed);
    await approve(rita, other);
    const items = [
      { method: 'POST', path: `/environments/production/flags/${other.flag}/serve`, body: { variant: 'off' } },
    ];
    const [edited, applied] = await Promise.all([
      world.ask(ed, 'PUT', `/requests/${other.id}/items`, { items }, { 'if-match': '*' }),
      apply(rita, other),
    ]);
    const flag = await world.ask(ed, 'GET', `/environments/production/flags/${other.flag}`);
    // Whichever came first: what nobody approved is not served.
    expect([edited.status, applied.status].filter((status) => status === 200)).toHaveLength(1);
    expect(flag.body.fallthrough).toEqual({ variant: 'on' });
  });

  it('is not asked for where the change goes towards safe', async () => {
    const request = await asked(ed);
    await approve(rita, request);
    await apply(ed, request);
    const items = [{ method: 'POST', path: `/environments/production/flags/${request.flag}/off` }];
    const safe = await world.ask(ed, 'POST', '/requests', { title: 'Off again', reason: 'It fails', items });
    expect(safe.body.request).toMatchObject({ needs: [], waits: null, directions: { production: 'safe' } });
    expect((await apply(ed, safe.body.request)).status).toBe(200);
  });

  it('expires, and is then asked for again', async () => {
    const request = await asked(ed, { days: 2 });
    await approve(rita, request);
    world.later(48 * HOUR);
    expect((await apply(ed, request)).body.detail).toContain('have expired');
    expect((await read(ed, request)).state).toBe('expired');
    const again = await world.ask(ed, 'POST', `/requests/${request.id}/rebase`, {});
    expect(again.body.request).toMatchObject({ state: 'open', approvals: [] });
    // Who signed in two days ago does so again.
    rita = await world.person('Rita', ['release-manager']);
    await approve(rita, again.body.request);
    expect((await apply(ed, request)).status).toBe(200);
  });
});
