import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { makePage, numberAfter } from '../platform/page.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { type ChangeWords, showChange, showWholeChange } from './change.ts';
import { findPlace, listEntries } from './change-store.ts';
import { changeId, changePage, changeQuery, newEpoch, undoneChange, verification, wholeChange } from './contract.ts';
import { beginEpoch } from './new-epoch.ts';
import { requireEntry } from './seen-change.ts';
import type { Teller } from './tell-change.ts';
import { type ChangeParts, undoChange } from './undo-change.ts';
import { verifyChain } from './verify-chain.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Changes'];
// A token of one environment sees the entries that changed it, and may undo those that changed nothing else.
const acrossEnvironments = { acrossEnvironments: true } as const;

const list = createRoute({
  ...{ method: 'get', path: '/changes', tags, summary: 'The log, newest first; with `after`, oldest first' },
  middleware: need('read', acrossEnvironments),
  request: { query: changeQuery },
  responses: { 200: answer('Entries', changePage), ...problemAnswers },
});
const verify = createRoute({
  ...{ method: 'get', path: '/changes/verify', tags, summary: 'Walk the whole chain and say whether it holds' },
  middleware: need('read'),
  responses: { 200: answer('What the walk found', verification), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path: '/changes/{id}', tags, summary: 'One entry, with what it changed' },
  middleware: need('read', acrossEnvironments),
  request: { params: changeId },
  responses: { 200: answer('The entry', wholeChange), ...problemAnswers },
});
const undo = createRoute({
  ...{ method: 'post', path: '/changes/{id}/undo', tags, summary: 'Put back what it found, as a new change' },
  middleware: need('change', acrossEnvironments),
  request: { params: changeId, body: json(withReason) },
  responses: { 200: answer('What was undone', undoneChange), ...problemAnswers },
});
const epoch = createRoute({
  ...{ method: 'post', path: '/new-epoch', tags, summary: 'Begin a new history, after a backup was restored' },
  middleware: need('root'),
  request: { body: json(withReason) },
  responses: { 200: answer('Where the environment is now', newEpoch), ...problemAnswers },
});

/** `/changes` of a project. */
export function changeRoutes(parts: ChangeParts & { tellers: readonly Teller[] }): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const words: ChangeWords = { tellers: parts.tellers, nameOf: (actor) => parts.list.nameOf(actor) };
  const { db } = parts.door;
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { projectId } = c.get('scope');
    const only = seenEnvironments(c.get('principal'), projectId);
    const environmentIds = filteredEnvironments(parts, projectId, query.environment, only);
    const { limit, subject, actor, action, after, direction } = query;
    const order = after === undefined ? 'newest' : 'oldest';
    const filter = {
      ...{ environmentIds, subject, actor, action, direction, protected: query.protected === 'true' },
      ...{ since: momentOf(query.since), until: momentOf(query.until) },
    };
    const rows = await listEntries(db, projectId, filter, { limit, order, seq: numberAfter(query) ?? after });
    return c.json(
      makePage(
        rows,
        limit,
        (entry) => showChange(entry, only, words),
        (entry) => entry.seq,
      ),
      200,
    );
  });
  routes.openapi(verify, async (c) => c.json(await verifyChain(db, c.get('scope').projectId), 200));
  routes.openapi(read, async (c) => {
    const entry = await requireEntry(db, c.get('scope').projectId, c.req.valid('param').id, c.get('principal'));
    return c.json(showWholeChange(entry, seenEnvironments(c.get('principal'), c.get('scope').projectId), words), 200);
  });
  routes.openapi(undo, async (c) => {
    const { reason } = withReason.parse(c.req.valid('json'));
    const entry = await requireEntry(db, c.get('scope').projectId, c.req.valid('param').id, c.get('principal'));
    const { change } = await undoChange(parts, askingOf(c, reason), entry);
    const { id, action, subject } = entry;
    const { summary } = showChange(entry, seenEnvironments(c.get('principal'), entry.projectId), words);
    return c.json({ undone: { id, action, subject, summary }, ...(change ? { change } : {}) }, 200);
  });
  return routes;
}

/** `/new-epoch` of an environment. */
export function epochRoutes(parts: Pick<ChangeParts, 'door'>): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(epoch, async (c) => {
    const { reason } = c.req.valid('json');
    const { projectId, environment } = c.get('scope');
    if (!environment) throw new Problem('not_found', 'There is no such environment.');
    const order = { projectId, environmentId: environment.id, ...askingOf(c, reason) };
    const { change } = await beginEpoch(parts.door, order);
    const place = await findPlace(parts.door.db, projectId, environment.id);
    if (!place || !change) throw new Problem('not_found', 'There is no such environment.');
    return c.json({ environment: place.key, position: place.position, change }, 200);
  });
  return routes;
}

const momentOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

/** What one may not see is answered like what is not there. */
function filteredEnvironments(
  { list: access }: ChangeParts,
  projectId: number,
  key: string | undefined,
  only: readonly number[] | undefined,
): readonly number[] | undefined {
  if (key === undefined) return only;
  const row = access.findEnvironment(projectId, key);
  if (row && (only === undefined || only.includes(row.id))) return [row.id];
  throw invalid([
    { path: '/query/environment', code: 'unknown', expected: 'the key of an environment of this project' },
  ]);
}
