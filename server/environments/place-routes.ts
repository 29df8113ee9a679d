import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { AccessList } from '../access/access-list.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { maySee } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { type PlacesAnswer, placesAnswer } from './contract.ts';

const list = createRoute({
  ...{ method: 'get', path: '/places', tags: ['Projects'], summary: 'Where the caller may kill' },
  description:
    'Answered from memory, so also while the database is away, and to kill keys, which may read nothing else: whoever ' +
    'has to kill a flag is told what to name.',
  middleware: need('kill', { acrossEnvironments: true }),
  responses: {
    200: { description: 'Projects and environments by key', content: { 'application/json': { schema: placesAnswer } } },
    ...problemAnswers,
  },
});

/** `/places`. */
export function placeRoutes(parts: { list: AccessList }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, (c) => c.json(showPlaces(parts.list, c.get('principal')), 200));
  return routes;
}

function showPlaces(list: AccessList, principal: Principal): PlacesAnswer {
  const environments = list.listEnvironments().filter(({ id, projectId }) => {
    return maySee(principal, { projectId, environmentId: id });
  });
  const projects = list.listProjects().filter(({ id }) => maySee(principal, { projectId: id }));
  return {
    places: projects.map(({ id, key }) => ({
      project: key,
      environments: environments.filter(({ projectId }) => projectId === id).map((row) => row.key),
    })),
  };
}
