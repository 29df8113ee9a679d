import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf, placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { type AwaitReceipts, receiptsOf } from '../changes/await-receipts.ts';
import { summarise } from '../changes/change.ts';
import { findEntries } from '../changes/change-store.ts';
import { isDry } from '../changes/contract.ts';
import type { Teller } from '../changes/tell-change.ts';
import { logConfiguration } from '../flags/configuration.ts';
import { requireFlagIn } from '../flags/flag-place.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import {
  environmentRollback,
  flagRevisions as flagRevisionsAnswer,
  flagRollback,
  rollbackAnswer,
  rollbackQuery,
} from './contract.ts';
import { flagRevisions } from './flag-revisions.ts';
import { servedHash } from './form.ts';
import { goodFormsOf } from './good-store.ts';
import { type RollbackDone, rollBackFlagTo, rollBackTo } from './roll-back.ts';
import type { RollbackParts } from './rollback-parts.ts';
import { tagsAt } from './rollback-store.ts';
import { showRollback } from './show-rollback.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const params = z.object({ flag: z.string().max(128).openapi({ example: 'new-cart' }) });
const tags = ['Rollback'];
const went = { 200: answer('What went back, what waits, and what stays', rollbackAnswer), ...problemAnswers };

const ofEnvironment = createRoute({
  ...{
    method: 'post',
    path: '/rollback',
    tags,
    summary: 'Take the environment back to its last known good, or a release',
  },
  description:
    'Flags that were killed, turned off, shed or rolled back since stay so. The last known good is never blocked; of any ' +
    'other release what goes towards safe is done at once where the rest has to wait, and the rest becomes a request.',
  middleware: need('change'),
  request: { query: rollbackQuery, body: { ...json(environmentRollback), required: true } },
  responses: went,
});
const ofFlag = createRoute({
  ...{ method: 'post', path: '/flags/{flag}/rollback', tags, summary: 'Take a flag back to what it was here' },
  middleware: need('change'),
  request: { params, query: rollbackQuery, body: { ...json(flagRollback), required: true } },
  responses: went,
});
const revisions = createRoute({
  ...{ method: 'get', path: '/flags/{flag}/revisions', tags, summary: 'What a flag was here over time, newest first' },
  middleware: need('read'),
  request: { params },
  responses: { 200: answer('Where it can go back to, 50 at most', flagRevisionsAnswer), ...problemAnswers },
});

/** What these routes need; without `awaitReceipts` nobody is waited for. */
export interface RollbackRouteParts extends RollbackParts {
  awaitReceipts?: AwaitReceipts;
  /** Who tells of the changes that led to a revision. */
  tellers: readonly Teller[];
}

export function rollbackRoutes(parts: RollbackRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(ofEnvironment, async (c) => {
    const { to, reason } = c.req.valid('json');
    const dry = isDry(c.req.valid('query'));
    const done = await rollBackTo(parts, askingOf(c, reason), placeOf(c), to, dry);
    return c.json(await answered(parts, c, done, dry), 200);
  });
  routes.openapi(ofFlag, async (c) => {
    const { to, reason } = c.req.valid('json');
    const dry = isDry(c.req.valid('query'));
    const asked = { flag: c.req.valid('param').flag, to, isDry: dry };
    const done = await rollBackFlagTo(parts, askingOf(c, reason), placeOf(c), asked);
    return c.json(await answered(parts, c, done, dry), 200);
  });
  routes.openapi(revisions, async (c) =>
    c.json({ items: await showRevisions(parts, c, c.req.valid('param').flag) }, 200),
  );
  return routes;
}

async function answered(parts: RollbackRouteParts, c: Context<HouseEnv>, done: RollbackDone, dry: boolean) {
  const { projectId } = placeOf(c);
  const wait = dry || done.change === undefined ? undefined : c.req.query('wait');
  const receipts = await receiptsOf(parts.awaitReceipts, wait, { projectId, change: done.change });
  return { ...showRollback(done, dry), ...receipts };
}

async function showRevisions({ door, tellers }: RollbackRouteParts, c: Context<HouseEnv>, key: string) {
  const place = placeOf(c);
  await requireFlagIn(door.db, place, key);
  const found = await flagRevisions(door.db, place, key);
  const { id } = place.environment;
  const made = await tagsAt(
    door.db,
    id,
    found.map(({ position }) => position),
  );
  const entries = await findEntries(
    door.db,
    place.projectId,
    found.map(({ changeId }) => changeId),
  );
  const told = new Map(entries.map((entry) => [entry.id, summarise(entry, [id], tellers)]));
  const good = (await goodFormsOf(door.db, id, [key])).get(key) ?? [];
  return found.map(({ position, at, changeId, action, was }, index) => {
    const served = was && servedHash(key, was.form);
    const isGood = good.some((one) => one.served === served && one.proof !== null && one.revokedAt === null);
    return {
      ...{
        position,
        at: at.toISOString(),
        change: changeId,
        action,
        summary: told.get(changeId) ?? action,
        present: index === 0,
      },
      ...{ release: made.get(position) ?? null, good: isGood || was?.form.configuration.state === 'off' },
      form: was && { ...logConfiguration(was.form.configuration), ...(was.killed ? { killed: true } : {}) },
    };
  });
}
