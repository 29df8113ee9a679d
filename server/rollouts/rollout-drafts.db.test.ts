import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagEnvironments } from '../database/tables.ts';
import { GUARDS, policyOf, stageOf } from '../decisions/decide.fixture.ts';
import type { HeldLease } from '../platform/lease.ts';
import type { Policy } from '../policies/policy.ts';
import { type Caller, openRequests, type RequestWorld } from '../requests/requests.fixture.ts';
import { findRequest } from '../requests/store.ts';
import { leaseInDatabase } from './lease-store.ts';
import { rolloutDrafts, rolloutIdsOf } from './rollout-drafts.ts';
import { RolloutLoop } from './rollout-loop.ts';
import { findRollout } from './rollout-store.ts';
import { quiet, type Says, sourcesOf } from './rollouts.fixture.ts';
import { runsOf } from './run-store.ts';
import { rolloutTeller } from './tell-rollout.ts';
import { rolloutUndoer } from './undo-start.ts';

const FLAGS = Array.from({ length: 12 }, (_, index) => `flag-${index}`);
const later = { environment: 'production', stages: [stageOf({ exposure: 50_000 })] };
const canary = stageOf({ name: 'canary', exposure: 5_000, bakeMs: 60_000 });
const plain = (over: Partial<Policy> = {}) =>
  policyOf({ guards: [], path: [{ environment: 'production', stages: [canary, ...later.stages] }], ...over });
const approvals = [{ role: 'release-manager' as const, count: 1, expiresMs: 3_600_000 }];

describe('a rollout as an item of a request', () => {
  let world: RequestWorld;
  let ed: Caller;
  let rita: Caller;
  let left = [...FLAGS];
  const says: Says = quiet();
  const policies = new Map<string, Policy>([
    ['plain', plain()],
    ['smoke', plain({ gates: [probe('smoke', false)] })],
    ['approved', plain({ path: [{ environment: 'production', stages: [{ ...canary, approvals }, ...later.stages] }] })],
    ['button', plain({ mode: 'button' })],
    ['onward', plain({ path: [{ environment: 'staging', stages: [canary] }, later] })],
    ['staging-alone', plain({ path: [{ environment: 'staging', stages: [canary] }] })],
    ['watched', plain({ guards: [GUARDS.errors, GUARDS.p95] })],
  ]);
  let attached = 'plain';
  const sources = { ...sourcesOf(says, policies), policyFor: async () => attached };

  beforeAll(async () => {
    world = await openRequests(FLAGS, (door) => ({
      ...{ routes: [], kinds: rolloutDrafts({ door, sources }), tellers: [rolloutTeller], undoers: [rolloutUndoer] },
    }));
    ed = await world.person('Ed', ['editor']);
    rita = await world.person('Rita', ['release-manager']);
    await world.database.db.update(flagEnvironments).set({ state: 'on', fallthrough: { variant: 'off' } });
  });
  afterAll(() => world?.database.close());

  function probe(id: string, always: boolean): Policy['gates'][number] {
    const call = { url: 'https://shop.example/healthz', method: 'GET' as const, expect: 200 };
    return { id, always, kind: 'probe', ...call, everyMs: 1_000, times: 1 };
  }
  const nextFlag = () => {
    const [flag = '', ...rest] = left;
    left = rest;
    return flag;
  };
  const item = (flag: string, policy: string, environment = 'production', over: object = {}) => ({
    ...{ method: 'POST', path: `/environments/${environment}/flags/${flag}/rollout` },
    body: { from: 'off', to: 'on', policy, ...over },
  });
  const ask = (items: object[]) =>
    world.ask(ed, 'POST', '/requests', { title: 'Roll out', reason: 'It is ready', items });
  async function asked(policy: string) {
    const flag = nextFlag();
    const made = await ask([item(flag, policy)]);
    expect([made.status, made.body]).toEqual([201, expect.anything()]);
    return { flag, request: made.body.request, id: made.body.request.id as string };
  }
  const approve = (id: string, hash: string) => world.ask(rita, 'POST', `/requests/${id}/approve`, { hash });
  const apply = (id: string) => world.ask(ed, 'POST', `/requests/${id}/apply`, {});
  async function started(requestId: string) {
    const { db } = world.database;
    const [id = ''] = rolloutIdsOf((await findRequest(db, world.projectId, requestId)) ?? { items: [], seed: '' });
    const rollout = await findRollout(db, world.projectId, id);
    return { id, rollout, run: (await runsOf(db, [id])).at(-1) };
  }
  const flagNow = async (flag: string) => (await world.ask(ed, 'GET', `/environments/production/flags/${flag}`)).body;
  async function look() {
    const { db } = world.database;
    await db.execute('UPDATE leases SET expires_at = clock_timestamp() - make_interval(secs => 1)');
    const lease = (await leaseInDatabase(db, 'rollouts', 'test').take(600_000)) as HeldLease;
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const names = { salt: () => 'salt', id: () => 'id' };
    const loop = new RolloutLoop({ door: world.door, sources, names, held: () => lease, log });
    await loop.pass();
  }

  it('is asked for, approved and applied as one change, at its first stage, and undone as one', async () => {
    const { flag, request, id } = await asked('plain');
    expect(request.directions).toEqual({ production: 'growing' });
    expect((await apply(id)).body.code).toBe('approval_required');
    expect((await approve(id, request.hash)).status).toBe(200);
    expect((await started(id)).rollout).toBeUndefined();
    const applied = await apply(id);
    expect(applied.body).toMatchObject({ request: { state: 'applied' } });
    const change = applied.body.change.id;
    const { rollout, run, ...made } = await started(id);
    expect(rollout).toMatchObject({ state: 'running', flag, authors: [ed.id], startedBy: `person:${ed.id}` });
    expect(run?.run).toMatchObject({ id: `${made.id}-0`, stage: 0, entry: 1, anchor: { variant: 'off' } });
    expect(run?.reach).toMatchObject({ changeId: change });
    const served = await flagNow(flag);
    expect(JSON.stringify(served.fallthrough)).toContain('split');
    const entry = (await world.ask(ed, 'GET', `/changes/${change}`)).body;
    expect(entry.summary).toContain(`the rollout of ${flag}: started, off → on by plain v1, at canary (5 %) already`);
    const undone = await world.ask(world.root, 'POST', `/changes/${change}/undo`, { reason: 'Not yet' });
    expect([undone.status, undone.body]).toEqual([200, expect.anything()]);
    expect(await flagNow(flag)).toMatchObject({ fallthrough: { variant: 'off' } });
    expect((await started(id)).rollout?.state).toBe('rolledBack');
  });

  it.each(['smoke', 'approved'])('waits for what %s asks for, and the loop enters it then', async (policy) => {
    says.probe = { well: false, found: 'it answered 500' };
    const { flag, request, id } = await asked(policy);
    // Nothing is served differently yet, and all the same a release manager is asked.
    expect(request.needs).toMatchObject([{ environment: 'production', missing: 1 }]);
    expect((await apply(id)).body.code).toBe('approval_required');
    await approve(id, request.hash);
    expect((await apply(id)).body).toMatchObject({ request: { state: 'applied' } });
    expect((await started(id)).run?.run).toMatchObject({ state: 'waiting', stage: -1 });
    await look();
    expect((await started(id)).run?.run).toMatchObject({ state: 'waiting', stage: -1 });
    expect(await flagNow(flag)).toMatchObject({ fallthrough: { variant: 'off' } });
    if (policy !== 'smoke') return;
    says.probe = { well: true, found: 'it answered 200' };
    world.later(10_000);
    await look();
    expect((await started(id)).run?.run).toMatchObject({ state: 'running', stage: 0 });
  });

  it('counts a button as pressed by whoever wrote it', async () => {
    const { request, id } = await asked('button');
    await approve(id, request.hash);
    await apply(id);
    expect((await started(id)).run?.run).toMatchObject({ state: 'running', stage: 0, pressedBy: null });
  });

  it('needs the approval of every protected environment into which its policy leads', async () => {
    const made = await ask([item(nextFlag(), 'onward', 'staging')]);
    expect(made.body.request.directions).toEqual({ staging: 'growing', production: 'growing' });
    const { id, hash } = made.body.request;
    expect((await apply(id)).body).toMatchObject({ code: 'approval_required' });
    await approve(id, hash);
    expect((await apply(id)).body).toMatchObject({ request: { state: 'applied' } });
    expect((await started(id)).run?.run).toMatchObject({ environment: 'staging', state: 'running', stage: 0 });
  });

  it('comes after what the same request turns on, and only where both fit', async () => {
    const flag = nextFlag();
    const off = await world.ask(ed, 'POST', `/environments/production/flags/${flag}/off`, { reason: 'Not yet' });
    expect(off.status).toBe(200);
    const alone = await ask([item(flag, 'plain')]);
    expect(alone.body).toMatchObject({ status: 422, errors: [{ path: '/items/0/body/flag', code: 'off' }] });
    const on = { method: 'POST', path: `/environments/production/flags/${flag}/on` };
    const made = await ask([on, item(flag, 'plain')]);
    const { id, hash } = made.body.request;
    await approve(id, hash);
    expect((await apply(id)).body).toMatchObject({ request: { state: 'applied' } });
    // The second item of the request made it: ids are of places.
    expect((await started(id)).run?.run).toMatchObject({ state: 'running', stage: 0 });
  });

  it('is refused whole where it would not start, at the field that would have to be another', async () => {
    const flag = nextFlag();
    const faults = async (one: object) => (await ask([one])).body.errors?.map(({ path }: { path: string }) => path);
    expect(await faults(item(flag, 'plain', 'staging'))).toEqual(['/items/0/body/policy']);
    expect(await faults(item(flag, 'unknown'))).toEqual(['/items/0/body/policy']);
    expect(await faults(item(flag, 'plain', 'production', { to: 'maybe', from: 'none' }))).toEqual([
      '/items/0/body/from',
      '/items/0/body/to',
    ]);
    expect(await faults(item(flag, 'plain', 'production', { expedited: true }))).toEqual(['/items/0/body/expedited']);
  });

  it('is void where its flag was edited since, also where nothing of it would be served yet', async () => {
    says.probe = { well: false, found: 'it answered 500' };
    const { flag, request, id } = await asked('smoke');
    await approve(id, request.hash);
    await world.ask(world.root, 'POST', `/environments/production/flags/${flag}/off`, { reason: 'Lunch' });
    await world.ask(world.root, 'POST', `/environments/production/flags/${flag}/on`, { reason: 'Back' });
    expect((await apply(id)).body).toMatchObject({ code: 'changed_since' });
    const rebased = await world.ask(ed, 'POST', `/requests/${id}/rebase`, {});
    expect(rebased.body.request).toMatchObject({ needs: [{ missing: 1 }] });
  });

  it('is void where another policy is attached to its flag by now: nobody ships further than was looked at', async () => {
    attached = 'staging-alone';
    const { policy: _attached, ...body } = item('', '').body;
    const flag = nextFlag();
    const made = await ask([{ ...item(flag, '', 'staging'), body }]);
    const { id, needs, directions } = made.body.request;
    // Staging asks nobody, so its author alone may apply it.
    expect({ needs, directions }).toEqual({ needs: [], directions: { staging: 'growing' } });
    attached = 'onward';
    const applied = await apply(id);
    expect([applied.status, applied.body.code]).toEqual([409, 'changed_since']);
    expect(applied.body.detail).toContain(
      `The rollout of ${flag} would go by the policy onward v1 now, and went by staging-alone v1. Rebase it`,
    );
    const { now, diff } = (await world.ask(ed, 'GET', `/requests/${id}`)).body;
    expect(diff.staging.rollouts).toMatchObject([{ flag, policy: { key: 'staging-alone' }, path: ['staging'] }]);
    expect(now).toMatchObject({ same: false, moved: expect.stringContaining('onward v1') });
    expect((await started(id)).rollout).toBeUndefined();
    const rebased = await world.ask(ed, 'POST', `/requests/${id}/rebase`, {});
    expect(rebased.body.request).toMatchObject({ needs: [{ environment: 'production', missing: 1 }] });
    expect((await apply(id)).body.code).toBe('approval_required');
  });

  it('is void while a guard would go by another metric, or ask somebody else', async () => {
    const { metrics, sources: present } = says;
    const { flag, request, id } = await asked('watched');
    await approve(id, request.hash);
    says.metrics = metrics.map((metric) => (metric.key === 'checkout.error' ? { ...metric, event: 'other' } : metric));
    expect((await apply(id)).body).toMatchObject({
      code: 'changed_since',
      detail: expect.stringContaining(`What the rollout of ${flag} acts by was changed since: metric checkout.error.`),
    });
    Object.assign(says, { metrics, sources: present.map((one) => ({ ...one, url: 'https://elsewhere.example' })) });
    expect((await apply(id)).body.detail).toContain('source prometheus.');
    says.sources = present;
    expect((await apply(id)).body).toMatchObject({ request: { state: 'applied' } });
  });
});
