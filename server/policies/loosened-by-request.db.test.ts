import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRequests, type RequestWorld } from '../requests/requests.fixture.ts';
import { floorRoutes } from './floor-routes.ts';
import { policyDrafts } from './policy-drafts.ts';
import { policyRoutes } from './policy-routes.ts';
import { sampleGround } from './sample.fixture.ts';

const documentOf = (bake: string) => ({
  key: 'web',
  path: [{ environment: 'staging', stages: [{ exposure: 100, bake }] }],
});

describe('a policy with which a rollout is live', () => {
  let world: RequestWorld;
  beforeAll(async () => {
    world = await openRequests([], (door) => {
      const ground = sampleGround();
      const parts = {
        door,
        readers: {
          metrics: async () => ground.metrics,
          sources: async () => [],
          whyRefused: () => undefined,
          rates: async () => [],
          unitsNeeded: ground.unitsNeeded,
          traffic: async () => undefined,
          hasLiveRollout: async () => true,
        },
      };
      return { routes: [policyRoutes(parts), floorRoutes(parts)], kinds: policyDrafts(parts) };
    });
  });
  afterAll(() => world?.database.close());

  it('is loosened by a request that a second admin approves', async () => {
    const ada = await world.person('Ada', ['admin']);
    const ben = await world.person('Ben', ['admin']);
    const put = { method: 'PUT', path: '/policies/web', body: { document: documentOf('1m') } };
    const make = await world.ask(ada, 'PUT', put.path, { document: documentOf('10m') }, { 'if-none-match': '*' });
    expect(make.status).toBe(200);
    const alone = await world.ask(ada, 'PUT', put.path, put.body, { 'if-match': '"v1"' });
    expect(alone.body.code).toBe('approval_required');

    const asked = await world.ask(ada, 'POST', '/requests', { title: 'Faster', reason: 'We are sure', items: [put] });
    expect(asked.body.request).toMatchObject({ kind: 'protection', state: 'open' });
    const { id, hash } = asked.body.request;
    const apply = () => world.ask(ada, 'POST', `/requests/${id}/apply`, {});
    expect((await apply()).body.code).toBe('approval_required');
    expect((await world.ask(ben, 'POST', `/requests/${id}/approve`, { hash })).status).toBe(200);
    expect((await apply()).status).toBe(200);
    expect((await world.ask(ada, 'GET', put.path)).body).toMatchObject({
      ...{ version: 2, savedBy: 'request', document: { path: [{ stages: [{ bake: '1m' }] }] } },
    });
  });

  it('has a project whose floor is lowered in the same way', async () => {
    const [ada, ben] = [await world.person('Ada', ['admin']), await world.person('Ben', ['admin'])];
    const floor = (bake: string) => ({ floor: { bake }, reason: 'We are sure' });
    expect((await world.ask(ada, 'PUT', '/policy-floor', floor('1h'), { 'if-match': '*' })).status).toBe(200);
    const item = { method: 'PUT', path: '/policy-floor', body: { yaml: 'bake: 1m # enough', reason: 'We are sure' } };
    expect((await world.ask(ada, 'PUT', item.path, item.body, { 'if-match': '*' })).body.code).toBe(
      'approval_required',
    );
    const asked = await world.ask(ada, 'POST', '/requests', { title: 'Lower', reason: 'We are sure', items: [item] });
    const { id, hash } = asked.body.request;
    await world.ask(ben, 'POST', `/requests/${id}/approve`, { hash });
    expect((await world.ask(ada, 'POST', `/requests/${id}/apply`, {})).status).toBe(200);
    expect((await world.ask(ada, 'GET', '/policy-floor')).body).toMatchObject({ version: 2, floor: { bake: '1m' } });
  });
});
