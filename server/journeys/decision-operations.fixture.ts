import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

let count = 0;
const P = '/api/v1/projects/{project}';
const E = `${P}/environments/{environment}`;
const reason = { reason: 'sample' };
const metric = { kind: 'rate', event: 'checkout.error' };
const inProject = ({ project }: Place) => `/projects/${project}`;

const withMetric =
  (body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const key = `metric${++count}`;
    await root('PUT', `${inProject(place)}/metrics/${key}`, metric);
    return { params: { metric: key }, body, headers: { 'if-match': '*' } };
  };
const withHook =
  (body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const { hook } = await root('POST', `${inProject(place)}/hooks`, { name: 'sample', source: 'generic' });
    return { params: { id: hook.id }, body };
  };
const withIncident =
  (body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const path = `${inProject(place)}/incidents`;
    const wanted = { title: `sample ${++count}`, places: [{ environment: place.environment }], ...reason };
    const { incident } = await root('POST', path, wanted);
    return { params: { id: incident.id }, body };
  };
const nothing = (params: Record<string, string>) => ({ sample: async (): Promise<Sample> => ({ params, body: {} }) });

/** Whoever may change something in one of its environments comes to the rules of the room, which say the rest. */
const ruled = { need: 'safe', of: 'project', across: true, onlyRefusals: true } as const;

const METRICS: Record<string, Operation> = {
  [`get ${P}/metrics`]: { need: 'look', of: 'project' },
  [`get ${P}/metrics/{metric}`]: { need: 'look', of: 'project', sample: withMetric() },
  [`put ${P}/metrics/{metric}`]: {
    ...{ need: 'author', of: 'project' },
    sample: withMetric({ ...metric, event: 'checkout.done', ...reason }),
  },
  [`delete ${P}/metrics/{metric}`]: { need: 'author', of: 'project', sample: withMetric(reason) },
  [`get ${E}/metric-rates`]: { need: 'read', of: 'environment' },
};

const HOOKS: Record<string, Operation> = {
  // Without the secret of the hook nobody is told whether there is one.
  'post /hooks/v1/{source}/{id}': {
    ...{ need: 'token-in-address', of: 'own' },
    ...nothing({ source: 'generic', id: 'aaaaaaaaaaaa' }),
  },
  [`get ${P}/hooks`]: { need: 'admin', of: 'project' },
  [`post ${P}/hooks`]: {
    need: 'admin',
    of: 'project',
    sample: async () => ({ body: { name: 'x', source: 'generic' } }),
  },
  [`get ${P}/hooks/{id}`]: { need: 'admin', of: 'project', sample: withHook() },
  [`get ${P}/hooks/{id}/signals`]: { need: 'admin', of: 'project', sample: withHook() },
  [`patch ${P}/hooks/{id}`]: { need: 'admin', of: 'project', sample: withHook({ name: 'other' }) },
  [`post ${P}/hooks/{id}/rotate`]: { need: 'admin', of: 'project', sample: withHook({}) },
  [`delete ${P}/hooks/{id}`]: { need: 'admin', of: 'project', sample: withHook({}) },
};

const INCIDENTS: Record<string, Operation> = {
  [`get ${P}/incidents`]: { need: 'look', of: 'project' },
  [`get ${P}/incidents/{id}`]: { need: 'look', of: 'project', sample: withIncident() },
  [`get ${P}/incidents/{id}/timeline`]: { need: 'look', of: 'project', sample: withIncident() },
  [`post ${P}/incidents`]: {
    ...ruled,
    sample: async (_root, { environment }) => ({ body: { title: 'sample', places: [{ environment }], ...reason } }),
  },
  [`patch ${P}/incidents/{id}`]: { ...ruled, sample: withIncident({ title: 'other', ...reason }) },
  [`post ${P}/incidents/{id}/notes`]: { ...ruled, sample: withIncident({ text: 'sample' }) },
  [`post ${P}/incidents/{id}/join`]: { ...ruled, sample: withIncident({}) },
  [`post ${P}/incidents/{id}/close`]: { ...ruled, sample: withIncident(reason) },
  [`post ${P}/incidents/{id}/reopen`]: { ...ruled, sample: withIncident(reason) },
};

const anyRollout = nothing({ id: 'aaaaaaaaaaaa' });
const looking = { sample: async (): Promise<Sample> => ({ params: { id: 'aaaaaaaaaaaa' } }) };
const ROLLOUTS: Record<string, Operation> = {
  [`get ${P}/rollouts`]: { need: 'look', of: 'project' },
  [`get ${P}/rollouts/{id}`]: { need: 'look', of: 'project', onlyRefusals: true, ...looking },
  [`get ${P}/rollouts/{id}/decisions`]: { need: 'look', of: 'project', onlyRefusals: true, ...looking },
  [`post ${P}/rollouts`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/retry`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/advance`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/pause`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/resume`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/rollback`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/override-ratio`]: { ...ruled, ...anyRollout },
  [`post ${P}/rollouts/{id}/ask-again`]: { ...ruled, ...anyRollout },
};

/** Rollouts, and what they look at inside; policies and requests have tables of their own. */
export const DECISION_OPERATIONS: Record<string, Operation> = { ...METRICS, ...HOOKS, ...INCIDENTS, ...ROLLOUTS };
