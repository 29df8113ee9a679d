import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { isKeptMoment } from '../platform/moment.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { invalid } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { createFreeze, editFreeze, endFreeze, type FreezeParts } from './change-freeze.ts';
import { allEnvironments } from './environment-store.ts';
import { changedFreeze, freezeId, freezePage, freezePatch, freezeQuery, newFreeze } from './freeze-contract.ts';
import { type FreezeRow, listFreezes } from './freeze-store.ts';
import { showFreeze } from './read-freeze.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Freezes'];
const path = '/freezes/{freeze}' as const;

const list = createRoute({
  ...{ method: 'get', path: '/freezes', tags, summary: 'When nothing may grow: those that hold or are ahead' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { query: freezeQuery },
  responses: { 200: answer('The newest first', freezePage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/freezes', tags, summary: 'Make a freeze, once or again and again' },
  middleware: need('admin'),
  request: { body: { ...json(newFreeze), required: true } },
  responses: { 201: answer('The freeze', changedFreeze), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change a freeze; to let it hold less takes a second admin' },
  middleware: need('admin', { versioned: true }),
  request: { params: freezeId, body: { ...json(freezePatch), required: true } },
  responses: { 200: answer('The freeze as it is now', changedFreeze), ...problemAnswers },
});
const end = createRoute({
  ...{ method: 'delete', path, tags, summary: 'End a freeze before it is over, which takes a second admin' },
  middleware: need('admin', { versioned: true }),
  request: { params: freezeId, body: json(withReason) },
  responses: { 200: answer('The freeze as it was', changedFreeze), ...problemAnswers },
});

/** `/freezes` of a project. */
export function freezeRoutes(parts: FreezeParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db, clock } = parts.door;
  const show = async (c: Context<HouseEnv>, row: FreezeRow) => {
    c.header('ETag', versionTag(row.version));
    return showFreeze(row, await allEnvironments(db, c.get('scope').projectId), undefined, clock.now());
  };
  routes.openapi(list, async (c) => {
    const { projectId } = c.get('scope');
    const only = seenEnvironments(c.get('principal'), projectId);
    const known = await allEnvironments(db, projectId);
    const query = c.req.valid('query');
    const [now, withOver] = [clock.now(), query.over === 'true'];
    const filter = { notOverAt: withOver ? undefined : now, environmentIds: only };
    const rows = await listFreezes(db, projectId, filter, {
      ...{ limit: query.limit, before: readBefore(textAfter(query)) },
    });
    const show = (row: FreezeRow) => showFreeze(row, known, only, now, query);
    const { items, next } = makePage(rows, query.limit, show, writeBefore);
    return c.json({ items: items.filter(({ state }) => withOver || state !== 'over'), next }, 200);
  });
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const done = await createFreeze(parts, askingOf(c, reason), c.get('scope').projectId, wanted);
    return c.json({ freeze: await show(c, done.result), ...(done.change ? { change: done.change } : {}) }, 201);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const asking = askingOf(c, reason, expectedVersion(c));
    const done = await editFreeze(parts, asking, c.get('scope').projectId, c.req.valid('param').freeze, patch);
    return c.json({ freeze: await show(c, done.result), ...(done.change ? { change: done.change } : {}) }, 200);
  });
  routes.openapi(end, async (c) => {
    const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
    const done = await endFreeze(parts, asking, c.get('scope').projectId, c.req.valid('param').freeze);
    return c.json({ freeze: await show(c, done.result), ...(done.change ? { change: done.change } : {}) }, 200);
  });
  return routes;
}

/** Two freezes may have been made at the same moment. */
const writeBefore = ({ createdAt, id }: FreezeRow) => `${createdAt.toISOString()} ${id}`;

function readBefore(text: string | undefined) {
  if (text === undefined) return undefined;
  const [at = '', id = ''] = text.split(' ');
  const createdAt = new Date(at);
  if (isKeptMoment(createdAt)) return { createdAt, id };
  throw invalid([
    { path: '/query/cursor', code: 'bad_cursor', expected: 'the `next` of an earlier page of this list' },
  ]);
}
