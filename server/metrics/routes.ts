import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { changeId } from '../changes/contract.ts';
import { requireEntry, seenSteps } from '../changes/seen-change.ts';
import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { textAfter } from '../platform/page.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import {
  changeEvaluations,
  evaluationPage,
  evaluationsQuery,
  eventsQuery,
  flagEvaluations,
  summaryQuery,
  trackedEvents,
} from './contract.ts';
import { showChangeEvaluations } from './show-change-evaluations.ts';
import { listEvaluations, showEvaluations } from './show-evaluations.ts';
import { showEvents } from './show-events.ts';

const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
const tags = ['Evaluations'];

const read = createRoute({
  ...{ method: 'get', path: '/flags/{flag}/evaluations', tags, summary: 'What was evaluated of a flag, over time' },
  middleware: need('read'),
  request: {
    params: z.object({ flag: z.string().max(128).openapi({ example: 'new-cart' }) }),
    query: evaluationsQuery,
  },
  responses: { 200: answer('Counts by variant and step', flagEvaluations), ...problemAnswers },
});
const list = createRoute({
  ...{
    method: 'get',
    path: '/evaluations',
    tags,
    summary: 'Where each flag is in its life, and how much it is asked for',
  },
  middleware: need('read'),
  request: { query: summaryQuery },
  responses: { 200: answer('Flags by key, without archived ones', evaluationPage), ...problemAnswers },
});

const events = createRoute({
  ...{ method: 'get', path: '/events', tags, summary: 'What apps track, by name and over time' },
  middleware: need('read'),
  request: { query: eventsQuery },
  responses: { 200: answer('Events by name', trackedEvents), ...problemAnswers },
});

const ofChange = createRoute({
  ...{ method: 'get', path: '/changes/{id}/evaluations', tags, summary: 'Which variants were served since a change' },
  description:
    'After a flip, the old variant’s position stands still before the change: nobody has been given it since.',
  middleware: need('read', { acrossEnvironments: true }),
  request: { params: changeId },
  responses: { 200: answer('What reports say', changeEvaluations), ...problemAnswers },
});

/** `/evaluations` of an environment, and of one flag in it; its `/events`. */
export function evaluationRoutes({ db, clock }: { db: Db; clock: Clock }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(read, async (c) => {
    const { flag } = c.req.valid('param');
    return c.json(await showEvaluations(db, placeOf(c), flag, c.req.valid('query'), clock.now()), 200);
  });
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = { limit: query.limit, after: textAfter(query) };
    return c.json(await listEvaluations(db, placeOf(c), page, clock.now()), 200);
  });
  routes.openapi(events, async (c) => c.json(await showEvents(db, placeOf(c), c.req.valid('query'), clock.now()), 200));
  return routes;
}

/** What reports say of a change. */
export function changeEvaluationRoutes({ db }: { db: Db }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(ofChange, async (c) => {
    const principal = c.get('principal');
    const { projectId } = c.get('scope');
    const entry = await requireEntry(db, projectId, c.req.valid('param').id, principal);
    return c.json(
      await showChangeEvaluations(db, entry, seenSteps(entry, seenEnvironments(principal, projectId))),
      200,
    );
  });
  return routes;
}
