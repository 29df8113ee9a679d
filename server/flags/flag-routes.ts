import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { dryRunQuery, isDry } from '../changes/contract.ts';
import type { Committed } from '../changes/door.ts';
import { type Attempt, attempt } from '../changes/rehearse.ts';
import type { Db } from '../database/connect.ts';
import { withResult } from '../platform/committed.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { showRehearsal } from '../segments/show-rehearsal.ts';
import { archiveFlag } from './archive-flag.ts';
import type { FlagRow } from './configuration.ts';
import {
  changedFlag,
  flagAnswer,
  flagDependents,
  flagPage,
  flagPatch,
  flagPut,
  flagQuery,
  newFlag,
} from './contract.ts';
import { createFlag } from './create-flag.ts';
import { patchFlag, replaceFlag } from './edit-flag.ts';
import { readDependents } from './flag-dependents.ts';
import { type FlagParts, requireFlag } from './flag-place.ts';
import { listFlags } from './flag-store.ts';
import { showFlag, showFlags } from './show-flag.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const params = z.object({ flag: z.string().max(128).openapi({ example: 'new-cart' }) });
const tags = ['Flags'];
const path = '/flags/{flag}' as const;

const list = createRoute({
  ...{ method: 'get', path: '/flags', tags, summary: 'The flags of a project, and what users get of them' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { query: flagQuery },
  responses: { 200: answer('Flags by key', flagPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/flags', tags, summary: 'Make a flag in every environment' },
  middleware: need('change'),
  request: { body: { ...json(newFlag), required: true } },
  responses: { 201: answer('The flag', changedFlag), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One flag' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { params },
  responses: { 200: answer('The flag', flagAnswer), ...problemAnswers },
});
const users = createRoute({
  ...{ method: 'get', path: `${path}/dependents`, tags, summary: 'Which flags are reached by a change of a flag' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { params },
  responses: { 200: answer('By environment, those that need it first', flagDependents), ...problemAnswers },
});
const replace = createRoute({
  ...{ method: 'put', path, tags, summary: 'Replace what a flag is in the whole project; needs If-Match' },
  middleware: need('change', { versioned: true }),
  request: { params, query: dryRunQuery, body: { ...json(flagPut), required: true } },
  responses: { 200: answer('The flag as it is now', changedFlag), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change what a flag is in the whole project (RFC 7396)' },
  middleware: need('change', { versioned: true }),
  request: { params, query: dryRunQuery, body: { ...json(flagPatch), required: true } },
  responses: { 200: answer('The flag as it is now', changedFlag), ...problemAnswers },
});
const archive = createRoute({
  ...{ method: 'post', path: `${path}/archive`, tags, summary: 'Take a flag out of every environment; its key stays' },
  middleware: need('change', { versioned: true }),
  request: { params, body: json(withReason) },
  responses: { 200: answer('The flag as it is now', changedFlag), ...problemAnswers },
});
const unarchive = createRoute({
  ...{ method: 'post', path: `${path}/unarchive`, tags, summary: 'Bring a flag back as it was, killed if it was' },
  middleware: need('change', { versioned: true }),
  request: { params, body: json(withReason) },
  responses: { 200: answer('The flag as it is now', changedFlag), ...problemAnswers },
});

/** `/flags` of a project. */
export function flagRoutes(parts: FlagParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  answerQuestions(routes, parts.door.db);
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const committed = await createFlag(parts, askingOf(c, reason), c.get('scope').projectId, wanted);
    return c.json(await changed(attempt(parts, false), c, wanted.key, committed), 201);
  });
  routes.openapi(replace, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const { flag } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const committed = await replaceFlag(tried.parts, asking, c.get('scope').projectId, flag, wanted);
    return c.json(await changed(tried, c, flag, committed), 200);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const { flag } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const committed = await patchFlag(tried.parts, asking, c.get('scope').projectId, flag, patch);
    return c.json(await changed(tried, c, flag, committed), 200);
  });
  for (const [route, archived] of [
    [archive, true],
    [unarchive, false],
  ] as const) {
    routes.openapi(route, async (c) => {
      const { flag } = c.req.valid('param');
      const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
      return c.json(
        await changed(
          attempt(parts, false),
          c,
          flag,
          await archiveFlag(parts, asking, c.get('scope').projectId, flag, archived),
        ),
        200,
      );
    });
  }
  return routes;
}

/** What changes nothing. */
function answerQuestions(routes: OpenAPIHono<HouseEnv>, db: Db): void {
  routes.openapi(list, async (c) => {
    const { limit, cursor: _cursor, ...filter } = c.req.valid('query');
    const rows = await listFlags(db, c.get('scope').projectId, filter, {
      limit,
      after: textAfter(c.req.valid('query')),
    });
    const { items, next } = makePage(
      rows,
      limit,
      (row) => row,
      (row) => row.key,
    );
    return c.json(
      { items: await showFlags(db, items, seenEnvironments(c.get('principal'), c.get('scope').projectId)), next },
      200,
    );
  });
  routes.openapi(read, async (c) => {
    const row = await requireFlag(db, c.get('scope').projectId, c.req.valid('param').flag);
    c.header('ETag', versionTag(row.version));
    return c.json(await showFlag(db, row, seenEnvironments(c.get('principal'), c.get('scope').projectId)), 200);
  });
  routes.openapi(users, async (c) => {
    const { key } = await requireFlag(db, c.get('scope').projectId, c.req.valid('param').flag);
    const environments = await readDependents(
      db,
      c.get('scope').projectId,
      key,
      seenEnvironments(c.get('principal'), c.get('scope').projectId),
    );
    return c.json({ flag: key, environments }, 200);
  });
}

async function changed(tried: Attempt<FlagParts>, c: Context<HouseEnv>, key: string, committed: Committed<FlagRow>) {
  const { db } = tried.parts.door;
  const { result, change } = await withResult(committed, () => requireFlag(db, c.get('scope').projectId, key));
  // What was only tried has no version that one could name.
  if (tried.rehearsed === undefined) c.header('ETag', versionTag(result.version));
  const rehearsal = showRehearsal(tried, { flags: [key] });
  return { flag: await showFlag(db, result), ...(change ? { change } : {}), ...rehearsal };
}
