import type { Answer, ServerProcess } from './server-process.fixture.ts';

/** A project `p` whose flags serve off in production, and in which trains leave. */
export interface DeparturePlace {
  serverKey: string;
  /** The API of the project, as the root token; throws on anything but success. */
  call(method: string, path: string, body?: unknown): Promise<Answer['body']>;
  /** Puts a change aboard: calls below the environment. */
  board(train: string, title: string, items: readonly Item[]): Promise<void>;
  /** What production is, as a document in the bytes in which it was sent, without some of its flags. */
  shown(without?: readonly string[]): Promise<string>;
}

export interface Item {
  method: 'POST' | 'PATCH';
  path: string;
  body: object;
}

export const PRODUCTION = '/environments/production';
export const rollOut = (flag: string, policy: string): Item => ({
  ...{ method: 'POST', path: `${PRODUCTION}/flags/${flag}/rollout`, body: { from: 'off', to: 'on', policy } },
});
export const serve = (flag: string, variant: string): Item => ({
  ...{ method: 'POST', path: `${PRODUCTION}/flags/${flag}/serve`, body: { variant } },
});

/** Half of the visitors for an hour, which no test waits for. */
const SLOW = { key: 'slow', path: [{ environment: 'production', stages: stagesOf(50, 100) }], guards: [] };

function stagesOf(...exposures: number[]) {
  return exposures.map((exposure) => ({ exposure, bake: '1h' }));
}

/** Also the policy `slow`; trains are made by whoever needs them. */
export async function prepareDepartures(server: ServerProcess, flags: readonly string[]): Promise<DeparturePlace> {
  const call: DeparturePlace['call'] = async (method, path, body) => {
    const over = method === 'PUT' ? { headers: { 'if-match': '*' } } : {};
    const answer = await server.api(method, `/projects${path}`, body, over);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const inProject: DeparturePlace['call'] = (method, path, body) => call(method, `/p${path}`, body);
  await call('POST', '', { key: 'p', name: 'p' });
  await inProject('POST', '/environments', { key: 'production', name: 'Production' });
  const { secret } = await inProject('POST', `${PRODUCTION}/keys`, { kind: 'server', name: 'app' });
  const production = { state: 'on', offVariant: 'off', fallthrough: { variant: 'off' } };
  for (const key of flags) {
    await inProject('POST', '/flags', { key, type: 'boolean', environments: { production } });
  }
  await inProject('PUT', '/policies/slow', { document: SLOW, reason: 'made beforehand' });
  return {
    serverKey: secret,
    call: inProject,
    board: async (train, title, items) => {
      await inProject('POST', `/trains/${train}/board`, { title, items, reason: 'it is ready' });
    },
    shown: async (without = []) => {
      const { document } = await inProject('GET', '/export?environment=production&format=turnout');
      const kept = Object.entries(document.flags).filter(([key]) => !without.includes(key));
      return JSON.stringify({ ...document, flags: Object.fromEntries(kept) }, null, 1);
    },
  };
}
