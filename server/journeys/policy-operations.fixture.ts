import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

let count = 0;
const P = '/api/v1/projects/{project}';
const documentOf = (key: string, { environment }: Place) => ({
  ...{ key, path: [{ environment, stages: [{ exposure: 100 }] }] },
});

/** A new policy, of the sample's environment. */
const withPolicy =
  (body?: unknown, prepare?: (root: AsRoot, path: string) => Promise<unknown>) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const { key, path } = await newPolicy(root, place);
    await prepare?.(root, path);
    return { params: { policy: key, version: '1' }, body };
  };

async function newPolicy(root: AsRoot, place: Place) {
  const key = `policy-${++count}`;
  const path = `/projects/${place.project}/policies/${key}`;
  await root('PUT', path, { document: documentOf(key, place) }, { 'if-none-match': '*' });
  return { key, path };
}

const attach = () => ({ by: 'tag', value: `tag-${++count}`, reason: 'sample' });

/** Everything about policies. */
export const POLICY_OPERATIONS: Record<string, Operation> = {
  [`get ${P}/policies`]: { need: 'read', of: 'project' },
  [`post ${P}/policies/check`]: {
    ...{ need: 'read', of: 'project' },
    sample: async (_root, place) => ({ body: { document: documentOf('tried', place) } }),
  },
  [`get ${P}/policies/{policy}`]: { need: 'read', of: 'project', sample: withPolicy() },
  [`get ${P}/policies/{policy}/versions/{version}`]: { need: 'read', of: 'project', sample: withPolicy() },
  [`put ${P}/policies/{policy}`]: {
    ...{ need: 'author', of: 'project' },
    sample: async (_root, place) => {
      const key = `policy-${++count}`;
      return { params: { policy: key }, headers: { 'if-match': '*' }, body: { document: documentOf(key, place) } };
    },
  },
  [`post ${P}/policies/{policy}/archive`]: { need: 'author', of: 'project', sample: withPolicy({}) },
  [`post ${P}/policies/{policy}/unarchive`]: {
    ...{ need: 'author', of: 'project' },
    sample: withPolicy({}, (root, path) => root('POST', `${path}/archive`, {})),
  },
  [`post ${P}/policies/{policy}/attachments`]: {
    ...{ need: 'author', of: 'project' },
    sample: async (root, place) => ({ params: { policy: (await newPolicy(root, place)).key }, body: attach() }),
  },
  [`delete ${P}/policies/{policy}/attachments`]: {
    ...{ need: 'author', of: 'project' },
    sample: async (root, place) => {
      const { key, path } = await newPolicy(root, place);
      const body = attach();
      await root('POST', `${path}/attachments`, body);
      return { params: { policy: key }, body };
    },
  },
  [`get ${P}/policy-floor`]: { need: 'read', of: 'project' },
  [`put ${P}/policy-floor`]: {
    ...{ need: 'admin', of: 'project' },
    // Each asks for a little more than the one before: to ask for less takes somebody else.
    sample: async () => ({ headers: { 'if-match': '*' }, body: { floor: { bake: `${++count}s` } } }),
  },
};
