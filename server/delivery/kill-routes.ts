import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf, placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes, patternOf } from '../access/guard.ts';
import { type AwaitReceipts, receiptsOf } from '../changes/await-receipts.ts';
import { objectKey } from '../platform/object-key.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { waitQuery } from '../platform/receipts-contract.ts';
import { killBody, killInJournal, killInLog, restoreBody, restoredFlag } from './kill-contract.ts';
import { type KillParts, killFlag } from './kill-flag.ts';
import type { FlagPlace } from './kill-right.ts';
import { type RestoreParts, restoreFlag } from './restore-flag.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const params = z.object({ flag: objectKey });
const tags = ['Flags in an environment'];

const kill = createRoute({
  ...{
    method: 'post',
    path: '/flags/{flag}/kill',
    tags,
    summary: 'Give everybody the offVariant, now and until restored',
  },
  description:
    'Needs only the right to kill, no approval and no version, and works while the database is away: then it is ' +
    'answered with 202, in force and on disk, and comes into the log when the database is back.',
  middleware: need('kill'),
  request: { params, query: waitQuery, body: json(killBody) },
  responses: {
    200: answer('In force, and in the log', killInLog),
    202: answer('In force, and so far in the journal of this node', killInJournal),
    ...problemAnswers,
  },
});
const restore = createRoute({
  ...{ method: 'post', path: '/flags/{flag}/restore', tags, summary: 'Lift every kill of a flag in an environment' },
  middleware: need('change'),
  request: { params, query: waitQuery, body: json(restoreBody) },
  responses: { 200: answer('What users get before and after', restoredFlag), ...problemAnswers },
});

/** What these routes need; without `awaitReceipts` nobody is waited for. */
export interface KillRouteParts {
  kill: KillParts;
  restore: RestoreParts;
  awaitReceipts?: AwaitReceipts;
}

/** `/flags/{flag}/kill` and `/flags/{flag}/restore` of an environment. */
export function killRoutes(parts: KillRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(kill, async (c) => {
    // A kill without any body is a kill.
    const { reason, incident } = killBody.parse(c.req.valid('json') ?? {});
    const asking = { principal: c.get('principal'), requestId: c.get('requestId'), reason, incident };
    const place = flagPlaceOf(c, c.req.valid('param').flag);
    const killed = await killFlag(parts.kill, asking, place).catch((error) => {
      noteRefusal(c, error);
      throw error;
    });
    const { projectId, environment } = place;
    const what = { projectId, change: killed.change, kill: { id: killed.id, environmentId: environment.id } };
    const receipts = await receiptsOf(parts.awaitReceipts, c.req.valid('query').wait, what);
    const { durable, ...rest } = { ...killed, ...receipts };
    if (durable === 'log') return c.json({ durable, ...rest }, 200);
    return c.json({ durable, ...rest }, 202);
  });
  routes.openapi(restore, async (c) => {
    const { flag } = c.req.valid('param');
    const { reason } = restoreBody.parse(c.req.valid('json') ?? {});
    const place = flagPlaceOf(c, flag);
    const restored = await restoreFlag(parts.restore, askingOf(c, reason), place);
    const { projectId, environment } = place;
    const what = { projectId, change: restored.change };
    const receipts = await receiptsOf(parts.awaitReceipts, c.req.valid('query').wait, what);
    return c.json({ flag, environment: environment.key, ...restored, ...receipts }, 200);
  });
  return routes;
}

function flagPlaceOf(c: Context<HouseEnv>, flag: string): FlagPlace {
  return { ...placeOf(c), flag };
}

/** A kill key that reaches for flags that are not its own is worth knowing of. */
function noteRefusal(c: Context<HouseEnv>, error: unknown): void {
  if (!(error instanceof Problem) || error.code !== 'forbidden') return;
  c.get('house').events.note(c.get('principal'), 'access.denied', patternOf(c));
}
