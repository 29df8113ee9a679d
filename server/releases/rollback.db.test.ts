import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRoutes } from '../access/guard.ts';
import { flagTeller } from '../flags/tell-flag-change.ts';
import { type Caller, openRequests, type RequestWorld } from '../requests/requests.fixture.ts';
import { checkOwnership } from '../rollouts/check-ownership.ts';
import { cutRelease } from './cut-release.ts';
import { noteForms } from './note-forms.ts';
import { noteRolledBack } from './note-rolled-back.ts';
import { rollbackDrafts } from './rollback-drafts.ts';
import { rollbackRoutes } from './rollback-routes.ts';
import { rollbackTeller } from './tell-rollback.ts';
import { rollbackUndoer } from './undo-rollback.ts';

const DAY_MS = 86_400_000;
const production = '/environments/production';

describe('going back', () => {
  let world: RequestWorld;
  let editor: Caller;
  let killer: Caller;
  let viewer: Caller;

  beforeAll(async () => {
    world = await openRequests(['cart', 'search', 'banner'], (door, { list, kinds }) => ({
      routes: [
        newRoutes().route(
          '/environments/:environment',
          rollbackRoutes({ door, list, kinds: [...kinds, ...rollbackDrafts], tellers: [flagTeller, rollbackTeller] }),
        ),
      ],
      kinds: rollbackDrafts,
      tellers: [rollbackTeller],
      undoers: [rollbackUndoer(door.readRuleset)],
    }));
    world.door.checks.push(checkOwnership(world), noteRolledBack(world), noteForms(world));
    editor = await world.person('Ada', ['editor']);
    killer = await world.person('Kim', ['killer']);
    viewer = await world.person('Vic', ['viewer']);
    for (const flag of ['cart', 'search', 'banner']) await must('POST', `${production}/flags/${flag}/on`);
    await must('POST', `${production}/segments`, { key: 'staff', included: ['ada'] });
    await release('first');
  });
  afterAll(() => world.database.close());

  const must = async (method: string, path: string, body: object = {}) => {
    const answer = await world.ask(
      world.root,
      method,
      path,
      method === 'GET' ? undefined : { reason: 'A test.', ...body },
    );
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const release = (tag: string) =>
    world.database.db.transaction(async (tx) => {
      const [, id = 0] = world.environmentIds;
      const environment = { id, projectId: world.projectId, key: 'production', shedLevel: 0 };
      await cutRelease(
        tx,
        { now: world.now() },
        {
          ...{
            environment,
            tag,
            commit: null,
            origin: 'manual',
            originId: null,
            note: null,
            position: 'e.1',
            by: 'root',
          },
        },
      );
    });
  const back = (who: Caller, to: unknown, query = '', where = '') =>
    world.ask(who, 'POST', `${production}${where}/rollback${query}`, { to, reason: 'Checkout fails.' });
  const stateOf = async (flag: string) => (await must('GET', `${production}/flags/${flag}`)).state;
  const served = async () =>
    JSON.stringify(
      await Promise.all(
        ['cart', 'search', 'banner'].map(async (flag) => {
          const { version: _version, ...rest } = await must('GET', `${production}/flags/${flag}`);
          return rest;
        }),
      ),
    );

  it('says why nothing is known to be good while no form has stood for a week, and what to do instead', async () => {
    const refused = await back(killer, 'known-good');
    expect([refused.status, refused.body.code]).toEqual([409, 'wrong_state']);
    const why = 'No rollout of it has finished with its guards passed, and it stands for 0 of 7 days.';
    expect(refused.body.detail).toBe(
      'No release of production is known to be good. Of the newest, first, these flags are not. ' +
        `banner: ${why} cart: ${why} search: ${why} ` +
        'Go back to a release by its tag instead (turnout rollback --to first), or turn off or kill what is wrong.',
    );
  });

  it('goes back to the last known good at once, in a protected environment, by a killer, and is undone', async () => {
    world.later(8 * DAY_MS);
    await must('PATCH', `${production}/flags/cart`, { fallthrough: { variant: 'off' } });
    await must('POST', `${production}/flags/search/off`);
    await must('PATCH', `${production}/segments/staff`, { included: ['ada', 'bob'] });
    const before = await served();
    const tried = await back(killer, 'known-good', '?dryRun=true');
    expect(tried.body).toMatchObject({
      dryRun: true,
      applied: 'all',
      refusal: null,
      to: { tag: 'first', knownGood: true },
    });
    expect(await served()).toBe(before);

    const done = await back(killer, 'known-good');
    expect(done.body).toMatchObject({ applied: 'all', to: { tag: 'first', knownGood: true }, request: null });
    expect(done.body.flags.map(({ key, effect }: { key: string; effect: string }) => [key, effect])).toEqual([
      ['cart', 'changed'],
      ['search', 'kept'],
    ]);
    expect(done.body.segments.map(({ key }: { key: string }) => key)).toEqual(['staff']);
    expect((await must('GET', `${production}/flags/cart`)).fallthrough).toEqual({ variant: 'on' });
    expect((await must('GET', `${production}/segments/staff`)).included).toEqual(['ada']);
    expect(await stateOf('search')).toBe('off');

    const told = await must('GET', `/changes/${done.body.change.id}`);
    expect(told.summary).toBe('production went back: 1 flag and 1 segment');
    const { undone } = await must('POST', `/changes/${done.body.change.id}/undo`);
    expect(undone.summary).toMatch(/^production went back: /);
    expect(await served()).toBe(before);
    expect((await must('GET', `${production}/segments/staff`)).included).toEqual(['ada', 'bob']);
  });

  it('does at once what goes towards safe, and asks for the rest, which is applied once it is approved', async () => {
    await must('PATCH', `${production}/segments/staff`, { included: ['ada'] });
    await must('PATCH', `${production}/flags/cart`, { state: 'off' });
    await release('second');
    await must('PATCH', `${production}/flags/cart`, { state: 'on' });
    await must('PATCH', `${production}/flags/banner`, { fallthrough: { variant: 'off' } });
    await release('third');
    await must('PATCH', `${production}/flags/banner`, { fallthrough: { variant: 'on' } });
    await must('PATCH', `${production}/flags/banner`, { fallthrough: { variant: 'off' } });

    const done = await back(editor, { release: 'second' });
    expect(done.body).toMatchObject({ applied: 'safe-part', refusal: null });
    expect(done.body.flags).toMatchObject([
      { key: 'banner', effect: 'waits', direction: 'growing' },
      { key: 'cart', effect: 'changed', direction: 'safe' },
    ]);
    expect([await stateOf('cart'), (await must('GET', `${production}/flags/banner`)).fallthrough]).toEqual([
      'off',
      { variant: 'off' },
    ]);
    const { request } = done.body;
    expect(request.title).toBe('Rollback of production to second: what grows');
    await must('POST', `/requests/${request.id}/apply`);
    expect((await must('GET', `${production}/flags/banner`)).fallthrough).toEqual({ variant: 'on' });
  });

  it('tells a killer that they may not ask for what grows, and lets viewers change nothing', async () => {
    await must('PATCH', `${production}/flags/cart`, { state: 'on' });
    await must('PATCH', `${production}/flags/banner`, { fallthrough: { variant: 'off' } });
    const before = await served();
    expect((await back(viewer, { release: 'second' })).status).toBe(403);
    expect(await served()).toBe(before);
    const done = await back(killer, { release: 'second' });
    expect(done.body).toMatchObject({ applied: 'safe-part', request: null, refusal: { code: 'forbidden' } });
    expect(await stateOf('cart')).toBe('off');
  });

  it('takes a flag back to a position, and shows where it has been', async () => {
    const { items } = await must('GET', `${production}/flags/cart/revisions`);
    expect(items[0]).toMatchObject({ present: true, form: { state: 'off' } });
    expect(
      items.slice(0, 2).map(({ action, summary }: { action: string; summary: string }) => [action, summary]),
    ).toEqual([
      ['environment.rollback', 'production went back: 1 flag'],
      ['flag.configure', 'cart in production: off → off for everyone'],
    ]);
    const wasOn = items.find(({ form }: { form: { state: string } | null }) => form?.state === 'on');
    const waits = await back(editor, { position: wasOn.position }, '', '/flags/cart');
    expect(waits.body).toMatchObject({ applied: 'nothing', flags: [{ key: 'cart', effect: 'waits' }] });
    const done = await back(world.root, { position: wasOn.position }, '', '/flags/cart');
    expect(done.body.applied).toBe('all');
    expect(await stateOf('cart')).toBe('on');
    await must('POST', `/changes/${done.body.change.id}/undo`);
    expect(await stateOf('cart')).toBe('off');
  });

  it('undoes a rollback at once, whatever its flags would need of each other on the way', async () => {
    const needs = (flag: string, other: string | null) =>
      must('PATCH', `${production}/flags/${flag}`, {
        prerequisites: other === null ? [] : [{ flag: other, variants: ['on'] }],
      });
    await needs('banner', 'cart');
    await release('fourth');
    await needs('banner', null);
    await needs('cart', 'banner');
    const before = await served();
    const done = await back(world.root, { release: 'fourth' });
    expect(done.body.flags.map(({ key }: { key: string }) => key)).toEqual(['banner', 'cart']);
    expect(await served()).not.toBe(before);
    await must('POST', `/changes/${done.body.change.id}/undo`);
    expect(await served()).toBe(before);
  });

  it('undoes nothing of a rollback where one of its flags has changed since', async () => {
    const done = await back(world.root, { release: 'fourth' });
    await must('PATCH', `${production}/flags/banner`, { prerequisites: [] });
    const before = await served();
    const refused = await world.ask(world.root, 'POST', `/changes/${done.body.change.id}/undo`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'changed_since']);
    expect(refused.body.detail).toMatch(/^flag\/banner has changed since change \d+: /);
    expect(await served()).toBe(before);
    await must('PATCH', `${production}/flags/cart`, { prerequisites: [] });
  });

  it('refuses what is not there, and changes nothing', async () => {
    const before = await served();
    expect((await back(editor, { release: 'never' })).status).toBe(404);
    expect((await back(editor, { position: 'e.99999' }, '', '/flags/cart')).status).toBe(404);
    expect((await back(editor, { release: 'second' }, '', '/flags/nobody')).status).toBe(404);
    expect((await back(editor, 'yesterday')).status).toBe(422);
    expect(await served()).toBe(before);
  });
});
