import { DECISION_OPERATIONS } from './decision-operations.fixture.ts';
import { OUTSIDE_OPERATIONS } from './outside-operations.fixture.ts';
import { PEOPLE_OPERATIONS } from './people-operations.fixture.ts';
import { POLICY_OPERATIONS } from './policy-operations.fixture.ts';
import { RELEASE_OPERATIONS } from './release-operations.fixture.ts';
import { REQUEST_OPERATIONS } from './request-operations.fixture.ts';
import type { Answer } from './server-process.fixture.ts';
import { TRAIN_OPERATIONS } from './train-operations.fixture.ts';

/**
 * What an operation takes of whoever calls it, written by hand from the rights table. `look` is a list that shows each
 * caller their part; `safe` and `growing` are changes, by what the sample does; `author` writes what nobody is served by;
 * `grant` hands out rights, which no token may; `ask` writes and applies what waits for an approval; `approve` needs a release manager, who is none of these,
 * where something waits; `self` and `session` are for everybody and for people; `link` wants one that nobody here has.
 */
export type Need =
  | 'open'
  | 'token-in-address'
  | 'look'
  | 'read'
  | 'safe'
  | 'growing'
  | 'author'
  | 'kill'
  | 'admin'
  | 'grant'
  | 'self'
  | 'session'
  | 'link'
  | 'node'
  | 'root'
  | 'ruleset'
  | 'receipt'
  | 'check'
  | 'ask'
  | 'approve'
  | 'evaluate'
  | 'page-report';

/** Where an operation is tried, by keys. */
export interface Place {
  project: string;
  environment: string;
}

/** A request that would succeed, were it made by somebody who may. */
export interface Sample {
  params?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

/** Calls the admin API as root; throws where that fails. */
export type AsRoot = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer['body']>;

export interface Operation {
  need: Need;
  /** What it is about: `environment` also for those whose path names none, but an id of something in one. */
  of: 'environment' | 'project' | 'installation' | 'own';
  /** The sample makes a project of its own, which whoever has no right in all of them does not see either. */
  ofNewProject?: true;
  /** Callers of one environment come through too, to what concerns theirs. */
  across?: true;
  /** Who comes through depends on what it is about, which is tried in its room: only refusals are tried here. */
  onlyRefusals?: true;
  /** Nobody is served anything else by it, so that protection has no part in it. */
  servesTheSame?: true;
  /** Whoever may do it is nobody afterwards, so only refusals are tried. */
  endsCaller?: true;
  sample?(root: AsRoot, place: Place): Promise<Sample>;
}

const reason = { reason: 'sample' };
let count = 0;
const fresh = (letter: string) => `${letter}${++count}`;
const newBatchId = () => (++count).toString(16).padStart(32, '0');
const inProject = ({ project }: Place) => `/projects/${project}`;
const inEnvironment = (place: Place) => `${inProject(place)}/environments/${place.environment}`;

async function newProject(root: AsRoot): Promise<string> {
  const key = fresh('p');
  await root('POST', '/projects', { key });
  return key;
}

/** A new flag, off everywhere; in the sample's environment it is then turned on where `on` says so. */
async function flag(root: AsRoot, place: Place, on = false): Promise<string> {
  const key = fresh('f');
  await root('POST', `${inProject(place)}/flags`, { key, type: 'boolean', ...reason });
  if (on) await root('POST', `${inEnvironment(place)}/flags/${key}/on`, { reason: 'sample' });
  return key;
}
const withFlag =
  (body?: unknown, prepare?: (root: AsRoot, place: Place, key: string) => Promise<unknown>) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const key = await flag(root, place);
    await prepare?.(root, place, key);
    return { params: { flag: key }, body, headers: { 'if-match': '*' } };
  };
const withSegment =
  (body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const key = fresh('s');
    await root('POST', `${inEnvironment(place)}/segments`, { key, reason: 'sample' });
    return { params: { segment: key }, body, headers: { 'if-match': '*' } };
  };
const withKey =
  (body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const made = await root('POST', `${inEnvironment(place)}/keys`, { kind: 'server', name: 'sample' });
    return { params: { id: made.key.id }, body };
  };
const withToken =
  (body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const made = await root('POST', `${inProject(place)}/tokens`, { name: 'sample', roles: ['viewer'] });
    return { params: { id: made.token.id }, body };
  };
const body = (make: () => unknown) => async (): Promise<Sample> => ({ body: make() });

const configuration = { state: 'on', offVariant: 'off', rules: [], fallthrough: { variant: 'on' }, ...reason };
/** A change of one environment whose undoing is growing. */
async function turnedOff(root: AsRoot, place: Place): Promise<Sample> {
  const key = await flag(root, place, true);
  const { change } = await root('POST', `${inEnvironment(place)}/flags/${key}/off`, reason);
  return { params: { id: String(change.id) }, body: reason };
}

const P = '/api/v1/projects/{project}';
const E = `${P}/environments/{environment}`;

/** Every operation of the API description. One that is not here fails the test: say who may call it. */
export const OPERATIONS: Record<string, Operation> = {
  'get /livez': { need: 'open', of: 'installation' },
  'get /readyz': { need: 'open', of: 'installation' },
  'get /metrics': { need: 'node', of: 'installation' },
  'get /sdk/v1/ruleset': { need: 'ruleset', of: 'own' },
  'get /sdk/v1/stream': { need: 'ruleset', of: 'own' },
  // Needs the token of a live stream besides, which nobody here has: the journey of receipts sends some.
  'post /sdk/v1/receipts': { need: 'receipt', of: 'own', sample: body(() => ({ position: null })) },
  'post /sdk/v1/reports': {
    need: 'ruleset',
    of: 'own',
    sample: body(() => ({
      ...{ batchId: newBatchId(), position: null, ageMs: 0, durationMs: 0 },
      ...{ flags: [], bulk: [], overflow: 0, dropped: 0 },
    })),
  },
  'post /sdk/v1/bootstrap': { need: 'ruleset', of: 'own', sample: body(() => ({ context: {} })) },
  'post /client/v1/reports': {
    need: 'page-report',
    of: 'own',
    sample: body(() => ({ batchId: newBatchId(), position: null, ageMs: 0, durationMs: 0, flags: [] })),
  },
  'post /client/v1/values': {
    need: 'page-report',
    of: 'own',
    sample: body(() => ({ context: {}, isOnce: true })),
  },
  'post /ofrep/v1/evaluate/flags': { need: 'evaluate', of: 'own', sample: body(() => ({ context: {} })) },
  'post /ofrep/v1/evaluate/flags/{key}': {
    need: 'evaluate',
    of: 'own',
    sample: async () => ({ params: { key: 'seen' }, body: { context: {} } }),
  },
  'get /ofrep/v1/stream': { need: 'token-in-address', of: 'own' },

  ...PEOPLE_OPERATIONS,
  ...POLICY_OPERATIONS,
  ...DECISION_OPERATIONS,
  ...RELEASE_OPERATIONS,
  ...REQUEST_OPERATIONS,
  ...OUTSIDE_OPERATIONS,
  ...TRAIN_OPERATIONS,

  'get /api/v1/places': { need: 'kill', of: 'installation' },
  'get /api/v1/projects': { need: 'look', of: 'installation' },
  'post /api/v1/projects': { need: 'root', of: 'installation', sample: body(() => ({ key: fresh('p') })) },
  [`post ${P}/archive`]: {
    ...{ need: 'root', of: 'installation', ofNewProject: true },
    sample: async (root) => ({ params: { project: await newProject(root) }, body: reason }),
  },
  [`post ${P}/unarchive`]: {
    ...{ need: 'root', of: 'installation', ofNewProject: true },
    sample: async (root) => {
      const project = await newProject(root);
      await root('POST', `/projects/${project}/archive`, reason);
      return { params: { project }, body: reason };
    },
  },
  [`get ${P}`]: { need: 'look', of: 'project' },
  [`patch ${P}`]: { need: 'admin', of: 'project', sample: body(() => ({ name: fresh('name') })) },
  [`get ${P}/environments`]: { need: 'look', of: 'project' },
  [`post ${P}/environments`]: { need: 'admin', of: 'project', sample: body(() => ({ key: fresh('e') })) },
  [`get ${E}`]: { need: 'read', of: 'environment' },
  [`patch ${E}`]: { need: 'admin', of: 'environment', sample: body(() => ({ name: fresh('name'), ...reason })) },

  [`get ${E}/keys`]: { need: 'admin', of: 'environment' },
  [`post ${E}/keys`]: { need: 'admin', of: 'environment', sample: body(() => ({ kind: 'server', name: 'app' })) },
  [`get ${E}/keys/{id}`]: { need: 'admin', of: 'environment', sample: withKey() },
  [`patch ${E}/keys/{id}`]: { need: 'admin', of: 'environment', sample: withKey({ name: 'other' }) },
  [`post ${E}/keys/{id}/rotate`]: { need: 'admin', of: 'environment', sample: withKey({}) },
  [`post ${E}/keys/{id}/revoke`]: { need: 'admin', of: 'environment', sample: withKey({}) },
  [`get ${P}/tokens`]: { need: 'admin', of: 'project' },
  [`post ${P}/tokens`]: { need: 'grant', of: 'project', sample: body(() => ({ name: 'ci', roles: ['viewer'] })) },
  [`get ${P}/tokens/{id}`]: { need: 'admin', of: 'project', sample: withToken() },
  [`post ${P}/tokens/{id}/revoke`]: { need: 'admin', of: 'project', sample: withToken({}) },

  [`get ${E}/evaluations`]: { need: 'read', of: 'environment' },
  [`get ${E}/events`]: { need: 'read', of: 'environment' },
  [`get ${E}/flags/{flag}/evaluations`]: { need: 'read', of: 'environment', sample: withFlag() },

  [`post ${P}/import`]: {
    need: 'growing',
    of: 'project',
    sample: async (_root, { environment }) => ({
      query: { environment, ...reason },
      body: { flags: { [fresh('f')]: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' } } },
    }),
  },
  // Which environment stands in the query, so the guard alone does not say where.
  [`get ${P}/export`]: {
    need: 'read',
    of: 'environment',
    sample: async (_root, { environment }) => ({ query: { environment } }),
  },

  [`get ${P}/flags`]: { need: 'look', of: 'project' },
  [`post ${P}/flags`]: {
    need: 'growing',
    of: 'project',
    sample: body(() => ({ key: fresh('f'), type: 'boolean', ...reason })),
  },
  [`get ${P}/flags/{flag}`]: { need: 'look', of: 'project', sample: withFlag() },
  [`get ${P}/flags/{flag}/dependents`]: { need: 'look', of: 'project', sample: withFlag() },
  [`put ${P}/flags/{flag}`]: {
    need: 'growing',
    of: 'project',
    sample: withFlag({ type: 'boolean', variants: { on: true, off: false }, clientVisible: true, ...reason }),
  },
  [`patch ${P}/flags/{flag}`]: { need: 'growing', of: 'project', sample: withFlag({ clientVisible: true, ...reason }) },
  [`post ${P}/flags/{flag}/archive`]: { need: 'growing', of: 'project', sample: withFlag(reason) },
  [`post ${P}/flags/{flag}/unarchive`]: {
    need: 'growing',
    of: 'project',
    sample: withFlag(reason, (root, place, key) => root('POST', `${inProject(place)}/flags/${key}/archive`, reason)),
  },
  [`get ${E}/flags`]: { need: 'read', of: 'environment' },
  [`get ${E}/flags/{flag}`]: { need: 'read', of: 'environment', sample: withFlag() },
  [`put ${E}/flags/{flag}`]: { need: 'growing', of: 'environment', sample: withFlag(configuration) },
  [`patch ${E}/flags/{flag}`]: { need: 'growing', of: 'environment', sample: withFlag({ state: 'on', ...reason }) },
  [`post ${E}/flags/{flag}/on`]: { need: 'growing', of: 'environment', sample: withFlag(reason) },
  [`post ${E}/flags/{flag}/serve`]: {
    need: 'growing',
    of: 'environment',
    sample: withFlag({ variant: 'on', ...reason }),
  },
  [`post ${E}/flags/{flag}/off`]: {
    need: 'safe',
    of: 'environment',
    sample: async (root, place) => ({ params: { flag: await flag(root, place, true) }, body: reason }),
  },
  [`post ${E}/flags/{flag}/kill`]: {
    need: 'kill',
    of: 'environment',
    sample: async (root, place) => ({ params: { flag: await flag(root, place, true) }, body: reason }),
  },
  [`post ${E}/flags/{flag}/restore`]: {
    need: 'growing',
    of: 'environment',
    sample: withFlag(reason, (root, place, key) => root('POST', `${inEnvironment(place)}/flags/${key}/kill`, reason)),
  },
  // How much of it is done at once depends on what it comes to, which is tried in its room.
  [`post ${E}/rollback`]: {
    ...{ need: 'safe', of: 'environment', onlyRefusals: true },
    sample: body(() => ({ to: 'known-good', ...reason })),
  },
  [`post ${E}/flags/{flag}/rollback`]: {
    ...{ need: 'safe', of: 'environment', onlyRefusals: true },
    sample: withFlag({ to: { release: 'sample' }, ...reason }),
  },
  [`get ${E}/flags/{flag}/revisions`]: { need: 'read', of: 'environment', sample: withFlag() },

  [`get ${E}/segments`]: { need: 'read', of: 'environment' },
  [`post ${E}/segments`]: { need: 'growing', of: 'environment', sample: body(() => ({ key: fresh('s'), ...reason })) },
  [`get ${E}/segments/{segment}`]: { need: 'read', of: 'environment', sample: withSegment() },
  [`get ${E}/segments/{segment}/dependents`]: { need: 'read', of: 'environment', sample: withSegment() },
  [`put ${E}/segments/{segment}`]: {
    need: 'growing',
    of: 'environment',
    sample: withSegment({ included: ['a'], ...reason }),
  },
  [`patch ${E}/segments/{segment}`]: {
    need: 'growing',
    of: 'environment',
    sample: withSegment({ included: ['a'], ...reason }),
  },
  [`delete ${E}/segments/{segment}`]: { need: 'growing', of: 'environment', sample: withSegment(reason) },
  [`post ${E}/segments/{segment}/members`]: {
    need: 'growing',
    of: 'environment',
    sample: withSegment({ included: { add: ['a'] }, ...reason }),
  },

  [`get ${P}/changes`]: { need: 'look', of: 'project' },
  [`get ${P}/events`]: { need: 'look', of: 'project' },
  [`get ${P}/changes/verify`]: { need: 'read', of: 'project' },
  [`get ${P}/changes/{id}`]: {
    need: 'read',
    of: 'environment',
    sample: async (root, place) => ({ params: (await turnedOff(root, place)).params ?? {} }),
  },
  [`get ${P}/changes/{id}/receipts`]: {
    need: 'read',
    of: 'environment',
    sample: async (root, place) => ({ params: (await turnedOff(root, place)).params ?? {} }),
  },
  [`get ${P}/changes/{id}/evaluations`]: {
    need: 'read',
    of: 'environment',
    sample: async (root, place) => ({ params: (await turnedOff(root, place)).params ?? {} }),
  },
  [`get ${E}/instances`]: { need: 'read', of: 'environment' },
  [`get ${E}/kills/{id}/receipts`]: {
    need: 'kill',
    of: 'environment',
    sample: async (root, place) => {
      const key = await flag(root, place, true);
      const killed = await root('POST', `${inEnvironment(place)}/flags/${key}/kill`, reason);
      return { params: { id: killed.id } };
    },
  },
  [`post ${P}/changes/{id}/undo`]: { need: 'growing', of: 'environment', sample: turnedOff },
  [`post ${E}/new-epoch`]: { need: 'root', of: 'environment', sample: body(() => reason) },
};
