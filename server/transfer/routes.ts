import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf, type EnvironmentPlace } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { maySee } from '../access/permissions.ts';
import { attempt } from '../changes/rehearse.ts';
import type { FlagParts } from '../flags/flag-place.ts';
import { withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { exportAnswer, exportQuery, importAnswer, importBody, importQuery, readRenaming } from './contract.ts';
import { exportFlags } from './export-flags.ts';
import { type Imported, type ImportOrder, importFlags } from './import-flags.ts';
import { readFlagd } from './read-flagd.ts';
import { readTurnout } from './read-turnout.ts';

/** A whole estate of flags is larger than what one change of one flag needs. */
const MOST_IMPORT_BYTES = 16 * 1024 * 1024;
const tags = ['Moving in'];
const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });

const bring = createRoute({
  ...{ method: 'post', path: '/import', tags, summary: 'Take flags over into an environment; a kill stays a kill' },
  middleware: need('change', { bodyLimit: MOST_IMPORT_BYTES }),
  request: { query: importQuery, body: { ...json(importBody), required: true } },
  responses: { 200: answer('What was taken over, and what was not', importAnswer), ...problemAnswers },
});
const take = createRoute({
  ...{ method: 'get', path: '/export', tags, summary: 'The flags of an environment as a document' },
  middleware: need('read', { acrossEnvironments: true }),
  request: { query: exportQuery },
  responses: { 200: answer('The document, and what it does not say', exportAnswer), ...problemAnswers },
});

/** `/import` and `/export` of a project. */
export function transferRoutes(parts: FlagParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  // One at a time a project: a document of many megabytes is in memory several times over while it is read.
  const busy = new Set<number>();
  routes.openapi(bring, async (c) => {
    const { environment, format, rename = [], reason, ...query } = c.req.valid('query');
    const dryRun = query.dryRun === 'true';
    const place = placeNamed(c, environment);
    if (busy.has(place.projectId)) {
      throw new Problem('busy', 'An import into this project is under way. Try again.', { retryAfterSeconds: 1 });
    }
    busy.add(place.projectId);
    try {
      const names = new Map([rename].flat().map(readRenaming));
      const document = c.req.valid('json');
      const incoming = format === 'flagd' ? readFlagd(document, names) : readTurnout(document, names);
      const order: ImportOrder = { format, incoming };
      const tried = attempt(parts, dryRun);
      const committed = await importFlags(tried.parts, askingOf(c, reason), place, order);
      const { result, change } = await withResult(committed, async () => again(parts, c, place, order));
      return c.json({ ...show(result, environment, dryRun), ...(change ? { change } : {}) }, 200);
    } finally {
      busy.delete(place.projectId);
    }
  });
  routes.openapi(take, async (c) => {
    const { environment, format } = c.req.valid('query');
    const outgoing = await exportFlags(parts.door.db, placeNamed(c, environment), format);
    return c.json({ environment, format, ...outgoing }, 200);
  });
  return routes;
}

/** The environment that a query names, or 404: it is not in the path, so the guard did not look at it. */
function placeNamed(c: Context<HouseEnv>, key: string): EnvironmentPlace {
  const { projectId } = c.get('scope');
  const row = c.get('house').list.findEnvironment(projectId, key);
  if (!row || !maySee(c.get('principal'), { projectId, environmentId: row.id })) {
    throw new Problem('not_found', 'There is no such environment in this project.');
  }
  return { projectId, environment: { id: row.id, key: row.key } };
}

/** What a request that was committed before comes to now: nothing any more, but what was left out is told again. */
async function again(parts: FlagParts, c: Context<HouseEnv>, place: EnvironmentPlace, order: ImportOrder) {
  const { result } = await importFlags(attempt(parts, true).parts, { principal: c.get('principal') }, place, order);
  return result ?? { flags: [], segments: [], notImported: [], notes: [] };
}

function show({ flags, segments, notImported, notes }: Imported, environment: string, dryRun: boolean) {
  return {
    ...{ environment, dryRun, notImported, notes },
    flags: flags.map(({ flag: { key, origin }, effect }) => ({
      key,
      ...(origin === key ? {} : { was: origin }),
      effect,
    })),
    segments: segments.map(({ segment, effect }) => ({ key: segment.key, effect })),
  };
}
