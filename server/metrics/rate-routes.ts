import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import type { Db } from '../database/connect.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { rateList } from './metric-contract.ts';
import { listMetrics } from './metric-store.ts';
import type { RecentRates } from './recent-rates.ts';

const list = createRoute({
  ...{ method: 'get', path: '/metric-rates', tags: ['Metrics'], summary: 'How often metrics were hit lately' },
  description: 'Of rates alone, and only where enough units were measured: what a rollout exposes is measured.',
  middleware: need('read'),
  responses: {
    200: { description: 'Rates of the last seven days', content: { 'application/json': { schema: rateList } } },
    ...problemAnswers,
  },
});

/** `/metric-rates` of an environment. */
export function rateRoutes({ db, recentRates }: { db: Db; recentRates: RecentRates }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, async (c) => {
    const { projectId, environment } = placeOf(c);
    const metrics = await listMetrics(db, projectId);
    const place = { environmentId: environment.id, environment: environment.key };
    return c.json({ items: await recentRates(db, place, metrics) }, 200);
  });
  return routes;
}
