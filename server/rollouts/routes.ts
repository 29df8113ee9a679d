import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AccessList } from '../access/access-list.ts';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { type AwaitReceipts, receiptsOf } from '../changes/await-receipts.ts';
import type { ChangeReceipt } from '../changes/door.ts';
import type { RolloutState } from '../decisions/rollout.ts';
import { findEnvironmentByKey } from '../environments/environment-store.ts';
import { isKeptMoment } from '../platform/moment.ts';
import { makePage, numberAfter, pageQuery, textAfter } from '../platform/page.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { waitQuery } from '../platform/receipts-contract.ts';
import {
  decisionPage,
  mustReason,
  retryBody,
  rolloutAnswer,
  rolloutId,
  rolloutPage,
  rolloutQuery,
  startBody,
  startedRollout,
  steeredRollout,
} from './contract.ts';
import { lastWords, listDecisions } from './decision-store.ts';
import { isAnybodyActing } from './lease-store.ts';
import { retryRollout } from './retry-rollout.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { listRollouts, type PinnedRollout } from './rollout-store.ts';
import { runsOf } from './run-store.ts';
import { maySee, showDecision, showItem, showRollout } from './show-rollout.ts';
import { startRollout } from './start-rollout.ts';
import { requireRollout, type Steer, steerRollout } from './steer-rollout.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Rollouts'];
const path = '/rollouts/{id}' as const;
// Whoever is of one environment sees what happens there; what they may do is asked under the locks.
const acrossEnvironments = { acrossEnvironments: true } as const;
const mayRead = need('read', acrossEnvironments);
const mayChange = need('change', acrossEnvironments);

const start = createRoute({
  ...{ method: 'post', path: '/rollouts', tags, summary: 'Start a rollout by a policy' },
  description: 'It waits until its first stage may be entered: nothing is served to anybody by starting it.',
  middleware: mayChange,
  request: { body: { ...json(startBody), required: true } },
  responses: { 201: answer('It asks for its first stage, and that is told', startedRollout), ...problemAnswers },
});
const list = createRoute({
  ...{ method: 'get', path: '/rollouts', tags, summary: 'Rollouts, newest first' },
  middleware: mayRead,
  request: { query: rolloutQuery },
  responses: { 200: answer('Rollouts', rolloutPage), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'A rollout with its stages, its guards and its last decision' },
  middleware: mayRead,
  request: { params: rolloutId },
  responses: { 200: answer('The rollout', rolloutAnswer), ...problemAnswers },
});
const log = createRoute({
  ...{ method: 'get', path: `${path}/decisions`, tags, summary: 'What was decided, why, and on what evidence' },
  middleware: mayRead,
  request: { params: rolloutId, query: pageQuery },
  responses: { 200: answer('Decisions, newest first', decisionPage), ...problemAnswers },
});
const steered = { 200: answer('The rollout as it is now', steeredRollout), ...problemAnswers };
const steer = <B extends z.ZodType>(verb: Steer, summary: string, body: B, description = '') =>
  createRoute({
    ...{ method: 'post', path: `${path}/${verb}` as const, tags, summary, description },
    middleware: mayChange,
    request: { params: rolloutId, query: waitQuery, body: { ...json(body), required: true } },
    responses: steered,
  });
const advance = steer(
  'advance',
  'Press for the next stage',
  withReason,
  'It skips no condition: with `mode: button` it is the one that is missing.',
);
const pause = steer('pause', 'Stand still until Resume or Roll back', mustReason);
const resume = steer('resume', 'Go on after a pause: a new entry of the same stage', mustReason);
const rollback = steer(
  'rollback',
  'Roll back: its target serves what it served before',
  withReason,
  'At once, whatever else is true. With `wait` the answer tells which apps have it in force.',
);
const override = steer(
  'override-ratio',
  'Go on past unequal arms',
  mustReason,
  'Where a guard found them unequal. A new entry of the same stage, in which nothing is compared with the control. Takes a ' +
    'release manager.',
);
const again = steer(
  'ask-again',
  'Ask again for an approval that was rejected',
  withReason,
  'Or that lapsed as often as it is asked for. The approval of whoever asks does not count.',
);
const retry = createRoute({
  ...{ method: 'post', path: `${path}/retry`, tags, summary: 'Try a rollout again, from where it came to an end' },
  middleware: mayChange,
  request: { params: rolloutId, body: { ...json(retryBody), required: true } },
  responses: { 201: answer('The new rollout', startedRollout), ...problemAnswers },
});

export interface RolloutRouteParts {
  rollouts: RolloutParts;
  list: Pick<AccessList, 'nameOf'>;
  awaitReceipts?: AwaitReceipts;
}

/** `/rollouts` of a project. */
export function rolloutRoutes(parts: RolloutRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  answerQuestions(routes, parts);
  routes.openapi(start, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const done = await startRollout(parts.rollouts, askingOf(c, reason), c.get('scope').projectId, wanted);
    return c.json(
      { ...(await shown(parts, c, done.id, done.change)), begins: done.begins, warnings: done.warnings },
      201,
    );
  });
  routes.openapi(retry, async (c) => {
    const { reason, newSalt } = c.req.valid('json');
    const done = await retryRollout(parts.rollouts, askingOf(c, reason), await placeOf(parts, c), { newSalt });
    return c.json(
      { ...(await shown(parts, c, done.id, done.change)), begins: done.begins, warnings: done.warnings },
      201,
    );
  });
  const steerBy = (verb: Steer) => async (c: Context<HouseEnv>, reason: string | undefined) => {
    const { id, projectId } = await placeOf(parts, c);
    const { change } = await steerRollout(parts.rollouts, askingOf(c, reason), { projectId, id }, verb);
    const receipts = await receiptsOf(parts.awaitReceipts, c.req.query('wait'), { projectId, change });
    return { ...(await shown(parts, c, id, change)), ...receipts };
  };
  const [press, stand, goOn, goBack, wave, askAgain] = (
    ['advance', 'pause', 'resume', 'rollback', 'override-ratio', 'ask-again'] as const
  ).map(steerBy) as [Steering, Steering, Steering, Steering, Steering, Steering];
  routes.openapi(advance, async (c) => c.json(await press(c, c.req.valid('json').reason), 200));
  routes.openapi(pause, async (c) => c.json(await stand(c, c.req.valid('json').reason), 200));
  routes.openapi(resume, async (c) => c.json(await goOn(c, c.req.valid('json').reason), 200));
  routes.openapi(rollback, async (c) => c.json(await goBack(c, c.req.valid('json').reason), 200));
  routes.openapi(again, async (c) => c.json(await askAgain(c, c.req.valid('json').reason), 200));
  routes.openapi(override, async (c) => c.json(await wave(c, c.req.valid('json').reason), 200));
  return routes;
}

type Steering = (c: Context<HouseEnv>, reason: string | undefined) => Promise<z.input<typeof steeredRollout>>;

/** What changes nothing. */
function answerQuestions(routes: OpenAPIHono<HouseEnv>, parts: RolloutRouteParts): void {
  const { db } = parts.rollouts.door;
  const nameOf = (actor: string) => parts.list.nameOf(actor);
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { projectId } = c.get('scope');
    const seen = seenBy(c);
    const filter = {
      states: readStates(query.state),
      flag: query.flag,
      environmentIds: await filterOf(parts, c, seen),
    };
    const rows = await listRollouts(db, projectId, filter, { limit: query.limit, after: readPlace(textAfter(query)) });
    const runs = await runsOf(
      db,
      rows.map(({ id }) => id),
    );
    const words = await lastWords(
      db,
      rows.map(({ id }) => id),
      seen,
      nameOf,
    );
    const show = (row: PinnedRollout) => showItem(row, runs, { nameOf, lastWord: words.get(row.id) }, seen);
    return c.json(makePage(rows, query.limit, show, writePlace), 200);
  });
  routes.openapi(read, async (c) => {
    const { rollout } = await shown(parts, c, c.req.valid('param').id, undefined);
    return c.json(rollout, 200);
  });
  routes.openapi(log, async (c) => {
    const query = c.req.valid('query');
    const { id } = await placeOf(parts, c);
    const rows = await listDecisions(db, id, { limit: query.limit, before: numberAfter(query), seen: seenBy(c) });
    const show = (row: (typeof rows)[number]) => showDecision(row, nameOf);
    return c.json(
      makePage(rows, query.limit, show, (row) => row.id),
      200,
    );
  });
}

const seenBy = (c: Context<HouseEnv>) => seenEnvironments(c.get('principal'), c.get('scope').projectId);

/** The rollout that a request names, as far as its caller may know of it; 404 otherwise. */
async function placeOf({ rollouts }: RolloutRouteParts, c: Context<HouseEnv>): Promise<PinnedRollout> {
  const rollout = await requireRollout(rollouts.door.db, c.get('scope').projectId, c.req.param('id') ?? '');
  const seen = seenBy(c);
  if (rollout.environmentIds.some((id) => maySee(seen, id))) return rollout;
  throw new Problem('not_found', 'There is no such rollout in this project.');
}

async function shown(parts: RolloutRouteParts, c: Context<HouseEnv>, id: string, change: ChangeReceipt | undefined) {
  const { db } = parts.rollouts.door;
  const rollout = await requireRollout(db, c.get('scope').projectId, id);
  const seen = seenBy(c);
  if (!rollout.environmentIds.some((one) => maySee(seen, one))) {
    throw new Problem('not_found', 'There is no such rollout in this project.');
  }
  const acts = await isAnybodyActing(db, 'rollouts');
  const words = { db, nameOf: (actor: string) => parts.list.nameOf(actor) };
  return { rollout: await showRollout(words, rollout, seen, acts), ...(change ? { change } : {}) };
}

const LIVE: RolloutState[] = ['waiting', 'running', 'paused'];
const STATES: readonly RolloutState[] = [...LIVE, 'finished', 'rolledBack', 'killed', 'ended'];

function readStates(asked: string | undefined): RolloutState[] | undefined {
  if (asked === undefined) return undefined;
  return asked.split(',').flatMap((name): RolloutState[] => {
    if (name === 'live') return LIVE;
    const found = STATES.find((state) => state === name);
    if (found !== undefined) return [found];
    const expected = `\`live\`, or states with commas between: ${STATES.join(', ')}`;
    throw invalid([{ path: '/query/state', code: 'unknown_state', expected }]);
  });
}

/** Those that may be seen, or the one of them that is asked for. */
async function filterOf(parts: RolloutRouteParts, c: Context<HouseEnv>, seen: readonly number[] | undefined) {
  const key = c.req.query('environment');
  if (key === undefined) return seen;
  const found = await findEnvironmentByKey(parts.rollouts.door.db, c.get('scope').projectId, key);
  if (found !== undefined && maySee(seen, found.id)) return [found.id];
  throw invalid([
    { path: '/query/environment', code: 'unknown_environment', expected: 'an environment of this project' },
  ]);
}

const writePlace = ({ startedAt, id }: PinnedRollout) => `${startedAt.toISOString()} ${id}`;

function readPlace(text: string | undefined): { startedAt: Date; id: string } | undefined {
  if (text === undefined) return undefined;
  const [at = '', id = ''] = text.split(' ');
  const startedAt = new Date(at);
  if (isKeptMoment(startedAt)) return { startedAt, id };
  throw invalid([
    { path: '/query/cursor', code: 'bad_cursor', expected: 'the `next` of an earlier page of this list' },
  ]);
}
