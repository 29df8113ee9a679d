import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

let count = 0;
const E = '/api/v1/projects/{project}/environments/{environment}';

const withRelease =
  (query?: (tag: string) => Record<string, string>) =>
  async (root: AsRoot, { project, environment }: Place): Promise<Sample> => {
    const tag = `sample-${++count}`;
    await root('POST', `/projects/${project}/environments/${environment}/releases`, { tag, reason: 'sample' });
    return query === undefined ? { params: { tag } } : { query: query(tag) };
  };

/** What an environment was, and what of it is known to be good. */
export const RELEASE_OPERATIONS: Record<string, Operation> = {
  [`get ${E}/releases`]: { need: 'read', of: 'environment' },
  [`post ${E}/releases`]: {
    ...{ need: 'author', of: 'environment' },
    sample: async () => ({ body: { tag: `made-${++count}`, reason: 'sample' } }),
  },
  [`get ${E}/releases/{tag}`]: { need: 'read', of: 'environment', sample: withRelease() },
  [`get ${E}/releases/{tag}/export`]: { need: 'read', of: 'environment', sample: withRelease() },
  [`get ${E}/release-diff`]: {
    ...{ need: 'read', of: 'environment' },
    sample: withRelease((tag) => ({ from: tag, to: 'now' })),
  },
  // A new project has nothing that has stood for a week.
  [`get ${E}/known-good`]: { need: 'read', of: 'environment', onlyRefusals: true },
};
