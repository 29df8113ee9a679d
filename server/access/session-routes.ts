import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { changePassword } from './change-password.ts';
import { addressOf, networkOf } from './client-address.ts';
import { endAllSessions, endSession } from './end-sessions.ts';
import { type HouseEnv, need, newRoutes, open } from './guard.ts';
import { arrivalOf } from './identify.ts';
import { makeFirstAdmin } from './make-first-admin.ts';
import { showMe } from './me.ts';
import type { PeopleParts } from './people-parts.ts';
import {
  acceptance,
  firstAdmin,
  type MySession,
  me,
  mySessions,
  passwordChange,
  setupState,
  signInRequest,
} from './person-contract.ts';
import type { KeyPrincipal, PersonPrincipal, Principal } from './principal.ts';
import { type NewSession, SESSION_MS, type SignInFrom } from './session.ts';
import { cookieWayOf, requireCookieWay, writeSessionCookie } from './session-cookie.ts';
import { listSessions, type SessionRow } from './session-store.ts';
import { signIn } from './sign-in.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['People'];
const withCookie = 'Who signed in; a cookie holds the session';
const gone = { description: 'Done; the cookie is taken away' };

const readSetup = createRoute({
  ...{ method: 'get', path: '/setup', tags, summary: 'Whether there is an administrator, and whether one may sign in' },
  middleware: open(),
  responses: { 200: answer('How it stands', setupState), ...problemAnswers },
});
const setUp = createRoute({
  ...{ method: 'post', path: '/setup', tags, summary: 'Make the first administrator, by the link of the first start' },
  middleware: open(),
  request: { body: { ...json(firstAdmin), required: true } },
  responses: { 201: answer(withCookie, me), ...problemAnswers },
});
const begin = createRoute({
  ...{ method: 'post', path: '/session', tags, summary: 'Sign in' },
  middleware: open(),
  request: { body: { ...json(signInRequest), required: true } },
  responses: { 200: answer(withCookie, me), ...problemAnswers },
});
const accept = createRoute({
  ...{ method: 'post', path: '/invitations', tags, summary: 'Set a password by a link, and sign in' },
  middleware: open(),
  request: { body: { ...json(acceptance), required: true } },
  responses: { 200: answer(withCookie, me), ...problemAnswers },
});
const end = createRoute({
  ...{ method: 'delete', path: '/session', tags, summary: 'Sign out' },
  middleware: need('session'),
  responses: { 204: gone, ...problemAnswers },
});
const endAll = createRoute({
  ...{ method: 'post', path: '/session/end-all', tags, summary: 'Sign out everywhere' },
  middleware: need('session', { withoutKeptAnswers: true }),
  responses: { 204: gone, ...problemAnswers },
});
const readMe = createRoute({
  ...{ method: 'get', path: '/me', tags, summary: 'Who asks, what they may do where, and why not the rest' },
  middleware: need('self'),
  responses: { 200: answer('The caller', me), ...problemAnswers },
});
const password = createRoute({
  ...{ method: 'post', path: '/me/password', tags, summary: 'Change one’s password; every other session ends' },
  middleware: need('session', { withoutKeptAnswers: true }),
  request: { body: { ...json(passwordChange), required: true } },
  responses: { 200: answer(withCookie, me), ...problemAnswers },
});
const readSessions = createRoute({
  ...{ method: 'get', path: '/me/sessions', tags, summary: 'Where one is signed in' },
  middleware: need('session'),
  responses: { 200: answer('Sessions, the newest first', mySessions), ...problemAnswers },
});
const endOne = createRoute({
  ...{ method: 'post', path: '/me/sessions/{id}/end', tags, summary: 'Sign out somewhere else' },
  middleware: need('session', { withoutKeptAnswers: true }),
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 204: { description: 'It has ended' }, ...problemAnswers },
});

/** Signing in and out, and one's own account. */
export function sessionRoutes(parts: PeopleParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(readSetup, (c) => {
    if (parts.list.revision < 0) throw new Problem('unavailable', 'It is not known yet who may do what.');
    const https = cookieWayOf(c.get('house').publicUrl, arrivalOf(c)) !== undefined;
    return c.json({ needed: !parts.list.people.hasAdmin(), https }, 200);
  });
  routes.openapi(setUp, async (c) => {
    requireWay(c);
    const session = await makeFirstAdmin(parts, c.req.valid('json'), fromOf(c));
    return c.json(welcome(parts, c, session), 201);
  });
  routes.openapi(begin, async (c) => {
    requireWay(c);
    const session = await signIn(parts, c.req.valid('json'), fromOf(c));
    return c.json(welcome(parts, c, session), 200);
  });
  routes.openapi(accept, async (c) => {
    requireWay(c);
    // Each link is a question to the database, whoever asks: it counts as refused before anybody knows whether it is.
    await c.get('house').admission.admitRefused(networkOf(fromOf(c).address));
    const session = await acceptInvitation(parts, c.req.valid('json'), fromOf(c));
    return c.json(welcome(parts, c, session), 200);
  });
  routes.openapi(end, async (c) => {
    await endSession(parts, personOf(c));
    return leave(c);
  });
  routes.openapi(endAll, async (c) => {
    await endAllSessions(parts, personOf(c));
    return leave(c);
  });
  routes.openapi(readMe, (c) => c.json(showMe(parts.list, withoutKeys(c.get('principal'))), 200));
  routes.openapi(password, async (c) => {
    const session = await changePassword(parts, personOf(c), c.req.valid('json'), fromOf(c));
    return c.json(welcome(parts, c, session), 200);
  });
  routes.openapi(readSessions, async (c) => {
    const person = personOf(c);
    const rows = await listSessions(parts.db, person.id);
    return c.json({ items: rows.map((row) => showSession(row, person)) }, 200);
  });
  routes.openapi(endOne, async (c) => {
    const found = await endSession(parts, personOf(c), c.req.valid('param').id);
    if (!found) throw new Problem('not_found', 'You have no such session.');
    return c.body(null, 204);
  });
  return routes;
}

const requireWay = (c: Context<HouseEnv>) => requireCookieWay(c.get('house').publicUrl, arrivalOf(c));

export function fromOf(c: Context<HouseEnv>): SignInFrom {
  return { address: addressOf(c, c.get('house').trustProxy), agent: c.req.header('user-agent') ?? '' };
}

/** Gives the browser its session, and tells who that is now. */
function welcome(parts: PeopleParts, c: Context<HouseEnv>, session: NewSession) {
  giveSession(c, session);
  const person = parts.list.findSession(session.secret);
  if (typeof person === 'string') {
    const late = 'You are signed in, and this node does not know it yet. Load the page again.';
    throw new Problem('unavailable', late, { retryAfterSeconds: 1 });
  }
  return showMe(parts.list, person);
}

export function giveSession(c: Context<HouseEnv>, { secret }: NewSession): void {
  c.header('Set-Cookie', writeSessionCookie(requireWay(c), secret, SESSION_MS / 1_000));
}

function leave(c: Context<HouseEnv>) {
  c.header('Set-Cookie', writeSessionCookie(requireWay(c), undefined, 0));
  return c.body(null, 204);
}

function showSession(row: SessionRow, { session }: PersonPrincipal): MySession {
  const { id, address, agent } = row;
  const [madeAt, expiresAt] = [row.madeAt.toISOString(), row.expiresAt.toISOString()];
  return { id, madeAt, expiresAt, address, agent, current: id === session };
}

/** The guard asked for the right `session`, which people alone have. */
function personOf(c: Context<HouseEnv>): PersonPrincipal {
  const principal = c.get('principal');
  if (principal.kind !== 'person') throw new Problem('forbidden', 'Only somebody who has signed in can do this.');
  return principal;
}

function withoutKeys(principal: Principal): Exclude<Principal, KeyPrincipal> {
  if (principal.kind === 'key') throw new Problem('forbidden', 'A key of apps is nobody in particular.');
  return principal;
}
