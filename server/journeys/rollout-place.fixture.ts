import { type Answer, prepareProject, type ServerProcess } from './server-process.fixture.ts';

/** A project in which a shop rolls something out. */
export interface RolloutPlace {
  serverKey: string;
  /** The API of the project, as the root token or whoever is named; throws on anything but success. */
  call(
    method: string,
    path: string,
    body?: unknown,
    over?: { secret?: string; cookie?: string },
  ): Promise<Answer['body']>;
  /** Starts a rollout of the flag from off to on; answers its id. */
  start(policy: string): Promise<string>;
  rollout(id: string): Promise<Answer['body']>;
}

export const FLAG = 'new-checkout';

/** Errors of orders, as a metric that a policy can guard. */
const METRICS = {
  'checkout.error': { kind: 'rate', event: 'checkout.error', direction: 'up', source: 'server' },
  'checkout.ms': { kind: 'mean', event: 'checkout.done', direction: 'up', unit: 'ms', cap: 1_000, source: 'server' },
};

/** A project with the environments production, protected, and staging; the flag is on and serves off; metrics are defined. */
export async function prepareRollouts(server: ServerProcess, project: string): Promise<RolloutPlace> {
  const { serverKey } = await prepareProject(server, project, [FLAG]);
  const call: RolloutPlace['call'] = async (method, path, body, { secret, cookie } = {}) => {
    const headers = {
      ...(method === 'PUT' ? { 'if-match': '*' } : {}),
      ...(cookie === undefined ? {} : { cookie, origin: server.url, authorization: '' }),
    };
    const over = { headers, ...(secret === undefined ? {} : { secret }) };
    const answer = await server.api(method, `/projects/${project}${path}`, body, over);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  await call('POST', `/environments/production/flags/${FLAG}/serve`, { variant: 'off' });
  await call('POST', '/environments/production/segments', {
    ...{ key: 'staff', name: 'Staff' },
    if: { attribute: 'staff', op: 'equals', values: [true] },
  });
  for (const [key, metric] of Object.entries(METRICS)) await call('PUT', `/metrics/${key}`, metric);
  await call('PATCH', '/environments/production', { protected: true, reason: 'users are there' });
  return {
    serverKey,
    call,
    async start(policy) {
      const order = { flag: FLAG, from: 'off', to: 'on', policy, reason: 'the new checkout' };
      return (await call('POST', '/rollouts', order)).rollout.id;
    },
    rollout: (id) => call('GET', `/rollouts/${id}`),
  };
}
