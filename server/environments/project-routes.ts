import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { isAllowed, maySee } from '../access/permissions.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { archiveProject } from './archive-project.ts';
import {
  changedProject,
  newProject,
  projectAnswer,
  projectPage,
  projectPatch,
  projectQuery,
  projectsQuery,
  type WhichProjects,
} from './contract.ts';
import { createProject } from './create-project.ts';
import { editProject } from './edit-project.ts';
import { type ProjectParts, requireProjectByKey } from './place.ts';
import { showProject } from './project.ts';
import { listProjects, type ProjectRow } from './project-store.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const project = z.object({ project: z.string() });
const tags = ['Projects'];

const list = createRoute({
  ...{ method: 'get', path: '/projects', tags, summary: 'The projects that the caller may see' },
  // A token sees its own project, though it has no right in the whole installation.
  middleware: need('read', { acrossEnvironments: true }),
  request: { query: projectsQuery },
  responses: { 200: answer('Projects by key', projectPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/projects', tags, summary: 'Make a project' },
  middleware: need('root'),
  request: { body: { ...json(newProject), required: true } },
  responses: { 201: answer('The project', changedProject), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path: '/projects/{project}', tags, summary: 'One project' },
  middleware: need('read', { acrossEnvironments: true, archivedToo: true }),
  request: { params: project, query: projectQuery },
  responses: { 200: answer('The project', projectAnswer), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path: '/projects/{project}', tags, summary: "Change a project's name" },
  middleware: need('admin', { versioned: true }),
  request: { params: project, body: { ...json(projectPatch), required: true } },
  responses: { 200: answer('The project as it is now', changedProject), ...problemAnswers },
});

const archive = createRoute({
  ...{ method: 'post', path: '/projects/{project}/archive', tags, summary: 'Put a project away; its keys stop' },
  description:
    'It is in no list any more, its keys and tokens are refused as revoked, and their streams end. Nothing of it is ' +
    'deleted, and its key stays taken.',
  middleware: need('root', { versioned: true, archivedToo: true }),
  request: { params: project, body: json(withReason) },
  responses: { 200: answer('The project as it is now', changedProject), ...problemAnswers },
});
const unarchive = createRoute({
  ...{ method: 'post', path: '/projects/{project}/unarchive', tags, summary: 'Bring a project back as it was' },
  description: 'Its keys and tokens work again, but for those that were revoked or have expired.',
  middleware: need('root', { versioned: true, archivedToo: true }),
  request: { params: project, body: json(withReason) },
  responses: { 200: answer('The project as it is now', changedProject), ...problemAnswers },
});

/** `/projects`. */
export function projectRoutes(parts: ProjectParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const principal = c.get('principal');
    const seen = () => parts.list.listProjects().filter(({ id }) => maySee(principal, { projectId: id }));
    const only = isAllowed(principal, 'read', {}) ? undefined : seen().map(({ id }) => id);
    const { limit, archived } = query;
    const rows = await listProjects(parts.door.db, only, { limit, after: textAfter(query), archived });
    return c.json(
      makePage(rows, query.limit, showProject, (row) => row.key),
      200,
    );
  });
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const { row, change } = await createProject(parts, askingOf(c, reason), wanted);
    c.header('ETag', versionTag(row.version));
    return c.json({ project: showProject(row), change }, 201);
  });
  routes.openapi(read, async (c) => {
    const row = await requireProjectByKey(parts.door.db, c.req.valid('param').project);
    if (!isAskedFor(row, c.req.valid('query').archived)) throw new Problem('not_found', NOT_SO);
    c.header('ETag', versionTag(row.version));
    return c.json(showProject(row), 200);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const asking = askingOf(c, reason);
    const { result, change } = await editProject(parts, asking, c.get('scope'), patch, expectedVersion(c));
    c.header('ETag', versionTag(result.version));
    return c.json({ project: showProject(result), ...(change ? { change } : {}) }, 200);
  });
  for (const [route, archived] of [
    [archive, true],
    [unarchive, false],
  ] as const) {
    routes.openapi(route, async (c) => {
      const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
      const row = await requireProjectByKey(parts.door.db, c.req.valid('param').project);
      const { result, change } = await archiveProject(parts, asking, row, archived);
      c.header('ETag', versionTag(result.version));
      return c.json({ project: showProject(result), ...(change ? { change } : {}) }, 200);
    });
  }
  return routes;
}

const NOT_SO = 'There is no such project; ?archived=any finds one that is archived, too.';

function isAskedFor({ archivedAt }: ProjectRow, archived: WhichProjects): boolean {
  return archived === 'any' || (archivedAt !== null) === (archived === 'true');
}
