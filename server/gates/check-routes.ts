import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { makePage, numberAfter } from '../platform/page.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { checkPage, checkQuery, newCheck, postedCheck } from './check-contract.ts';
import { showCheck } from './check-reading.ts';
import { insertCheckResult, listCheckResults } from './check-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const tags = ['Checks'];

const list = createRoute({
  ...{ method: 'get', path: '/checks', tags, summary: 'What CIs said, the newest first' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { query: checkQuery },
  responses: { 200: { description: 'Results, of a commit or of all', ...json(checkPage) }, ...problemAnswers },
});
const post = createRoute({
  ...{ method: 'post', path: '/checks', tags, summary: 'Post what a check found of a commit' },
  description:
    'With a token of that check (`POST /tokens` with `check`). The newest result of a check and a commit counts; one ' +
    'that ran what a fork wrote never does. It is evidence for gates, not a change: the log keeps what was decided on it.',
  middleware: need('check'),
  request: { body: { ...json(newCheck), required: true } },
  responses: { 201: { description: 'The result, as it is kept', ...json(postedCheck) }, ...problemAnswers },
});

/** `/checks` of a project. */
export function checkRoutes({ db, clock }: { db: Db; clock: Clock }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { limit, commit, check } = query;
    const page = { limit, before: numberAfter(query), commit, check };
    const rows = await listCheckResults(db, c.get('scope').projectId, page);
    return c.json(
      makePage(rows, limit, showCheck, (row) => row.id),
      200,
    );
  });
  routes.openapi(post, async (c) => {
    const { url = null, fork = false, summary = '', ...said } = c.req.valid('json');
    const principal = c.get('principal');
    requireOwnCheck(principal, said.check);
    const row = await insertCheckResult(db, {
      ...{ projectId: c.get('scope').projectId, ...said, fork, url, summary },
      ...{ postedBy: actorOf(principal), at: clock.now() },
    });
    return c.json({ check: showCheck(row) }, 201);
  });
  return routes;
}

function requireOwnCheck(principal: Principal, check: string): void {
  if (principal.kind === 'root') return;
  if (principal.kind === 'token' && principal.check === check) return;
  throw new Problem('forbidden', `This token posts the results of another check than ${check}.`);
}
