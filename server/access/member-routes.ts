import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { makePage, pageQuery, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { addMember } from './add-member.ts';
import { askingOf } from './asking.ts';
import { editMember, removeMember } from './edit-member.ts';
import { type HouseEnv, need, newRoutes } from './guard.ts';
import { invitePerson } from './invite-person.ts';
import type { MadeLink } from './make-link.ts';
import { type MemberAsking, type MemberPlace, showMember } from './member.ts';
import {
  changedMember,
  madeInvitation,
  madeMember,
  memberPage,
  memberPatch,
  newAdmin,
  newMember,
  removedMember,
} from './member-contract.ts';
import { listMembers } from './member-store.ts';
import type { PeopleParts } from './people-parts.ts';
import type { Right } from './permissions.ts';
import type { NewSession } from './session.ts';
import { fromOf, giveSession } from './session-routes.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const id = z.object({ id: z.string().max(40) });
const tags = ['People'];
// A repeated request is known by its change, and gets no link: what was shown once is stored nowhere.
const once = { withoutKeptAnswers: true } as const;

/** `/members` of a project, or of the whole installation: the same, by another right and told in another log. */
export function memberRoutes(parts: PeopleParts, of: 'project' | 'installation'): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const may: { read: Right; change: Right } =
    of === 'project' ? { read: 'admin', change: 'grant' } : { read: 'root', change: 'root' };
  addReading(routes, parts, of, may.read);
  addChanging(routes, parts, of, may.change);
  addInviting(routes, parts, of, may.change);
  return routes;
}

function addReading(routes: OpenAPIHono<HouseEnv>, parts: PeopleParts, of: Of, right: Right): void {
  const list = createRoute({
    ...{ method: 'get', path: '/members', tags, summary: `Who has which roles in ${WHERE[of]}` },
    middleware: need(right),
    request: { query: pageQuery },
    responses: { 200: answer('Members by id', memberPage), ...problemAnswers },
  });
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { projectId } = await placeOf(parts, c, of);
    const rows = await listMembers(parts.db, projectId, { limit: query.limit, after: textAfter(query) });
    return c.json(
      makePage(
        rows,
        query.limit,
        (member) => showMember(parts, member),
        ({ row }) => row.id,
      ),
      200,
    );
  });
}

function addChanging(routes: OpenAPIHono<HouseEnv>, parts: PeopleParts, of: Of, right: Right): void {
  const add = createRoute({
    ...{ method: 'post', path: '/members', tags, summary: `Give somebody roles in ${WHERE[of]}, by their login` },
    middleware: need(right, once),
    request: { body: { ...json(of === 'project' ? newMember : newAdmin), required: true } },
    responses: { 201: answer('The member; a link where the account is new', madeMember), ...problemAnswers },
  });
  const edit = createRoute({
    ...{ method: 'patch', path: '/members/{id}', tags, summary: 'Change somebody’s roles; their sessions begin anew' },
    middleware: need(right, { versioned: true }),
    request: { params: id, body: { ...json(memberPatch), required: true } },
    responses: { 200: answer('The member as they are now', changedMember), ...problemAnswers },
  });
  const remove = createRoute({
    ...{ method: 'delete', path: '/members/{id}', tags, summary: 'Take somebody’s roles away; the account stays' },
    middleware: need(right, { versioned: true }),
    request: { params: id, body: json(withReason) },
    responses: { 200: answer('It is done', removedMember), ...problemAnswers },
  });
  routes.openapi(add, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const made = await addMember(parts, askingHere(c, reason), await placeOf(parts, c, of), wanted);
    renew(c, made.own);
    c.header('ETag', versionTag(made.member.row.version));
    const invitation = showLink(made.link);
    return c.json({ member: showMember(parts, made.member), invitation, change: made.change }, 201);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const asking = askingHere(c, reason, expectedVersion(c));
    const edited = await editMember(parts, asking, await placeOf(parts, c, of), id, patch);
    renew(c, edited.own);
    c.header('ETag', versionTag(edited.member.row.version));
    const { change } = edited;
    return c.json({ member: showMember(parts, edited.member), ...(change ? { change } : {}) }, 200);
  });
  routes.openapi(remove, async (c) => {
    const { reason } = withReason.parse(c.req.valid('json'));
    const { id } = c.req.valid('param');
    const removed = await removeMember(
      parts,
      askingHere(c, reason, expectedVersion(c)),
      await placeOf(parts, c, of),
      id,
    );
    renew(c, removed.own);
    return c.json({ change: removed.change }, 200);
  });
}

function addInviting(routes: OpenAPIHono<HouseEnv>, parts: PeopleParts, of: Of, right: Right): void {
  const invite = createRoute({
    ...{
      method: 'post',
      path: '/members/{id}/invitation',
      tags,
      summary: 'A new link to set a password; older ones end',
    },
    middleware: need(right, once),
    request: { params: id, body: json(withReason) },
    responses: { 201: answer('The link, in this answer only', madeInvitation), ...problemAnswers },
  });
  routes.openapi(invite, async (c) => {
    const { reason } = withReason.parse(c.req.valid('json'));
    const { id } = c.req.valid('param');
    const { link, change } = await invitePerson(parts, askingHere(c, reason), await placeOf(parts, c, of), id);
    return c.json({ invitation: showLink(link), change }, 201);
  });
}

type Of = 'project' | 'installation';
const WHERE: Record<Of, string> = { project: 'a project', installation: 'the whole installation' };

async function placeOf(parts: PeopleParts, c: Context<HouseEnv>, of: Of): Promise<MemberPlace> {
  if (of === 'installation') return { projectId: null, chain: await parts.installationProject() };
  const { projectId } = c.get('scope');
  return { projectId, chain: projectId };
}

function askingHere(c: Context<HouseEnv>, reason: string | undefined, expected?: number): MemberAsking {
  return { ...askingOf(c, reason, expected), from: fromOf(c) };
}

/** Whoever changed their own roles goes on in a new session. */
function renew(c: Context<HouseEnv>, own: NewSession | undefined): void {
  if (own) giveSession(c, own);
}

function showLink(link: MadeLink | undefined) {
  return link ? { token: link.token, expiresAt: link.expiresAt.toISOString() } : null;
}
