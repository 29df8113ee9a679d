import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Asking, askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { actorOf } from '../access/principal.ts';
import type { Done } from '../platform/committed.ts';
import { makePage, numberAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag, withCurrent } from '../platform/version.ts';
import { applyRequest } from './apply-request.ts';
import {
  approveBody,
  changedRequest,
  editedItems,
  newRequest,
  type RequestQuery,
  requestId,
  requestPage,
  requestQuery,
  wholeRequest,
} from './contract.ts';
import { approveRequest, rejectRequest, withdrawRequest } from './decide-request.ts';
import { readWholeRequest } from './read-request.ts';
import { maySeeRequest, type RequestParts, requireRequest } from './request-parts.ts';
import { showRequests } from './show-request.ts';
import { listRequests, type RequestRow } from './store.ts';
import { editRequest, makeRequest, rebaseRequest } from './write-request.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Change requests'];
const path = '/requests/{request}' as const;
const across = { acrossEnvironments: true } as const;
const changed = { 200: answer('The request as it is now', changedRequest), ...problemAnswers };
const closing = { params: requestId, body: json(withReason) };

const list = createRoute({
  ...{ method: 'get', path: '/requests', tags, summary: 'What waits for an approval, and what did; newest first' },
  middleware: need('read', across),
  request: { query: requestQuery },
  responses: { 200: answer('Requests', requestPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/requests', tags, summary: 'Write down calls that wait until they are approved' },
  middleware: need('change', across),
  request: { body: { ...json(newRequest), required: true } },
  responses: { 201: answer('The request, with what it comes to', changedRequest), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One request: what it comes to, and what it waits for' },
  middleware: need('read', across),
  request: { params: requestId },
  responses: { 200: answer('The request', wholeRequest), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'put', path: `${path}/items`, tags, summary: 'Write other items; all approvals are void' },
  middleware: need('change', { ...across, versioned: true }),
  request: { params: requestId, body: { ...json(editedItems), required: true } },
  responses: changed,
});
const approve = createRoute({
  ...{ method: 'post', path: `${path}/approve`, tags, summary: 'Approve exactly what the hash names; for people' },
  middleware: need('change', across),
  request: { params: requestId, body: { ...json(approveBody), required: true } },
  responses: changed,
});
const reject = createRoute({
  ...{ method: 'post', path: `${path}/reject`, tags, summary: 'Say no to it' },
  ...{ middleware: need('change', { ...across, versioned: true }), request: closing, responses: changed },
});
const withdraw = createRoute({
  ...{ method: 'post', path: `${path}/withdraw`, tags, summary: 'Take one’s own request back' },
  ...{ middleware: need('change', { ...across, versioned: true }), request: closing, responses: changed },
});
const apply = createRoute({
  ...{ method: 'post', path: `${path}/apply`, tags, summary: 'Carry it out, as one change' },
  ...{ middleware: need('change', { ...across, versioned: true }), request: closing, responses: changed },
});
const rebase = createRoute({
  ...{ method: 'post', path: `${path}/rebase`, tags, summary: 'Take it to where everything is now' },
  ...{ middleware: need('change', { ...across, versioned: true }), request: closing, responses: changed },
});

/** `/requests` of a project. */
export function requestRoutes(parts: RequestParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { door } = parts;
  routes.openapi(list, async (c) => c.json(await listShown(parts, c, c.req.valid('query')), 200));
  routes.openapi(make, async (c) => {
    const wanted = c.req.valid('json');
    const done = await makeRequest(parts, askingOf(c, wanted.reason), projectOf(c), wanted);
    return c.json(await shown(parts, c, done), 201);
  });
  routes.openapi(read, async (c) => {
    const asking = askingOf(c, undefined);
    const row = await requireRequest(door.db, projectOf(c), c.req.valid('param').request, asking.principal);
    c.header('ETag', versionTag(row.version));
    return c.json(await readWholeRequest(parts, asking, row), 200);
  });
  routes.openapi(edit, async (c) => {
    const edited = c.req.valid('json');
    const asking = askingOf(c, edited.reason, expectedVersion(c));
    const work = editRequest(parts, asking, projectOf(c), c.req.valid('param').request, edited);
    return c.json(await shown(parts, c, await withCurrent(work, () => whole(parts, c))), 200);
  });
  routes.openapi(approve, async (c) => {
    const { hash, reason } = c.req.valid('json');
    const { request } = c.req.valid('param');
    return c.json(
      await shown(parts, c, await approveRequest(parts, askingOf(c, reason), projectOf(c), request, hash)),
      200,
    );
  });
  for (const [route, verb] of [
    [reject, rejectRequest],
    [withdraw, withdrawRequest],
    [apply, applyRequest],
    [rebase, rebaseRequest],
  ] as const) {
    routes.openapi(route, async (c) => {
      const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
      const work: Promise<Shown> = verb(parts, asking, projectOf(c), c.req.valid('param').request);
      return c.json(await shown(parts, c, await withCurrent(work, () => whole(parts, c))), 200);
    });
  }
  return routes;
}

const projectOf = (c: Context<HouseEnv>) => c.get('scope').projectId;

const viewerOf = ({ door, list: known }: RequestParts, { principal }: Asking) => ({
  ...{ principal, now: door.clock.now(), list: known },
});

/** As the GET of it answers. */
async function whole(parts: RequestParts, c: Context<HouseEnv>) {
  const asking = askingOf(c, undefined);
  const row = await requireRequest(parts.door.db, projectOf(c), c.req.param('request') ?? '', asking.principal);
  return readWholeRequest(parts, asking, row);
}

type Shown = Done<RequestRow> & { secret?: string };

async function shown(parts: RequestParts, c: Context<HouseEnv>, { result, change, secret }: Shown) {
  const [request] = await showRequests(
    parts.door.db,
    result.projectId,
    [result],
    viewerOf(parts, askingOf(c, undefined)),
  );
  if (!request) throw new Error('a request that is there is shown');
  c.header('ETag', versionTag(result.version));
  return { request, ...(change ? { change } : {}), ...(secret === undefined ? {} : { secret }) };
}

/** What is asked for beyond the columns is looked at page by page, so a page may be short and have a next one. */
async function listShown(parts: RequestParts, c: Context<HouseEnv>, query: RequestQuery) {
  const asking = askingOf(c, undefined);
  const { limit, state, mine, inbox } = query;
  const filter = {
    state: inbox === 'true' || state === 'expired' ? ('open' as const) : state,
    createdBy: mine === 'true' ? actorOf(asking.principal) : undefined,
  };
  const page = { limit, below: numberAfter(query) };
  const rows = await listRequests(parts.door.db, projectOf(c), filter, page);
  const { items, next } = makePage(
    rows,
    limit,
    (row) => row,
    (row) => row.seq,
  );
  const seen = items.filter((row) => maySeeRequest(row, asking.principal));
  const all = await showRequests(parts.door.db, projectOf(c), seen, viewerOf(parts, asking));
  const wanted = all.filter((one) => {
    if (inbox === 'true') return one.state === 'open' && one.mayApprove;
    return state === undefined || one.state === state;
  });
  return { items: wanted, next };
}
