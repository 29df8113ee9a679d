import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { withResult } from '../platform/committed.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { deleteMetric, type MetricParts, putMetric, requireMetric } from './change-metric.ts';
import { changedMetric, deletedMetric, metricAnswer, metricList, metricParams, metricPut } from './metric-contract.ts';
import { listMetrics } from './metric-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Metrics'];
const path = '/metrics/{metric}' as const;
const params = metricParams;

const list = createRoute({
  ...{ method: 'get', path: '/metrics', tags, summary: 'What guards of policies can look at' },
  middleware: need('read', { acrossEnvironments: true }),
  responses: { 200: answer('All metrics by key', metricList), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One metric' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { params },
  responses: { 200: answer('The metric', metricAnswer), ...problemAnswers },
});
const put = createRoute({
  ...{ method: 'put', path, tags, summary: 'Define a metric, or replace its definition; needs If-Match' },
  description: 'What decides a verdict (kind, event, cap, source) stays as it is while a policy names the metric.',
  middleware: need('change', { versioned: true }),
  request: { params, body: { ...json(metricPut), required: true } },
  responses: { 200: answer('The metric as it is now', changedMetric), ...problemAnswers },
});
const remove = createRoute({
  ...{ method: 'delete', path, tags, summary: 'Delete a metric that no policy names' },
  middleware: need('change', { versioned: true }),
  request: { params, body: json(withReason) },
  responses: { 200: answer('It is gone', deletedMetric), ...problemAnswers },
});

/** `/metrics` of a project. */
export function metricRoutes(parts: MetricParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db } = parts.door;
  routes.openapi(list, async (c) => c.json({ items: await listMetrics(db, c.get('scope').projectId) }, 200));
  routes.openapi(read, async (c) => {
    const metric = await requireMetric(db, c.get('scope').projectId, c.req.valid('param').metric);
    c.header('ETag', versionTag(metric.version));
    return c.json(metric, 200);
  });
  routes.openapi(put, async (c) => {
    const { reason, key: _key, version: _version, denominator, cap, ...fields } = c.req.valid('json');
    const { projectId } = c.get('scope');
    const { metric: key } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const optional = { ...(denominator === undefined ? {} : { denominator }), ...(cap === undefined ? {} : { cap }) };
    const committed = await putMetric(parts, asking, projectId, { key, ...fields, ...optional });
    const { result, change } = await withResult(committed, () => requireMetric(db, projectId, key));
    c.header('ETag', versionTag(result.version));
    return c.json({ metric: result, ...(change ? { change } : {}) }, 200);
  });
  routes.openapi(remove, async (c) => {
    const { metric } = c.req.valid('param');
    const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
    const { change } = await deleteMetric(parts, asking, c.get('scope').projectId, metric);
    return c.json({ metric, ...(change ? { change } : {}) }, 200);
  });
  return routes;
}
