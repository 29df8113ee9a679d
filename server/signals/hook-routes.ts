import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { askingOf } from '../access/asking.ts';
import { rotation } from '../access/contract.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { shownOnce } from '../access/key-routes.ts';
import { subjectOfChange } from '../access/key-store.ts';
import { withResult } from '../platform/committed.ts';
import { makePage, numberAfter, pageQuery, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag, withCurrent } from '../platform/version.ts';
import { createHook, deleteHook, editHook, type HookParts, requireHook, rotateHook } from './change-hook.ts';
import {
  changedHook,
  deletedHook,
  hookAnswer,
  hookId,
  hookPage,
  hookPatch,
  madeHook,
  newHook,
  signalPage,
  signalQuery,
} from './contract.ts';
import { showHook } from './hook.ts';
import { type HookRow, lastSignalAt, listHooks, liveSecrets } from './hook-store.ts';
import { listSignals, type SignalRow } from './signal-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Hooks'];
const path = '/hooks/{id}' as const;
const admin = need('admin');
const mayChange = need('admin', { versioned: true });

const list = createRoute({
  ...{ method: 'get', path: '/hooks', tags, summary: 'The hooks of a project, never their secrets' },
  middleware: admin,
  request: { query: pageQuery },
  responses: { 200: answer('Hooks by id', hookPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/hooks', tags, summary: 'Make a hook; its secret is shown in this answer only' },
  middleware: admin,
  request: { body: { ...json(newHook), required: true } },
  responses: { 201: answer('The hook and its secret', madeHook), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One hook' },
  middleware: admin,
  request: { params: hookId },
  responses: { 200: answer('The hook', hookAnswer), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change its name, what it may do, or where' },
  middleware: mayChange,
  request: { params: hookId, body: { ...json(hookPatch), required: true } },
  responses: { 200: answer('The hook as it is now', changedHook), ...problemAnswers },
});
const rotate = createRoute({
  ...{
    method: 'post',
    path: `${path}/rotate`,
    tags,
    summary: 'Make another secret; the one before is good for a while',
  },
  middleware: mayChange,
  request: { params: hookId, body: json(rotation) },
  responses: { 201: answer('The hook and its new secret', madeHook), ...problemAnswers },
});
const remove = createRoute({
  ...{ method: 'delete', path, tags, summary: 'Take no more signals by it' },
  middleware: mayChange,
  request: { params: hookId, body: json(withReason) },
  responses: { 200: answer('It is gone', deletedHook), ...problemAnswers },
});
const received = createRoute({
  ...{ method: 'get', path: `${path}/signals`, tags, summary: 'What came in by it within 24 hours, newest first' },
  middleware: admin,
  request: { params: hookId, query: signalQuery },
  responses: { 200: answer('Signals, and what came of each', signalPage), ...problemAnswers },
});

/** `/hooks` of a project. */
export function hookRoutes(parts: HookParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  answerQuestions(routes, parts);
  const { db } = parts.door;
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const { projectId } = c.get('scope');
    const { secret, ...committed } = await createHook(parts, askingOf(c, reason), projectId, wanted);
    const { result, change } = await withResult(committed, async ({ id }) => {
      return requireHook(db, projectId, (await subjectOfChange(db, projectId, id))?.split('/')[1] ?? '');
    });
    if (!change) throw new Error('A hook was made without a change.');
    c.header('ETag', versionTag(result.version));
    return c.json(
      { hook: await show(parts, result), ...shownOnce(committed.replayed ? undefined : secret), change },
      201,
    );
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const { projectId } = c.get('scope');
    const { id } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const committed = await withCurrent(editHook(parts, asking, projectId, id, patch), () => now(parts, projectId, id));
    const { result, change } = await withResult(committed, () => requireHook(db, projectId, id));
    c.header('ETag', versionTag(result.version));
    return c.json({ hook: await show(parts, result), ...(change ? { change } : {}) }, 200);
  });
  routes.openapi(rotate, async (c) => {
    const { reason, overlapMs } = rotation.parse(c.req.valid('json') ?? {});
    const { projectId } = c.get('scope');
    const { id } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const { secret, ...committed } = await withCurrent(rotateHook(parts, asking, projectId, id, overlapMs), () =>
      now(parts, projectId, id),
    );
    const { result, change } = await withResult(committed, () => requireHook(db, projectId, id));
    if (!change) throw new Error('A secret was made without a change.');
    c.header('ETag', versionTag(result.version));
    return c.json(
      { hook: await show(parts, result), ...shownOnce(committed.replayed ? undefined : secret), change },
      201,
    );
  });
  routes.openapi(remove, async (c) => {
    const { reason } = withReason.parse(c.req.valid('json') ?? {});
    const { id } = c.req.valid('param');
    const asking = askingOf(c, reason, expectedVersion(c));
    const { projectId } = c.get('scope');
    const { change } = await withCurrent(deleteHook(parts, asking, projectId, id), () => now(parts, projectId, id));
    return c.json({ id, ...(change ? { change } : {}) }, 200);
  });
  return routes;
}

/** What changes nothing. */
function answerQuestions(routes: OpenAPIHono<HouseEnv>, parts: HookParts): void {
  const { db } = parts.door;
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listHooks(db, c.get('scope').projectId, { limit: query.limit, after: textAfter(query) });
    const shown = new Map(await Promise.all(rows.map(async (row) => [row.id, await show(parts, row)] as const)));
    const page = makePage(
      rows,
      query.limit,
      ({ id }) => id,
      ({ id }) => id,
    );
    return c.json({ items: page.items.flatMap((id) => shown.get(id) ?? []), next: page.next }, 200);
  });
  routes.openapi(read, async (c) => {
    const row = await requireHook(db, c.get('scope').projectId, c.req.valid('param').id);
    c.header('ETag', versionTag(row.version));
    return c.json(await show(parts, row), 200);
  });
  routes.openapi(received, async (c) => {
    const { id } = await requireHook(db, c.get('scope').projectId, c.req.valid('param').id);
    const query = c.req.valid('query');
    const rows = await listSignals(db, id, { limit: query.limit, before: numberAfter(query) });
    return c.json(
      makePage(rows, query.limit, showSignal, (row) => row.id),
      200,
    );
  });
}

/** As the GET of it answers. */
const now = async (parts: HookParts, projectId: number, id: string) =>
  show(parts, await requireHook(parts.door.db, projectId, id));

async function show({ door: { db, clock } }: HookParts, row: HookRow) {
  const [secrets, last] = await Promise.all([liveSecrets(db, row.id, clock.now()), lastSignalAt(db, row.id)]);
  return showHook(row, { secrets, lastSignalAt: last });
}

function showSignal(row: SignalRow) {
  const { id, fingerprint, status, severity, labels, summary, outcome, because } = row;
  return {
    ...{ id, fingerprint, status, severity, labels, summary, outcome, because },
    startsAt: row.startsAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
  };
}
