import { type RunningApps, startApps } from '../../../server/journeys/running-apps.fixture.ts';
import type { DemoHouse } from '../../browser/house.fixture.ts';

const CANARY = {
  key: 'canary',
  mode: 'button',
  path: [
    {
      environment: 'production',
      stages: [
        { name: 'canary', exposure: 20, bake: '1h' },
        { exposure: 100, bake: '1h', approvals: [{ role: 'release-manager', count: 1, expires: '1d' }] },
      ],
    },
  ],
  guards: [
    {
      id: 'baskets',
      metric: 'canary.baskets',
      kind: 'versus-control',
      margin: '20%',
      mustSee: '3x',
      onFail: 'rollBack',
    },
    { id: 'value', metric: 'canary.value', kind: 'versus-control', direction: 'down', onFail: 'pause', mode: 'shadow' },
    { id: 'alert', signal: { severity: 'critical' }, environment: 'production', onFail: 'rollBack' },
    { id: 'split', kind: 'sample-ratio' },
  ],
  evidence: { maxAge: '5m', onNoData: 'hold', onError: 'hold' },
};
/** The same where developers try things: what happens there holds nobody up in production. */
const AT_HOME = {
  key: 'at-home',
  path: [
    {
      environment: 'development',
      stages: [
        { exposure: 20, bake: '1h' },
        { exposure: 100, bake: '1h' },
      ],
    },
  ],
};
const METRICS = {
  'canary.baskets': { kind: 'rate', event: 'basket-opened', direction: 'up', source: 'server' },
  'canary.value': { kind: 'mean', event: 'order-placed', direction: 'down', unit: 'CHF', cap: 1_000, source: 'server' },
};

async function call({ server }: DemoHouse, method: string, path: string, body?: unknown) {
  const over = method === 'PUT' ? { headers: { 'if-match': '*' } } : {};
  const answer = await server.api(method, `/projects/demo${path}`, body, over);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A policy of the demo, attached to some of its flags, whose first stage bakes for longer than any test. */
export async function prepareCanary(house: DemoHouse): Promise<void> {
  for (const [key, metric] of Object.entries(METRICS)) await call(house, 'PUT', `/metrics/${key}`, metric);
  await call(house, 'PUT', '/policies/canary', {
    document: CANARY,
    reason: 'made beforehand',
    acceptTooFewUnits: true,
  });
  for (const flag of ['image-quality', 'banner']) {
    await call(house, 'POST', '/policies/canary/attachments', { by: 'flag', value: flag });
  }
}

/** Starts a rollout by that policy; answers its id. */
export async function startRollout(
  house: DemoHouse,
  order: { flag: string; from: string; to: string; policy?: string },
): Promise<string> {
  return (await call(house, 'POST', '/rollouts', { policy: 'canary', ...order })).rollout.id;
}

/** A rollout in development that was rolled back while an app there does not answer: it will be late. */
export async function rollBackUnheard(house: DemoHouse): Promise<{ id: string; app: RunningApps }> {
  const made = await call(house, 'POST', '/environments/development/keys', { kind: 'server', name: 'till' });
  const app = await startApps({ url: house.server.url, key: made.secret, hosts: ['till-7'] });
  await call(house, 'PUT', '/policies/at-home', { document: AT_HOME });
  const id = await startRollout(house, { policy: 'at-home', flag: 'legacy-export', from: 'on', to: 'off' });
  const inForce = async () => (await call(house, 'GET', `/rollouts/${id}`)).path[0].run.effectiveAt !== null;
  while (!(await inForce())) await new Promise((resolve) => setTimeout(resolve, 100));
  app.freeze();
  await call(house, 'POST', `/rollouts/${id}/rollback`, { reason: 'The till prints nothing' });
  return { id, app };
}
