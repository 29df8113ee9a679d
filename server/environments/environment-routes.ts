import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { askingOf, placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { makePage, pageQuery, textAfter } from '../platform/page.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import {
  changedEnvironment,
  environmentAnswer,
  environmentPage,
  environmentPatch,
  newEnvironment,
} from './contract.ts';
import { createEnvironment } from './create-environment.ts';
import { editEnvironment } from './edit-environment.ts';
import { showEnvironment } from './environment.ts';
import { listEnvironments } from './environment-store.ts';
import { type EnvironmentParts, requireEnvironment } from './place.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const environment = z.object({ environment: z.string() });
const tags = ['Environments'];

const list = createRoute({
  ...{ method: 'get', path: '/environments', tags, summary: 'The environments that the caller may see' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { query: pageQuery },
  responses: { 200: answer('Environments by key', environmentPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/environments', tags, summary: 'Make an environment; every flag is off in it' },
  middleware: need('admin'),
  request: { body: { ...json(newEnvironment), required: true } },
  responses: { 201: answer('The environment', changedEnvironment), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path: '/environments/{environment}', tags, summary: 'One environment' },
  middleware: need('read'),
  request: { params: environment },
  responses: { 200: answer('The environment', environmentAnswer), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path: '/environments/{environment}', tags, summary: 'Change its name or protection' },
  middleware: need('admin', { versioned: true }),
  request: { params: environment, body: { ...json(environmentPatch), required: true } },
  responses: { 200: answer('The environment as it is now', changedEnvironment), ...problemAnswers },
});

/** `/environments` of a project. */
export function environmentRoutes(parts: EnvironmentParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db } = parts.door;
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { projectId } = c.get('scope');
    const page = { limit: query.limit, after: textAfter(query) };
    const rows = await listEnvironments(db, projectId, seenEnvironments(c.get('principal'), projectId), page);
    return c.json(
      makePage(rows, query.limit, showEnvironment, (row) => row.key),
      200,
    );
  });
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const made = await createEnvironment(parts, askingOf(c, reason), c.get('scope').projectId, wanted);
    c.header('ETag', versionTag(made.result.version));
    return c.json({ environment: showEnvironment(made.result), ...(made.change ? { change: made.change } : {}) }, 201);
  });
  routes.openapi(read, async (c) => {
    const { projectId, environment: place } = placeOf(c);
    const row = await requireEnvironment(db, projectId, place.id);
    c.header('ETag', versionTag(row.version));
    return c.json(showEnvironment(row), 200);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const asking = askingOf(c, reason);
    const { result, change } = await editEnvironment(parts, asking, placeOf(c), patch, expectedVersion(c));
    c.header('ETag', versionTag(result.version));
    return c.json({ environment: showEnvironment(result), ...(change ? { change } : {}) }, 200);
  });
  return routes;
}
