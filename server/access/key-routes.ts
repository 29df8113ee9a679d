import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { makePage, pageQuery, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { askingOf, type EnvironmentPlace, placeOf } from './asking.ts';
import {
  changedKey,
  heldRevocation,
  keyAnswer,
  keyPage,
  keyPatch,
  madeKey,
  newKey,
  rotatedKey,
  rotation,
} from './contract.ts';
import { createKey } from './create-key.ts';
import { editKey } from './edit-key.ts';
import { type HouseEnv, need, newRoutes } from './guard.ts';
import type { HeldRevocation } from './held-revocations.ts';
import { showKey } from './key.ts';
import { type KeyParts, requireKey } from './key-place.ts';
import { listKeys } from './key-store.ts';
import { revokeKey } from './revoke-key.ts';
import { rotateKey } from './rotate-key.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const id = z.object({ id: z.string().max(40) });
const tags = ['Keys'];

const list = createRoute({
  ...{ method: 'get', path: '/keys', tags, summary: 'The keys of an environment, never their secrets' },
  middleware: need('admin'),
  request: { query: pageQuery },
  responses: { 200: answer('Keys by id', keyPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/keys', tags, summary: 'Make a key; its secret is shown in this answer only' },
  middleware: need('admin'),
  request: { body: { ...json(newKey), required: true } },
  responses: { 201: answer('The key and its secret', madeKey), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path: '/keys/{id}', tags, summary: 'One key' },
  middleware: need('admin'),
  request: { params: id },
  responses: { 200: answer('The key', keyAnswer), ...problemAnswers },
});
const edit = createRoute({
  ...{
    method: 'patch',
    path: '/keys/{id}',
    tags,
    summary: 'Change the name, the end, the limits or the contexts of a key',
  },
  middleware: need('admin', { versioned: true }),
  request: { params: id, body: { ...json(keyPatch), required: true } },
  responses: { 200: answer('The key as it is now', changedKey), ...problemAnswers },
});
const rotate = createRoute({
  ...{ method: 'post', path: '/keys/{id}/rotate', tags, summary: 'Make a second key and let this one expire' },
  middleware: need('admin'),
  request: { params: id, body: json(rotation) },
  responses: { 201: answer('The new key and the old one', rotatedKey), ...problemAnswers },
});
const revoke = createRoute({
  ...{ method: 'post', path: '/keys/{id}/revoke', tags, summary: 'End a key for good, open streams included' },
  middleware: need('admin', { withoutKeptAnswers: true }),
  request: { params: id, body: json(withReason) },
  responses: {
    200: answer('The key as it is now', changedKey),
    202: answer('It holds on this node; the database will be told', heldRevocation),
    ...problemAnswers,
  },
});

/** `/keys` of an environment. */
export function keyRoutes(parts: KeyParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, async (c) => {
    const { projectId, environment } = placeOf(c);
    const query = c.req.valid('query');
    const page = { limit: query.limit, after: textAfter(query) };
    const rows = await listKeys(parts.db, projectId, environment.id, page);
    const now = parts.clock.now();
    return c.json(
      makePage(
        rows,
        query.limit,
        (row) => showKey(row, environment.key, now),
        (row) => row.id,
      ),
      200,
    );
  });
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const place = placeOf(c);
    const { row, secret, change } = await createKey(parts, askingOf(c, reason), place, wanted);
    c.header('ETag', versionTag(row.version));
    return c.json({ key: show(parts, place, row), ...shownOnce(secret), change }, 201);
  });
  routes.openapi(read, async (c) => {
    const place = placeOf(c);
    const row = await requireKey(parts.db, place, c.req.valid('param').id);
    c.header('ETag', versionTag(row.version));
    return c.json(show(parts, place, row), 200);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const place = placeOf(c);
    const { id } = c.req.valid('param');
    const { result, change } = await editKey(parts, askingOf(c, reason, expectedVersion(c)), place, id, patch);
    c.header('ETag', versionTag(result.version));
    return c.json({ key: show(parts, place, result), ...(change ? { change } : {}) }, 200);
  });
  routes.openapi(rotate, async (c) => {
    const { reason, overlapMs } = rotation.parse(c.req.valid('json'));
    const place = placeOf(c);
    const made = await rotateKey(parts, askingOf(c, reason), place, c.req.valid('param').id, overlapMs);
    const { row, old, secret, change } = made;
    return c.json({ key: show(parts, place, row), old: show(parts, place, old), ...shownOnce(secret), change }, 201);
  });
  routes.openapi(revoke, async (c) => {
    const { reason } = c.req.valid('json');
    const place = placeOf(c);
    const revoked = await revokeKey(parts, askingOf(c, reason), place, c.req.valid('param').id);
    if ('held' in revoked) return c.json(showHeld(revoked.held), 202);
    const { result, change } = revoked;
    return c.json({ key: show(parts, place, result), ...(change ? { change } : {}) }, 200);
  });
  return routes;
}

const show = (parts: KeyParts, place: EnvironmentPlace, row: Parameters<typeof showKey>[0]) =>
  showKey(row, place.environment.key, parts.clock.now());

/** The secret, or why there is none: the first answer to this request had it. */
export function shownOnce(secret: string | undefined): { secret: string | null; secretNotice?: string } {
  if (secret !== undefined) return { secret };
  return { secret: null, secretNotice: 'The secret was shown once, in the first answer to this request.' };
}

/** What is known of a revocation that this node holds. */
export function showHeld({ credential }: HeldRevocation) {
  return { id: credential, state: 'revoked', durable: 'journal' } as const;
}
