import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { isYaml } from '../platform/json-body.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { invalid } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { listAttachments } from './attachment-store.ts';
import { archivePolicy, attachPolicy, detachPolicy } from './change-policy.ts';
import { checkPolicy } from './check-policy.ts';
import {
  attachBody,
  changedPolicy,
  checkAnswer,
  policyCheck,
  policyCheckQuery,
  policyPage,
  policyParams,
  policyQuery,
  policySave,
  policySaveQuery,
  policyText,
  policyVersionAnswer,
  policyWithVersions,
  versionParams,
} from './contract.ts';
import type { PolicyParts } from './policy-parts.ts';
import { findVersion, listPolicies, listVersions, type PolicyVersion } from './policy-store.ts';
import { requireVersion, savePolicy } from './save-policy.ts';
import { listPolicy, type NameOf, showPolicy, showSaved } from './show-policy.ts';
import type { Written } from './written-policy.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const orYaml = <T extends z.ZodType>(schema: T) => ({
  content: { 'application/json': { schema }, 'application/yaml': { schema: policyText } },
});
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Policies'];
const path = '/policies/{policy}' as const;

const list = createRoute({
  ...{ method: 'get', path: '/policies', tags, summary: 'The policies of a project' },
  middleware: need('read'),
  request: { query: policyQuery },
  responses: { 200: answer('Policies by key, each in its newest version', policyPage), ...problemAnswers },
});
const check = createRoute({
  ...{ method: 'post', path: '/policies/check', tags, summary: 'What saving a policy would say; changes nothing' },
  description: 'The body is `{document}` or `{yaml}`, or the YAML itself as `application/yaml`.',
  middleware: need('read', { withoutKeptAnswers: true, orYaml: true }),
  request: { query: policyCheckQuery, body: orYaml(policyCheck) },
  responses: { 200: answer('Every fault and remark, and what its guards will see', checkAnswer), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'A policy in its newest version' },
  middleware: need('read'),
  request: { params: policyParams },
  responses: { 200: answer('The policy, and who saved which version', policyWithVersions), ...problemAnswers },
});
const readOne = createRoute({
  ...{
    method: 'get',
    path: `${path}/versions/{version}`,
    tags,
    summary: 'One version of a policy, which never changes',
  },
  middleware: need('read'),
  request: { params: versionParams },
  responses: { 200: answer('The version', policyVersionAnswer), ...problemAnswers },
});
const save = createRoute({
  ...{ method: 'put', path, tags, summary: 'Save a policy as a new version; needs If-Match, or If-None-Match: *' },
  description:
    'The body is `{document}` or `{yaml}`, or the YAML itself as `application/yaml`. The same once more is no version. ' +
    'Rollouts that are under way keep the version that they were started with.',
  middleware: need('change', { versioned: true, orYaml: true }),
  request: { params: policyParams, query: policySaveQuery, body: orYaml(policySave) },
  responses: { 200: answer('The policy as it is now', changedPolicy), ...problemAnswers },
});
const archive = createRoute({
  ...{ method: 'post', path: `${path}/archive`, tags, summary: 'Archive a policy; nothing starts with it any more' },
  middleware: need('change'),
  request: { params: policyParams, body: json(withReason) },
  responses: { 200: answer('The policy as it is now', changedPolicy), ...problemAnswers },
});
const unarchive = createRoute({
  ...{ method: 'post', path: `${path}/unarchive`, tags, summary: 'Bring a policy back' },
  middleware: need('change'),
  request: { params: policyParams, body: json(withReason) },
  responses: { 200: answer('The policy as it is now', changedPolicy), ...problemAnswers },
});
const attach = createRoute({
  ...{
    method: 'post',
    path: `${path}/attachments`,
    tags,
    summary: 'Attach a policy to a flag, a tag, a kind or a type',
  },
  middleware: need('change'),
  request: { params: policyParams, body: { ...json(attachBody), required: true } },
  responses: { 200: answer('The policy as it is now', changedPolicy), ...problemAnswers },
});
const detach = createRoute({
  ...{ method: 'delete', path: `${path}/attachments`, tags, summary: 'Detach a policy from one of these' },
  middleware: need('change'),
  request: { params: policyParams, body: { ...json(attachBody), required: true } },
  responses: { 200: answer('The policy as it is now', changedPolicy), ...problemAnswers },
});

type RouteParts = PolicyParts & { nameOf?: NameOf };

/** `/policies` of a project. */
export function policyRoutes(parts: RouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  answerQuestions(routes, parts);
  routes.openapi(save, async (c) => {
    const { policy } = c.req.valid('param');
    const query = c.req.valid('query');
    const body = isYaml(c.req.raw) ? {} : c.req.valid('json');
    const mustBeNew = c.req.header('if-none-match')?.trim() === '*';
    const asking = askingOf(c, body.reason ?? query.reason, mustBeNew ? undefined : expectedVersion(c));
    const acceptTooFewUnits = body.acceptTooFewUnits ?? query.acceptTooFewUnits === 'true';
    const saving = { written: await writtenOf(c, body), acceptTooFewUnits, mustBeNew };
    const done = await savePolicy(parts, asking, c.get('scope').projectId, policy, saving);
    return c.json(await changed(parts, c, done), 200);
  });
  for (const [route, archived] of [
    [archive, true],
    [unarchive, false],
  ] as const) {
    routes.openapi(route, async (c) => {
      const asking = askingOf(c, c.req.valid('json').reason);
      const { policy } = c.req.valid('param');
      return c.json(
        await changed(parts, c, await archivePolicy(parts, asking, c.get('scope').projectId, policy, archived)),
        200,
      );
    });
  }
  for (const [route, change] of [
    [attach, attachPolicy],
    [detach, detachPolicy],
  ] as const) {
    routes.openapi(route, async (c) => {
      const { reason, ...selected } = c.req.valid('json');
      const { policy } = c.req.valid('param');
      const done = await change(parts, askingOf(c, reason), c.get('scope').projectId, policy, selected);
      return c.json(await changed(parts, c, done), 200);
    });
  }
  return routes;
}

/** What changes nothing. */
function answerQuestions(routes: OpenAPIHono<HouseEnv>, parts: RouteParts): void {
  const { nameOf } = parts;
  const { db } = parts.door;
  routes.openapi(list, async (c) => {
    const { projectId } = c.get('scope');
    const query = c.req.valid('query');
    const { limit, archived } = query;
    const rows = await listPolicies(db, projectId, { limit, after: textAfter(query), archived });
    const attachments = await listAttachments(db, projectId);
    const show = (found: PolicyVersion) => listPolicy(found, attachments, nameOf);
    return c.json(
      makePage(rows, limit, show, ({ row }) => row.key),
      200,
    );
  });
  routes.openapi(check, async (c) => {
    const body = isYaml(c.req.raw) ? {} : c.req.valid('json');
    const flag = body.flag ?? c.req.valid('query').flag;
    const asked = { flag, mustBeNew: body.mustBeNew };
    return c.json(await checkPolicy(parts, c.get('scope').projectId, await writtenOf(c, body), asked), 200);
  });
  routes.openapi(read, async (c) => {
    const { projectId } = c.get('scope');
    const found = requireVersion(await findVersion(db, projectId, c.req.valid('param').policy));
    const versions = await listVersions(db, found.row.id);
    c.header('ETag', versionTag(found.row.newest));
    const shown = showPolicy(found, await listAttachments(db, projectId, found.row.id), nameOf);
    const saved = versions.map((one) => ({ version: one.version, ...showSaved(one, nameOf) }));
    return c.json({ ...shown, versions: saved }, 200);
  });
  routes.openapi(readOne, async (c) => {
    const { projectId } = c.get('scope');
    const { policy, version } = c.req.valid('param');
    const found = requireVersion(await findVersion(db, projectId, policy, Number(version)));
    return c.json(showPolicy(found, await listAttachments(db, projectId, found.row.id), nameOf), 200);
  });
}

/** The document as it came: the body itself, or what stands in it. */
async function writtenOf(c: Context, body: { document?: unknown; yaml?: string | undefined }): Promise<Written> {
  if (isYaml(c.req.raw)) return { yaml: await c.req.text() };
  if (body.yaml !== undefined && body.document === undefined) return { yaml: body.yaml };
  if (body.document !== undefined && body.yaml === undefined) return { document: body.document };
  throw invalid([{ path: '/', code: 'one_of', expected: 'either document or yaml' }]);
}

async function changed(
  { door, nameOf }: RouteParts,
  c: Context<HouseEnv>,
  { result, change }: Awaited<ReturnType<typeof savePolicy>>,
) {
  c.header('ETag', versionTag(result.row.newest));
  const policy = showPolicy(result, await listAttachments(door.db, c.get('scope').projectId, result.row.id), nameOf);
  return { policy, ...(change ? { change } : {}) };
}
