import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { withResult } from '../platform/committed.ts';
import type { Outbound } from '../platform/outbound.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { askRow } from './ask-source.ts';
import { deleteSource, putSource, requireSource, type SourceParts } from './change-source.ts';
import { showSource } from './source.ts';
import {
  changedSource,
  deletedSource,
  sourceAnswer,
  sourceList,
  sourceParams,
  sourcePut,
  triedQuery,
  tryQuery,
} from './source-contract.ts';
import { listSources } from './source-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Sources'];
const path = '/sources/{source}' as const;
const params = sourceParams;

const list = createRoute({
  ...{ method: 'get', path: '/sources', tags, summary: 'The sources that queries of policies are asked from' },
  middleware: need('read', { acrossEnvironments: true }),
  responses: { 200: answer('All sources by key, never their secrets', sourceList), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One source, never its secret' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { params },
  responses: { 200: answer('The source', sourceAnswer), ...problemAnswers },
});
const put = createRoute({
  ...{ method: 'put', path, tags, summary: 'Make a source, or replace it; needs If-Match' },
  description:
    'Addresses that are not public need OUTBOUND_ALLOW; that is found when it is asked. While a live rollout goes by it, ' +
    'another address takes a second admin.',
  middleware: need('admin', { versioned: true }),
  request: { params, body: { ...json(sourcePut), required: true } },
  responses: { 200: answer('The source as it is now', changedSource), ...problemAnswers },
});
const remove = createRoute({
  ...{ method: 'delete', path, tags, summary: 'Delete a source that no policy names' },
  middleware: need('admin', { versioned: true }),
  request: { params, body: json(withReason) },
  responses: { 200: answer('It is gone', deletedSource), ...problemAnswers },
});
const attempt = createRoute({
  ...{ method: 'get', path: `${path}/try`, tags, summary: 'What a query answers now' },
  description: 'One number, or why there is none. Editors may ask, for they write the policies that do.',
  middleware: need('change'),
  request: { params, query: tryQuery },
  responses: { 200: answer('What the source answered', triedQuery), ...problemAnswers },
});

/** An answer may take five seconds and a megabyte: so many are waited for at once, and whoever comes then comes again. */
const MOST_TRIED = 8;

/** `/sources` of a project. */
export function sourceRoutes(parts: SourceParts & { outbound: Outbound }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db, clock } = parts.door;
  routes.openapi(list, async (c) => {
    const rows = await listSources(db, c.get('scope').projectId);
    return c.json({ items: rows.map(showSource) }, 200);
  });
  routes.openapi(read, async (c) => {
    const row = await requireSource(db, c.get('scope').projectId, c.req.valid('param').source);
    c.header('ETag', versionTag(row.version));
    return c.json(showSource(row), 200);
  });
  routes.openapi(put, async (c) => {
    const { reason, kind, url, auth } = c.req.valid('json');
    const { projectId } = c.get('scope');
    const { source } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const committed = await putSource(parts, asking, projectId, source, { kind, url, auth });
    const { result, change } = await withResult(committed, () => requireSource(db, projectId, source));
    c.header('ETag', versionTag(result.version));
    return c.json({ source: showSource(result), ...(change ? { change } : {}) }, 200);
  });
  routes.openapi(remove, async (c) => {
    const { source } = c.req.valid('param');
    const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
    const { change } = await deleteSource(parts, asking, c.get('scope').projectId, source);
    return c.json({ source, ...(change ? { change } : {}) }, 200);
  });
  let tried = 0;
  routes.openapi(attempt, async (c) => {
    if (tried >= MOST_TRIED) {
      throw new Problem('busy', `${tried} queries are being tried already; try it again.`, { retryAfterSeconds: 1 });
    }
    tried += 1;
    try {
      const row = await requireSource(db, c.get('scope').projectId, c.req.valid('param').source);
      const at = clock.now();
      return c.json({ at: at.toISOString(), answer: await askRow(parts, row, c.req.valid('query').query, at) }, 200);
    } finally {
      tried -= 1;
    }
  });
  return routes;
}
