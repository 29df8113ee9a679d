import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { rightsWithin } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { retryOf } from '../delivery/retry-spread.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { LIVE_EVENTS, liveHeaders } from './contract.ts';
import type { LiveStreams } from './live-streams.ts';

const follow = createRoute({
  ...{ method: 'get', path: '/events', tags: ['Changes'], summary: 'What happens in a project, as it happens' },
  description: 'A stream of server-sent events for screens. It resumes by Last-Event-ID.',
  middleware: need('read', { acrossEnvironments: true }),
  request: { headers: liveHeaders },
  responses: {
    200: { description: LIVE_EVENTS, content: { 'text/event-stream': { schema: { type: 'string' } } } },
    ...problemAnswers,
  },
});

/** `/events` of a project. */
export function liveRoutes(live: Pick<LiveStreams, 'open'>): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(follow, async (c) => {
    const response = outgoingOf(c);
    if (response === undefined) throw new Problem('unavailable', 'A stream needs a connection of its own.');
    const { remoteAddress, remotePort } = response.socket ?? {};
    await live.open({
      response,
      principal: c.get('principal'),
      projectId: c.get('scope').projectId,
      lastEventId: c.req.valid('header')['last-event-id'],
      retryMs: retryOf(`${remoteAddress} ${remotePort}`),
      identifyAgain: () => identifyAgain(c),
    });
    return RESPONSE_ALREADY_SENT;
  });
  return routes;
}

/** Node's own response, on which many streams share the bytes of a frame; undefined where nobody listens on a port. */
function outgoingOf(c: Context): ServerResponse | undefined {
  return (c.env as { outgoing?: ServerResponse } | undefined)?.outgoing;
}

/** Who sent this request, as of now; undefined where it would be refused now. */
function identifyAgain(c: Context<HouseEnv>): Principal | undefined {
  const { list } = c.get('house');
  const { projectId, projectKey } = c.get('scope');
  if (list.findProject(projectKey)?.id !== projectId) return undefined;
  const principal = list.identifyAgain(c.get('principal'));
  return principal && rightsWithin(principal, { projectId }).has('read') ? principal : undefined;
}
