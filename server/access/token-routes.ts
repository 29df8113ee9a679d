import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { makePage, pageQuery, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { askingOf } from './asking.ts';
import { changedToken, heldRevocation, madeToken, newToken, tokenAnswer, tokenPage } from './contract.ts';
import { createToken } from './create-token.ts';
import { type HouseEnv, need, newRoutes } from './guard.ts';
import { showToken } from './key.ts';
import type { KeyParts } from './key-place.ts';
import { showHeld, shownOnce } from './key-routes.ts';
import { requireToken, revokeToken } from './revoke-token.ts';
import { listTokens, type TokenRow } from './token-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const id = z.object({ id: z.string().max(40) });
const tags = ['Tokens'];

const list = createRoute({
  ...{ method: 'get', path: '/tokens', tags, summary: 'The tokens of a project, never their secrets' },
  middleware: need('admin'),
  request: { query: pageQuery },
  responses: { 200: { description: 'Tokens by id', ...json(tokenPage) }, ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/tokens', tags, summary: 'Make a token; its secret is shown in this answer only' },
  // A token never makes tokens, whatever its roles.
  middleware: need('grant'),
  request: { body: { ...json(newToken), required: true } },
  responses: { 201: { description: 'The token and its secret', ...json(madeToken) }, ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path: '/tokens/{id}', tags, summary: 'One token' },
  middleware: need('admin'),
  request: { params: id },
  responses: { 200: { description: 'The token', ...json(tokenAnswer) }, ...problemAnswers },
});
const revoke = createRoute({
  ...{ method: 'post', path: '/tokens/{id}/revoke', tags, summary: 'End a token for good' },
  middleware: need('admin', { withoutKeptAnswers: true }),
  request: { params: id, body: json(withReason) },
  responses: {
    200: { description: 'The token as it is now', ...json(changedToken) },
    202: { description: 'It holds on this node; the database will be told', ...json(heldRevocation) },
    ...problemAnswers,
  },
});

/** `/tokens` of a project. */
export function tokenRoutes(parts: KeyParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const show = (row: TokenRow) => {
    const environment = row.environmentId === null ? undefined : parts.list.environmentById(row.environmentId);
    const owner = row.owner === null ? undefined : parts.list.people.findPerson(row.owner);
    return showToken(row, environment?.key ?? null, parts.clock.now(), owner);
  };
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = { limit: query.limit, after: textAfter(query) };
    const rows = await listTokens(parts.db, c.get('scope').projectId, page);
    return c.json(
      makePage(rows, query.limit, show, (row) => row.id),
      200,
    );
  });
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const made = await createToken(parts, askingOf(c, reason), c.get('scope').projectId, wanted);
    return c.json({ token: show(made.row), ...shownOnce(made.secret), change: made.change }, 201);
  });
  routes.openapi(read, async (c) => {
    const row = await requireToken(parts.db, c.get('scope').projectId, c.req.valid('param').id);
    return c.json(show(row), 200);
  });
  routes.openapi(revoke, async (c) => {
    const { reason } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const revoked = await revokeToken(parts, askingOf(c, reason), c.get('scope').projectId, id);
    if ('held' in revoked) return c.json(showHeld(revoked.held), 202);
    const { result, change } = revoked;
    return c.json({ token: show(result), ...(change ? { change } : {}) }, 200);
  });
  return routes;
}
