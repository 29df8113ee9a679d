import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { actorOf } from '../access/principal.ts';
import { type AwaitReceipts, receiptsOf } from '../changes/await-receipts.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { waitQuery } from '../platform/receipts-contract.ts';
import { type ChemspillParts, chemspill } from './chemspill.ts';
import {
  type ChangedDeparture,
  carPlace,
  changedDeparture,
  chemspillBody,
  departurePlace,
  mustReason,
  postmortemBody,
  steerQuery,
  trainKey,
} from './contract.ts';
import type { Departure } from './departure.ts';
import { ejectCar } from './eject-cars.ts';
import { pressDeparture } from './press-departure.ts';
import { recallDeparture } from './recall-departure.ts';
import { showDeparture } from './show-departure.ts';
import type { TakenOff } from './take-off.ts';
import type { Train } from './train.ts';
import { requireDeparture, requireTrain, type TrainParts } from './train-parts.ts';
import { anyButViewer } from './train-right.ts';
import { writePostmortem } from './write-postmortem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const tags = ['Trains'];
const path = '/trains/{train}/departures/{number}' as const;
// Who may is asked under the locks, of the environment that the train leaves for.
const mayChange = need('change', { acrossEnvironments: true });
const answers = {
  200: { description: 'The departure as it is now', ...json(changedDeparture) },
  ...problemAnswers,
};
const required = <T extends z.ZodType>(schema: T) => ({ ...json(schema), required: true });

const depart = createRoute({
  ...{ method: 'post', path: `${path}/depart`, tags, summary: 'Let it leave now: what is ready goes, the rest waits' },
  description: 'Takes a release manager. With `wait` the answer tells which apps have it in force.',
  middleware: mayChange,
  request: { params: departurePlace, query: waitQuery, body: required(mustReason) },
  responses: answers,
});
const recall = createRoute({
  ...{ method: 'post', path: `${path}/recall`, tags, summary: 'Take all of it back, wherever its rollouts have been' },
  description: 'At once, whatever else is true. What somebody edited since is left, and listed in `kept`.',
  middleware: mayChange,
  request: { params: departurePlace, query: steerQuery, body: required(mustReason) },
  responses: answers,
});
const eject = createRoute({
  ...{ method: 'post', path: `${path}/cars/{car}/eject`, tags, summary: 'Take one change off, and whatever needs it' },
  description: 'What has left goes back, dependents first, in one change.',
  middleware: mayChange,
  request: { params: carPlace, query: waitQuery, body: required(mustReason) },
  responses: answers,
});
const postmortem = createRoute({
  ...{
    method: 'post',
    path: `${path}/postmortem`,
    tags,
    summary: 'Write what a chemspill owes: what happened, and why',
  },
  middleware: mayChange,
  request: { params: departurePlace, body: required(postmortemBody) },
  responses: answers,
});
const spill = createRoute({
  ...{ method: 'post', path: '/trains/{train}/chemspill', tags, summary: 'An emergency departure: it leaves now' },
  description:
    'By a release manager and a second one, or by breaking glass; past freezes, gates that are not marked as always, and a ' +
    'stopped line. A postmortem is owed.',
  middleware: mayChange,
  request: { params: trainKey, query: waitQuery, body: required(chemspillBody) },
  responses: answers,
});

export interface SteerParts extends TrainParts, ChemspillParts {
  awaitReceipts?: AwaitReceipts;
}

/** What is done with departures of a project. */
export function departureRoutes(parts: SteerParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(depart, async (c) => {
    const found = await placeOf(parts, c);
    const { reason } = c.req.valid('json');
    return c.json(
      await shown(parts, c, await pressDeparture(parts, { ...askingOf(c, reason), reason }, found.departure)),
      200,
    );
  });
  routes.openapi(recall, async (c) => {
    const { departure } = await placeOf(parts, c);
    const isDry = c.req.valid('query').dryRun === 'true';
    const taken = await recallDeparture(parts, departure, byOf(c, c.req.valid('json').reason), isDry);
    parts.wake();
    return c.json({ ...(await shown(parts, c, taken)), dryRun: isDry }, 200);
  });
  routes.openapi(eject, async (c) => {
    const { departure } = await placeOf(parts, c);
    const taken = await ejectCar(parts, departure, c.req.valid('param').car, byOf(c, c.req.valid('json').reason));
    parts.wake();
    return c.json(await shown(parts, c, taken), 200);
  });
  routes.openapi(postmortem, async (c) => {
    const { departure } = await placeOf(parts, c);
    const written = c.req.valid('json');
    return c.json(await shown(parts, c, await writePostmortem(parts, askingOf(c, undefined), departure, written)), 200);
  });
  routes.openapi(spill, async (c) => {
    const train = await trainOf(parts, c);
    const { reason, ...wanted } = c.req.valid('json');
    return c.json(
      await shown(parts, c, await chemspill(parts, { ...askingOf(c, reason), reason }, train, wanted)),
      200,
    );
  });
  return routes;
}

function trainOf({ door }: SteerParts, c: Context<HouseEnv>): Promise<Train> {
  return requireTrain(door.db, c.get('scope').projectId, c.req.param('train') ?? '', c.get('principal'));
}

async function placeOf(parts: SteerParts, c: Context<HouseEnv>): Promise<{ train: Train; departure: Departure }> {
  const train = await trainOf(parts, c);
  return { train, departure: await requireDeparture(parts.door.db, train, Number(c.req.param('number'))) };
}

function byOf(c: Context<HouseEnv>, reason: string) {
  const principal = c.get('principal');
  return { actor: actorOf(principal), reason, requestId: c.get('requestId'), requireMay: anyButViewer(principal) };
}

async function shown(parts: SteerParts, c: Context<HouseEnv>, taken: TakenOff): Promise<ChangedDeparture> {
  const { door, list } = parts;
  const { projectId } = c.get('scope');
  const { change, kept, restored } = taken;
  const showing = { db: door.db, now: door.clock.now(), nameOf: (actor: string) => list.nameOf(actor) };
  const train = await trainOf(parts, c);
  const departure = await requireDeparture(door.db, train, taken.departure.number);
  return {
    departure: await showDeparture(showing, train, departure),
    ...(kept === undefined ? {} : { kept }),
    ...(restored === undefined ? {} : { restored }),
    ...(change === undefined ? {} : { change }),
    ...(await receiptsOf(parts.awaitReceipts, c.req.query('wait'), { projectId, change })),
  };
}
