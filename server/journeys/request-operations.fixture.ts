import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

let count = 0;
const P = '/api/v1/projects/{project}';
const ONE = `${P}/requests/{request}`;
const reason = { reason: 'sample' };

/** A request that changes a flag which is there in the sample's environment, to what it never was. */
function requestBody({ environment }: Place) {
  const body = { maxStalenessMs: 10_000 + ++count };
  return {
    title: 'sample',
    ...reason,
    items: [{ method: 'PATCH', path: `/environments/${environment}/flags/seen`, body }],
  };
}
const withRequest =
  (bodyOf: (made: { hash: string; items: unknown[] }) => unknown = () => undefined) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const written = requestBody(place);
    const { request } = await root('POST', `/projects/${place.project}/requests`, written);
    const body = bodyOf({ hash: request.hash, items: written.items });
    return { params: { request: request.id }, headers: { 'if-match': '*' }, body };
  };
/** Long over or far ahead, so that it holds nothing that others try meanwhile. */
const withFreeze =
  (year: number, body: unknown) =>
  async (root: AsRoot, { project }: Place): Promise<Sample> => {
    const times = { from: `${year}-01-01T00:00:00Z`, to: `${year}-01-02T00:00:00Z` };
    const made = await root('POST', `/projects/${project}/freezes`, { name: `f${++count}`, ...times });
    return { params: { freeze: made.freeze.id }, body };
  };

/** What waits for an approval, and times in which nothing grows. */
export const REQUEST_OPERATIONS: Record<string, Operation> = {
  [`get ${P}/freezes`]: { need: 'look', of: 'project' },
  [`post ${P}/freezes`]: {
    ...{ need: 'admin', of: 'project' },
    sample: async () => ({ body: { name: 'sample', from: '2099-01-01T00:00:00Z', to: '2099-01-02T00:00:00Z' } }),
  },
  [`patch ${P}/freezes/{freeze}`]: {
    ...{ need: 'admin', of: 'project', sample: withFreeze(2099, { name: 'renamed' }) },
  },
  [`delete ${P}/freezes/{freeze}`]: { need: 'admin', of: 'project', sample: withFreeze(2001, reason) },
  [`get ${P}/requests`]: { need: 'look', of: 'project' },
  [`post ${P}/requests`]: {
    ...{ need: 'ask', of: 'environment' },
    sample: async (_root, place) => ({ body: requestBody(place) }),
  },
  [`get ${ONE}`]: { need: 'read', of: 'environment', sample: withRequest() },
  [`put ${ONE}/items`]: {
    ...{ need: 'ask', of: 'environment', sample: withRequest(({ items }) => ({ items, title: 'other' })) },
  },
  [`post ${ONE}/approve`]: {
    ...{ need: 'approve', of: 'environment', sample: withRequest(({ hash }) => ({ hash })) },
  },
  [`post ${ONE}/reject`]: { need: 'approve', of: 'environment', sample: withRequest(() => reason) },
  [`post ${ONE}/withdraw`]: { need: 'admin', of: 'environment', sample: withRequest(() => reason) },
  [`post ${ONE}/apply`]: { need: 'ask', of: 'environment', sample: withRequest(() => reason) },
  [`post ${ONE}/rebase`]: { need: 'ask', of: 'environment', sample: withRequest(() => reason) },
};
