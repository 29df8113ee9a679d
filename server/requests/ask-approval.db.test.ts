import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagEnvironments, flags } from '../database/tables.ts';
import { type Ask, askApproval, closeAsk, readApprovals } from './ask-approval.ts';
import { type Caller, openRequests, type RequestWorld } from './requests.fixture.ts';

const HOUR = 3_600_000;

describe('a stage of a rollout that asks for approvals', () => {
  let world: RequestWorld;
  let rita: Caller;
  let bea: Caller;
  let subject = 'rollout/none';
  let count = 0;
  beforeAll(async () => {
    world = await openRequests(['new-cart', 'basket']);
    rita = await world.person('Rita', ['release-manager']);
    bea = await world.person('Bea', ['release-manager']);
  });
  afterAll(() => world.database.close());

  const ask = (over: Partial<Ask> = {}) => {
    const [, environmentId = 0] = world.environmentIds;
    const asked: Ask = {
      ...{ projectId: world.projectId, environmentId, subject, hash: 'a'.repeat(64), roles: ['release-manager'] },
      ...{ count: 1, expiresAt: new Date(world.now().getTime() + 48 * HOUR), excluded: [], actor: 'rollout:r1' },
      flags: ['new-cart'],
      ...{ title: 'Stage 3 of new-cart in production: 50 %', reason: 'The policy asks for it', ...over },
    };
    return world.database.db.transaction((tx) => askApproval(tx, asked, world.now()));
  };
  const fresh = () => {
    count += 1;
    subject = `rollout/r1/run-1/${count}/2`;
  };
  const stands = () => readApprovals(world.database.db, world.projectId, subject, world.now());
  const approve = (who: Caller, id: string, hash = 'a'.repeat(64)) =>
    world.ask(who, 'POST', `/requests/${id}/approve`, { hash });

  it('shows in the same inbox, and is approved as everything else', async () => {
    fresh();
    const id = await ask();
    expect(await ask()).toBe(id);
    const inbox = await world.ask(rita, 'GET', '/requests?inbox=true');
    expect(inbox.body.items).toMatchObject([
      { id, kind: 'stage', subject, environments: ['production'], needs: [{ missing: 1 }] },
    ]);
    expect((await world.ask(rita, 'GET', `/requests/${id}`)).body.now).toMatchObject({ same: true, problem: null });
    expect((await stands())?.state).toBe('open');
    expect((await approve(rita, id)).status).toBe(200);
    expect(await stands()).toMatchObject({ state: 'approved', missing: 0, by: [{ name: 'Rita' }] });
    for (const how of ['apply', 'rebase', 'withdraw']) {
      expect((await world.ask(rita, 'POST', `/requests/${id}/${how}`, {})).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('counts neither who started it nor who lost the role since', async () => {
    fresh();
    const id = await ask({ excluded: [rita.id] });
    expect((await approve(rita, id)).body.code).toBe('forbidden');
    await approve(bea, id);
    expect((await stands())?.state).toBe('approved');
    await world.setRoles(bea, ['editor']);
    expect(await stands()).toMatchObject({ state: 'open', missing: 1, by: [] });
    await world.setRoles(bea, ['release-manager']);
  });

  it('does not count who asked for the same once more, whether they agreed before or after that', async () => {
    fresh();
    const id = await ask({ excluded: [bea.id] });
    await approve(rita, id);
    expect((await stands())?.state).toBe('approved');
    expect(await ask({ excluded: [bea.id, rita.id] })).toBe(id);
    expect(await stands()).toMatchObject({ state: 'open', missing: 1, by: [] });
    expect((await approve(rita, id)).body.code).toBe('forbidden');
  });

  it('asks again where what is asked for is another, and what was given is void then', async () => {
    fresh();
    const id = await ask();
    await approve(rita, id);
    expect(await ask({ hash: 'b'.repeat(64) })).toBe(id);
    expect(await stands()).toMatchObject({ state: 'open', missing: 1 });
    expect((await approve(rita, id)).body.code).toBe('changed_since');
    expect((await approve(rita, id, 'b'.repeat(64))).status).toBe(200);
    expect((await stands())?.state).toBe('approved');
  });

  it('says who said no, and goes out of the inbox when it was used', async () => {
    fresh();
    const id = await ask();
    await world.ask(rita, 'POST', `/requests/${id}/reject`, { reason: 'Not on a Friday' });
    expect(await stands()).toMatchObject({
      state: 'rejected',
      rejected: { by: 'person:rita', reason: 'Not on a Friday' },
    });
    const next = await ask();
    expect(next).not.toBe(id);
    const used = { projectId: world.projectId, subject, used: true, actor: 'rollout:r1' };
    await world.database.db.transaction((tx) => closeAsk(tx, used, world.now()));
    expect((await stands())?.state).toBe('closed');
    expect((await world.ask(rita, 'GET', '/requests?inbox=true')).body.items).not.toMatchObject([{ id: next }]);
  });

  it('asks two people for two approvals, also where one person has both roles', async () => {
    fresh();
    const place = subject;
    const pat = await world.person('Pat', ['release-manager', 'admin']);
    const together = { together: place, roles: ['release-manager' as const] };
    const first = await ask({ ...together, subject: `${place}/0` });
    const second = await ask({ ...together, subject: `${place}/1`, roles: ['admin'] });
    const states = async () => {
      const read = (at: number) => readApprovals(world.database.db, world.projectId, `${place}/${at}`, world.now());
      return [(await read(0))?.state, (await read(1))?.state];
    };
    expect((await approve(pat, first)).status).toBe(200);
    const refused = await approve(pat, second);
    expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('somebody else’s')]);
    expect(await states()).toEqual(['approved', 'open']);
    // Now somebody else does what Pat did, and Pat is free for what nobody else may do.
    expect((await approve(rita, first)).status).toBe(200);
    expect((await approve(pat, second)).status).toBe(200);
    expect(await states()).toEqual(['approved', 'approved']);
    const { approvals } = (await world.ask(rita, 'GET', `/requests/${first}`)).body;
    expect(approvals).toMatchObject([
      { person: { id: 'pat' }, counts: false, why: expect.stringContaining('another approval') },
      { person: { id: 'rita' }, counts: true },
    ]);
    await world.setRoles(rita, ['editor']);
    expect((await states()).sort()).toEqual(['approved', 'open']);
    await world.setRoles(rita, ['release-manager']);
  });

  it('lets whoever approved of what has expired approve of what is asked for together with it', async () => {
    fresh();
    const place = subject;
    const pia = await world.person('Pia', ['release-manager', 'admin']);
    const soon = { expiresAt: new Date(world.now().getTime() + HOUR) };
    const first = await ask({ together: place, subject: `${place}/0`, ...soon });
    const second = await ask({ together: place, subject: `${place}/1`, roles: ['admin'] });
    expect((await approve(pia, first)).status).toBe(200);
    expect((await world.ask(pia, 'GET', `/requests/${second}`)).body.mayApprove).toBe(false);
    world.later(2 * HOUR);
    expect((await world.ask(pia, 'GET', `/requests/${second}`)).body).toMatchObject({ mayApprove: true, whyNot: null });
    expect((await approve(pia, second)).status).toBe(200);
    const stands = await readApprovals(world.database.db, world.projectId, `${place}/1`, world.now());
    expect(stands).toMatchObject({ state: 'approved', by: [{ name: 'Pia' }] });
  });

  it.each([
    ['everything', null],
    ['flags with one of its tags', ['checkout']],
    ['a flag that needs it', ['payments']],
  ])('expires, and does not while a freeze holds %s', async (_what, tags) => {
    fresh();
    const { db } = world.database;
    const prerequisites = [{ flag: 'new-cart', variants: ['on'] }];
    await db
      .update(flags)
      .set({ tags: ['checkout'] })
      .where(eq(flags.key, 'new-cart'));
    const [basket] = await db
      .update(flags)
      .set({ tags: ['payments'] })
      .where(eq(flags.key, 'basket'))
      .returning();
    await db
      .update(flagEnvironments)
      .set({ prerequisites })
      .where(eq(flagEnvironments.flagId, basket?.id ?? 0));
    await ask({ expiresAt: new Date(world.now().getTime() + 2 * HOUR) });
    const from = new Date(world.now().getTime() + HOUR).toISOString();
    const to = new Date(world.now().getTime() + 4 * HOUR).toISOString();
    const freeze = { name: 'Night', environments: ['production'], from, to, tags, reason: 'quiet' };
    expect((await world.ask(world.root, 'POST', '/freezes', freeze)).status).toBe(201);
    world.later(4 * HOUR);
    expect((await stands())?.state).toBe('open');
    world.later(HOUR);
    expect((await stands())?.state).toBe('expired');
  });
});
