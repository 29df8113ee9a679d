import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf, placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { type AwaitReceipts, receiptsOf } from '../changes/await-receipts.ts';
import { dryRunQuery, isDry } from '../changes/contract.ts';
import type { ChangeReceipt } from '../changes/door.ts';
import { type Attempt, attempt, hasChanged } from '../changes/rehearse.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { waitQuery } from '../platform/receipts-contract.ts';
import { expectedVersion, versionTag } from '../platform/version.ts';
import { showRehearsal } from '../segments/show-rehearsal.ts';
import { showConfiguration } from './configuration.ts';
import { type Configured, editConfiguration, replaceConfiguration } from './configure-flag.ts';
import {
  changedConfiguration,
  configurationAnswer,
  configurationPage,
  configurationPatch,
  configurationPut,
  flagQuery,
  serveBody,
  turnedFlag,
} from './contract.ts';
import { type FlagParts, requireFlagIn } from './flag-place.ts';
import { type FlagInEnvironment, listFlagsIn } from './flag-store.ts';
import { type Turn, turnFlag } from './turn-flag.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const params = z.object({ flag: z.string().max(128).openapi({ example: 'new-cart' }) });
const tags = ['Flags in an environment'];
const path = '/flags/{flag}' as const;
/** Whoever tries a change waits for nobody: there is nothing to acknowledge. */
const changeQuery = waitQuery.extend(dryRunQuery.shape);

const list = createRoute({
  ...{ method: 'get', path: '/flags', tags, summary: 'What the flags of a project are in this environment' },
  middleware: need('read'),
  request: { query: flagQuery },
  responses: { 200: answer('Flags by key', configurationPage), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'What a flag is in this environment' },
  middleware: need('read'),
  request: { params },
  responses: { 200: answer('It can be sent back with PUT as it is', configurationAnswer), ...problemAnswers },
});
const replace = createRoute({
  ...{ method: 'put', path, tags, summary: 'Replace what a flag is in this environment; needs If-Match' },
  middleware: need('change', { versioned: true }),
  request: { params, query: changeQuery, body: { ...json(configurationPut), required: true } },
  responses: { 200: answer('As it is now, and who moved', changedConfiguration), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change what a flag is in this environment (RFC 7396)' },
  middleware: need('change', { versioned: true }),
  request: { params, query: changeQuery, body: { ...json(configurationPatch), required: true } },
  responses: { 200: answer('As it is now, and who moved', changedConfiguration), ...problemAnswers },
});
const turned = { 200: answer('What users got before and get now', turnedFlag), ...problemAnswers };
const on = createRoute({
  ...{ method: 'post', path: `${path}/on`, tags, summary: 'Turn a flag on' },
  middleware: need('change', { versioned: true }),
  request: { params, query: changeQuery, body: json(withReason) },
  responses: turned,
});
const off = createRoute({
  ...{ method: 'post', path: `${path}/off`, tags, summary: 'Turn a flag off: everybody gets its offVariant' },
  middleware: need('change', { versioned: true }),
  request: { params, query: changeQuery, body: json(withReason) },
  responses: turned,
});
const serve = createRoute({
  ...{
    method: 'post',
    path: `${path}/serve`,
    tags,
    summary: 'Turn a flag on and serve one variant where no rule holds',
  },
  middleware: need('change', { versioned: true }),
  request: { params, query: changeQuery, body: { ...json(serveBody), required: true } },
  responses: turned,
});

/** What these routes need; without `awaitReceipts` nobody is waited for. */
export interface ConfigurationParts extends FlagParts {
  awaitReceipts?: AwaitReceipts;
}

/** `/flags` of an environment, but for kill and restore, which are delivery's. */
export function configurationRoutes(parts: ConfigurationParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db } = parts.door;
  routes.openapi(list, async (c) => {
    const { projectId, environment } = placeOf(c);
    const { limit, cursor: _cursor, ...filter } = c.req.valid('query');
    const page = { limit, after: textAfter(c.req.valid('query')) };
    const rows = await listFlagsIn(db, projectId, environment.id, filter, page);
    return c.json(
      makePage(rows, limit, show, ({ flag }) => flag.key),
      200,
    );
  });
  routes.openapi(read, async (c) => {
    const found = await requireFlagIn(db, placeOf(c), c.req.valid('param').flag);
    c.header('ETag', versionTag(found.configuration.version));
    return c.json(show(found), 200);
  });
  routes.openapi(replace, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const asking = askingOf(c, reason, expectedVersion(c));
    const { flag } = c.req.valid('param');
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const done = await replaceConfiguration(tried.parts, asking, placeOf(c), flag, wanted);
    return c.json({ ...configured(c, done, tried), ...(await acknowledged(parts, c, done)) }, 200);
  });
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const asking = askingOf(c, reason, expectedVersion(c));
    const { flag } = c.req.valid('param');
    const tried = attempt(parts, isDry(c.req.valid('query')));
    const done = await editConfiguration(tried.parts, asking, placeOf(c), flag, patch);
    return c.json({ ...configured(c, done, tried), ...(await acknowledged(parts, c, done)) }, 200);
  });
  routes.openapi(on, async (c) => {
    const tried = attempt(parts, isDry(c.req.valid('query')));
    return c.json(await turn(tried, c, c.req.valid('param').flag, { verb: 'on' }, c.req.valid('json').reason), 200);
  });
  routes.openapi(off, async (c) => {
    const tried = attempt(parts, isDry(c.req.valid('query')));
    return c.json(await turn(tried, c, c.req.valid('param').flag, { verb: 'off' }, c.req.valid('json').reason), 200);
  });
  routes.openapi(serve, async (c) => {
    const { variant, reason } = c.req.valid('json');
    const tried = attempt(parts, isDry(c.req.valid('query')));
    return c.json(await turn(tried, c, c.req.valid('param').flag, { verb: 'serve', variant }, reason), 200);
  });
  return routes;
}

const show = ({ flag, configuration, environment }: FlagInEnvironment) =>
  showConfiguration(flag, configuration, environment);

/** What was only tried has no version that one could name. */
function configured(
  c: Context<HouseEnv>,
  { now, moved, rollout, change }: Configured,
  tried: Attempt<ConfigurationParts>,
) {
  if (tried.rehearsed === undefined) c.header('ETag', versionTag(now.configuration.version));
  const somebody = { ...(Object.keys(moved).length > 0 ? { moved } : {}), ...(rollout ? { rollout } : {}) };
  const rehearsal = showRehearsal(tried, { flags: [now.flag.key] });
  return { flag: show(now), ...somebody, ...(change ? { change } : {}), ...rehearsal };
}

/** Who has put a change in force, where the caller waits for that. */
function acknowledged(parts: ConfigurationParts, c: Context<HouseEnv>, { change }: { change?: ChangeReceipt }) {
  return receiptsOf(parts.awaitReceipts, c.req.query('wait'), { projectId: placeOf(c).projectId, change });
}

async function turn(
  tried: Attempt<ConfigurationParts>,
  c: Context<HouseEnv>,
  flag: string,
  to: Turn,
  reason: string | undefined,
) {
  const place = placeOf(c);
  const { parts, rehearsed } = tried;
  const { version, ...rest } = await turnFlag(parts, askingOf(c, reason, expectedVersion(c)), place, flag, to);
  if (rehearsed === undefined) c.header('ETag', versionTag(version));
  const told = { ...rest, changed: hasChanged(tried, rest.change), ...showRehearsal(tried, { flags: [flag] }) };
  return { flag, environment: place.environment.key, ...told, ...(await acknowledged(parts, c, rest)) };
}
