import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { makePage, pageQuery, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { askingOf } from './asking.ts';
import { changePerson } from './change-person.ts';
import { type HouseEnv, need, newRoutes } from './guard.ts';
import { stateOf } from './member.ts';
import { changedPerson, type PersonAnswer, personPage } from './member-contract.ts';
import type { PeopleParts } from './people-parts.ts';
import { listPeople, type PersonRow } from './person-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const id = z.object({ id: z.string().max(40) });
const tags = ['People'];

const list = createRoute({
  ...{ method: 'get', path: '/people', tags, summary: 'Everybody with an account, and what they may do where' },
  middleware: need('root'),
  request: { query: pageQuery },
  responses: { 200: answer('People by id', personPage), ...problemAnswers },
});
const CHANGES = {
  disable: 'Let somebody in no more; their sessions end, and their tokens are refused',
  enable: 'Let somebody in again',
  'end-sessions': 'Sign somebody out everywhere',
} as const;
const changing = Object.entries(CHANGES).map(([what, summary]) => {
  const route = createRoute({
    ...{ method: 'post', path: `/people/{id}/${what}`, tags, summary },
    middleware: need('root'),
    request: { params: id, body: json(withReason) },
    responses: { 200: answer('The person as they are now', changedPerson), ...problemAnswers },
  });
  return [what as keyof typeof CHANGES, route] as const;
});

/** `/people`. */
export function peopleRoutes(parts: PeopleParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listPeople(parts.db, { limit: query.limit, after: textAfter(query) });
    return c.json(
      makePage(
        rows,
        query.limit,
        (row) => showPerson(parts, row),
        (row) => row.id,
      ),
      200,
    );
  });
  for (const [what, route] of changing) {
    routes.openapi(route, async (c) => {
      const { reason } = withReason.parse(c.req.valid('json'));
      const { person, change } = await changePerson(parts, askingOf(c, reason), c.req.valid('param').id, what);
      return c.json({ person: showPerson(parts, person), ...(change ? { change } : {}) }, 200);
    });
  }
  return routes;
}

/** Where somebody has rights and is signed in, memory knows. */
function showPerson({ list }: PeopleParts, row: PersonRow): PersonAnswer {
  const { id, login, name, createdBy } = row;
  const keys = new Map(list.listProjects().map((project) => [project.id, project.key]));
  const grants = list.people.findPerson(id)?.grants ?? [];
  return {
    ...{ id, login, name, state: stateOf(row) },
    memberships: grants.flatMap(({ projectId, environmentId, roles }) => {
      const project = projectId === null ? null : keys.get(projectId);
      // Of an archived project nobody sees anything, and it must not look like the whole installation.
      if (project === undefined) return [];
      const environment = environmentId === null ? null : (list.environmentById(environmentId)?.key ?? null);
      return [{ project, environment, roles: [...roles] }];
    }),
    sessions: list.people.listSessions().filter(({ person }) => person === id).length,
    ...{ createdBy, createdAt: row.createdAt.toISOString() },
  };
}
