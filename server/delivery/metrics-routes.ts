import type { OpenAPIHono } from '@hono/zod-openapi';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import type { Metrics } from '../platform/metrics.ts';

/**
 * `GET /metrics` for the root token and for admins of any project: the numbers are those of the node and name no
 * project, environment or flag. Where METRICS_PORT is set they are served there instead, without a token.
 */
export function metricsRoutes(metrics: Metrics): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.get('/', need('admin', { acrossEnvironments: true }), async (c) => {
    const { contentType, text } = await metrics.print();
    return c.body(text, 200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  });
  return routes;
}
