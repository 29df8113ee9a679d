import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf, type EnvironmentPlace, placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { dryRunQuery, isDry } from '../changes/contract.ts';
import type { Committed } from '../changes/door.ts';
import { type Attempt, attempt } from '../changes/rehearse.ts';
import type { Db } from '../database/connect.ts';
import { withResult } from '../platform/committed.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import {
  changeMembers,
  createSegment,
  deleteSegment,
  patchSegment,
  replaceSegment,
  requireSegment,
  type SegmentParts,
} from './change-segment.ts';
import {
  changedMembers,
  changedSegment,
  deletedSegment,
  memberChanges,
  newSegment,
  segmentDependents,
  segmentPage,
  segmentPatch,
  segmentPut,
  segmentQuery,
  segmentWithUsers,
} from './contract.ts';
import { readNaming } from './dependent-store.ts';
import { dependentsOf, usersOfEach } from './dependents.ts';
import { showSegment, summariseSegment } from './segment.ts';
import { showRehearsal } from './show-rehearsal.ts';
import { listSegments, readSegmentUsers, type SegmentRow } from './store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const params = z.object({ segment: z.string().max(128).openapi({ example: 'beta-testers' }) });
const tags = ['Segments'];
const path = '/segments/{segment}' as const;

const list = createRoute({
  ...{ method: 'get', path: '/segments', tags, summary: 'The segments of an environment' },
  middleware: need('read'),
  request: { query: segmentQuery },
  responses: {
    200: answer('Segments by key, with the number of their members and who names them', segmentPage),
    ...problemAnswers,
  },
});
const make = createRoute({
  ...{ method: 'post', path: '/segments', tags, summary: 'Make a segment' },
  middleware: need('change'),
  request: { body: { ...json(newSegment), required: true } },
  responses: { 201: answer('The segment', changedSegment), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One segment with all members, and who names it' },
  middleware: need('read'),
  request: { params },
  responses: { 200: answer('The segment', segmentWithUsers), ...problemAnswers },
});
const users = createRoute({
  ...{ method: 'get', path: `${path}/dependents`, tags, summary: 'Who is reached by a change of a segment, and how' },
  middleware: need('read'),
  request: { params },
  responses: { 200: answer('Flags and segments, those that name it first', segmentDependents), ...problemAnswers },
});
const replace = createRoute({
  ...{ method: 'put', path, tags, summary: 'Replace a segment; needs If-Match' },
  middleware: need('change', { versioned: true }),
  request: { params, query: dryRunQuery, body: { ...json(segmentPut), required: true } },
  responses: { 200: answer('The segment as it is now', changedSegment), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change fields of a segment (RFC 7396)' },
  middleware: need('change', { versioned: true }),
  request: { params, query: dryRunQuery, body: { ...json(segmentPatch), required: true } },
  responses: { 200: answer('The segment as it is now', changedSegment), ...problemAnswers },
});
const remove = createRoute({
  ...{ method: 'delete', path, tags, summary: 'Delete a segment that nobody names' },
  middleware: need('change', { versioned: true }),
  request: { params, body: json(withReason) },
  responses: { 200: answer('It is gone', deletedSegment), ...problemAnswers },
});
const members = createRoute({
  ...{ method: 'post', path: `${path}/members`, tags, summary: 'Add and remove some members, whoever else does' },
  middleware: need('change', { versioned: true }),
  request: { params, query: dryRunQuery, body: { ...json(memberChanges), required: true } },
  responses: { 200: answer('The segment as it is now', changedMembers), ...problemAnswers },
});

/** `/segments` of an environment. */
export function segmentRoutes(parts: SegmentParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  answerQuestions(routes, parts.door.db);
  routes.openapi(make, async (c) => {
    const { reason, key, ...fields } = c.req.valid('json');
    const place = placeOf(c);
    const committed = await createSegment(parts, askingOf(c, reason), place, key, fields);
    return c.json(await changed(attempt(parts, false), c, place, key, committed), 201);
  });
  routes.openapi(replace, async (c) => {
    const { reason, ...fields } = c.req.valid('json');
    const { segment } = c.req.valid('param');
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const committed = await replaceSegment(tried.parts, expecting(c, reason), placeOf(c), segment, fields);
    return c.json(await changed(tried, c, placeOf(c), segment, committed), 200);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...fields } = c.req.valid('json');
    const { segment } = c.req.valid('param');
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const committed = await patchSegment(tried.parts, expecting(c, reason), placeOf(c), segment, fields);
    return c.json(await changed(tried, c, placeOf(c), segment, committed), 200);
  });
  routes.openapi(remove, async (c) => {
    const { segment } = c.req.valid('param');
    const { change } = await deleteSegment(parts, expecting(c, c.req.valid('json').reason), placeOf(c), segment);
    return c.json({ segment, ...(change ? { change } : {}) }, 200);
  });
  routes.openapi(members, async (c) => {
    const { reason, ...changes } = c.req.valid('json');
    const { segment } = c.req.valid('param');
    const place = placeOf(c);
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const committed = await changeMembers(tried.parts, expecting(c, reason), place, segment, changes);
    const { row, ...rest } = await outcome(tried, c, place, segment, committed);
    return c.json({ segment: summariseSegment(row, place.environment.key), ...rest }, 200);
  });
  return routes;
}

/** What changes nothing. */
function answerQuestions(routes: OpenAPIHono<HouseEnv>, db: Db): void {
  routes.openapi(list, async (c) => {
    const { environment } = placeOf(c);
    const query = c.req.valid('query');
    const page = { limit: query.limit, after: textAfter(query), q: query.q };
    const rows = await listSegments(db, environment.id, page);
    const users = usersOfEach(await readNaming(db, environment.id));
    const show = (row: SegmentRow) => ({
      ...summariseSegment(row, environment.key),
      usedBy: users.get(row.key) ?? { flags: [], segments: [] },
    });
    return c.json(
      makePage(rows, query.limit, show, (row) => row.key),
      200,
    );
  });
  routes.openapi(read, async (c) => {
    const place = placeOf(c);
    const row = await requireSegment(db, place, c.req.valid('param').segment);
    const usedBy = await readSegmentUsers(db, place.environment.id, row.key);
    c.header('ETag', versionTag(row.version));
    return c.json({ ...showSegment(row, place.environment.key), usedBy }, 200);
  });
  routes.openapi(users, async (c) => {
    const place = placeOf(c);
    const { key } = await requireSegment(db, place, c.req.valid('param').segment);
    const dependents = dependentsOf({ segments: [key] }, await readNaming(db, place.environment.id));
    return c.json({ segment: key, environment: place.environment.key, dependents }, 200);
  });
}

/** Who asks, and the version that the caller believes to change. */
const expecting = (c: Context<HouseEnv>, reason: string | undefined) => askingOf(c, reason, expectedVersion(c));

/** The row after a change; a repeated request reads it again. What was only tried has no version that one could name. */
async function outcome(
  tried: Attempt<SegmentParts>,
  c: Context<HouseEnv>,
  place: EnvironmentPlace,
  key: string,
  committed: Committed<SegmentRow>,
) {
  const { db } = tried.parts.door;
  const { result: row, change } = await withResult(committed, () => requireSegment(db, place, key));
  if (tried.rehearsed === undefined) c.header('ETag', versionTag(row.version));
  return { row, ...(change ? { change } : {}), ...showRehearsal(tried, { segments: [key] }) };
}

async function changed(
  tried: Attempt<SegmentParts>,
  c: Context<HouseEnv>,
  place: EnvironmentPlace,
  key: string,
  committed: Committed<SegmentRow>,
) {
  const { row, ...rest } = await outcome(tried, c, place, key, committed);
  return { segment: showSegment(row, place.environment.key), ...rest };
}
