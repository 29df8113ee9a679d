import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

let count = 0;
const P = '/api/v1/projects/{project}';
const source = { kind: 'prometheus', url: 'https://prometheus.example' };
const anyVersion = { 'if-match': '*' };

/** A source that nothing can be reached at: what it answers is an error, and an answer all the same. */
const withSource =
  (over: Partial<Sample> = {}) =>
  async (root: AsRoot, { project }: Place): Promise<Sample> => {
    const key = `source${++count}`;
    await root('PUT', `/projects/${project}/sources/${key}`, { ...source, url: 'http://127.0.0.1:9' });
    return { params: { source: key }, headers: anyVersion, ...over };
  };

/** Where rollouts look outside: sources of metrics, and what a CI says of a commit. */
export const OUTSIDE_OPERATIONS: Record<string, Operation> = {
  [`get ${P}/sources`]: { need: 'look', of: 'project' },
  [`get ${P}/sources/{source}`]: { need: 'look', of: 'project', sample: withSource() },
  [`get ${P}/sources/{source}/try`]: { need: 'safe', of: 'project', sample: withSource({ query: { query: 'up' } }) },
  [`put ${P}/sources/{source}`]: { need: 'admin', of: 'project', sample: withSource({ body: source }) },
  [`delete ${P}/sources/{source}`]: { need: 'admin', of: 'project', sample: withSource({ body: {} }) },

  [`get ${P}/checks`]: { need: 'look', of: 'project' },
  [`post ${P}/checks`]: {
    need: 'check',
    of: 'project',
    sample: async () => ({
      body: { check: 'acceptance', commit: 'a'.repeat(40), status: 'passed', repository: 'shop/web', workflow: 'ci' },
    }),
  },
};
