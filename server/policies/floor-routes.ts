import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { changedFloor, floorAnswer, floorSave } from './contract.ts';
import type { PolicyParts } from './policy-parts.ts';
import { saveFloor, showFloor, writtenFloor } from './save-floor.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Policies'];
const path = '/policy-floor';

const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'What the project asks of every policy' },
  middleware: need('read'),
  responses: { 200: answer('The floor, and the policies that are below it', floorAnswer), ...problemAnswers },
});
const save = createRoute({
  ...{
    method: 'put',
    path,
    tags,
    summary: 'Say what the project asks of every policy; to ask for less takes a second admin',
  },
  middleware: need('admin', { versioned: true }),
  request: { body: { ...json(floorSave), required: true } },
  responses: { 200: answer('The floor as it is now', changedFloor), ...problemAnswers },
});

/** `/policy-floor` of a project. */
export function floorRoutes(parts: PolicyParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db } = parts.door;
  routes.openapi(read, async (c) => {
    const shown = await showFloor(db, c.get('scope').projectId);
    if (shown.version > 0) c.header('ETag', versionTag(shown.version));
    return c.json(shown, 200);
  });
  routes.openapi(save, async (c) => {
    const { reason, ...body } = c.req.valid('json');
    const { projectId } = c.get('scope');
    const { change } = await saveFloor(parts, askingOf(c, reason, expectedVersion(c)), projectId, writtenFloor(body));
    const shown = await showFloor(db, projectId);
    c.header('ETag', versionTag(shown.version));
    return c.json({ ...shown, ...(change ? { change } : {}) }, 200);
  });
  return routes;
}
