import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { readFreezes } from '../environments/freeze-store.ts';
import type { Done } from '../platform/committed.ts';
import { makePage, numberAfter, pageQuery } from '../platform/page.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag, withCurrent } from '../platform/version.ts';
import { type Boarded, boardCar } from './board-car.ts';
import { archiveTrain, createTrain, editTrain } from './change-train.ts';
import {
  board,
  boarded,
  boarding,
  carPlace,
  changedTrain,
  departureAnswer,
  departurePage,
  departurePlace,
  mustReason,
  newTrain,
  trainAnswer,
  trainKey,
  trainList,
  trainPatch,
} from './contract.ts';
import { departuresOf, momentsTaken } from './departure-store.ts';
import { showBoard } from './show-board.ts';
import { showDeparture, showDepartures } from './show-departure.ts';
import { showTrain } from './show-train.ts';
import { startLine, stopLine } from './steer-line.ts';
import type { Train } from './train.ts';
import { requireDeparture, requireTrain, type TrainParts } from './train-parts.ts';
import { listTrains } from './train-store.ts';
import { withdrawCar } from './withdraw-car.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Trains'];
const path = '/trains/{train}' as const;
// Whoever is of one environment sees its trains; what they may do there is asked under the locks.
const across = { acrossEnvironments: true } as const;
const mayRead = need('read', across);
const mayChange = need('change', across);
const mayEdit = need('change', { ...across, versioned: true });
const changed = { 200: answer('The train as it is now', changedTrain), ...problemAnswers };
const aboard = answer('Where it is aboard, or was', boarded);

const showAll = createRoute({
  ...{
    method: 'get',
    path: '/board',
    tags,
    summary: 'The board: every train, and what leaves, is under way, or has left',
  },
  middleware: mayRead,
  responses: { 200: answer('The board', board), ...problemAnswers },
});
const list = createRoute({
  ...{ method: 'get', path: '/trains', tags, summary: 'Trains, by key; archived ones are left out' },
  middleware: mayRead,
  responses: { 200: answer('Trains', trainList), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/trains', tags, summary: 'Make a train, with its first departure' },
  middleware: mayChange,
  request: { body: { ...json(newTrain), required: true } },
  responses: { 201: answer('The train', changedTrain), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One train, with when it leaves next' },
  middleware: mayRead,
  request: { params: trainKey },
  responses: { 200: answer('The train', trainAnswer), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change a train; a departure that was boarded keeps its times' },
  middleware: mayEdit,
  request: { params: trainKey, body: { ...json(trainPatch), required: true } },
  responses: changed,
});
const archive = createRoute({
  ...{ method: 'post', path: `${path}/archive`, tags, summary: 'Put away a train that nobody is aboard' },
  middleware: mayEdit,
  request: { params: trainKey, body: json(withReason) },
  responses: changed,
});
const stop = createRoute({
  ...{
    method: 'post',
    path: `${path}/stop`,
    tags,
    summary: 'Stop the line: nothing of it leaves or grows; for everybody',
  },
  middleware: mayRead,
  request: { params: trainKey, body: { ...json(mustReason), required: true } },
  responses: changed,
});
const start = createRoute({
  ...{ method: 'post', path: `${path}/start`, tags, summary: 'Start the line again; for release managers' },
  middleware: mayChange,
  request: { params: trainKey, body: { ...json(mustReason), required: true } },
  responses: changed,
});
const past = createRoute({
  ...{ method: 'get', path: `${path}/departures`, tags, summary: 'Departures of a train, the newest first' },
  middleware: mayRead,
  request: { params: trainKey, query: pageQuery },
  responses: { 200: answer('Departures', departurePage), ...problemAnswers },
});
const readOne = createRoute({
  ...{ method: 'get', path: `${path}/departures/{number}`, tags, summary: 'One departure, with its manifest' },
  middleware: mayRead,
  request: { params: departurePlace },
  responses: { 200: answer('The departure', departureAnswer), ...problemAnswers },
});
const comeAboard = createRoute({
  ...{ method: 'post', path: `${path}/board`, tags, summary: 'Put a change aboard; after the cut-off as an uplift' },
  middleware: mayChange,
  request: { params: trainKey, body: { ...json(boarding), required: true } },
  responses: { 201: aboard, ...problemAnswers },
});
const withdraw = createRoute({
  ...{ method: 'post', path: `${path}/departures/{number}/cars/{car}/withdraw`, tags },
  summary: 'Take a change off a departure that has not left; its request stays open',
  middleware: mayChange,
  request: { params: carPlace, body: json(withReason) },
  responses: { 200: aboard, ...problemAnswers },
});

/** `/board` and `/trains` of a project. */
export function trainRoutes(parts: TrainParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db } = parts.door;
  const showing = () => ({ db, now: parts.door.clock.now(), nameOf: (actor: string) => parts.list.nameOf(actor) });
  routes.openapi(showAll, async (c) => {
    const { projectId } = c.get('scope');
    const seen = seenEnvironments(c.get('principal'), projectId);
    return c.json(await showBoard(showing(), projectId, seen, await parts.isActing()), 200);
  });
  routes.openapi(past, async (c) => {
    const query = c.req.valid('query');
    const train = await requireTrain(db, projectOf(c), c.req.valid('param').train, c.get('principal'));
    const page = { limit: query.limit, below: numberAfter(query) };
    const rows = await departuresOf(db, train.id, page);
    const { items, next } = makePage(
      rows,
      query.limit,
      (row) => row,
      ({ number }) => number,
    );
    const shown = showing();
    const freezes = await readFreezes(db, train.projectId, shown.now);
    return c.json({ items: await showDepartures(shown, [train], items, freezes), next }, 200);
  });
  routes.openapi(readOne, async (c) => {
    const { train: key, number } = c.req.valid('param');
    const train = await requireTrain(db, projectOf(c), key, c.get('principal'));
    const departure = await requireDeparture(db, train, number);
    c.header('ETag', versionTag(departure.version));
    return c.json(await showDeparture(showing(), train, departure), 200);
  });
  const shownCar = async ({ result, change }: Done<Boarded>) => {
    const departure = await showDeparture(showing(), result.train, result.departure);
    const car = departure.cars.find(({ id }) => id === result.car.id);
    if (!car) throw new Error('who came aboard is shown');
    return { departure, car, ...(change ? { change } : {}) };
  };
  routes.openapi(comeAboard, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const asking = askingOf(c, reason);
    return c.json(await shownCar(await boardCar(parts, asking, projectOf(c), c.req.valid('param').train, wanted)), 201);
  });
  routes.openapi(withdraw, async (c) => {
    const asking = askingOf(c, c.req.valid('json').reason);
    return c.json(await shownCar(await withdrawCar(parts, asking, projectOf(c), c.req.valid('param'))), 200);
  });
  addTrains(routes, parts);
  return routes;
}

/** Those that are about a train itself. */
function addTrains(routes: OpenAPIHono<HouseEnv>, parts: TrainParts): void {
  const { db, clock } = parts.door;
  const ground = async (projectId: number) => {
    const now = clock.now();
    const nameOf = (actor: string) => parts.list.nameOf(actor);
    return {
      ...{ freezes: await readFreezes(db, projectId, now), taken: await momentsTaken(db, projectId, now), now, nameOf },
    };
  };
  const shown = async (c: Context<HouseEnv>, { result, change }: Done<Train>) => {
    c.header('ETag', versionTag(result.version));
    return { train: showTrain(result, await ground(result.projectId)), ...(change ? { change } : {}) };
  };
  routes.openapi(list, async (c) => {
    const projectId = projectOf(c);
    const seen = seenEnvironments(c.get('principal'), projectId);
    const shownWith = await ground(projectId);
    const trains = await listTrains(db, projectId);
    const own = trains.filter(({ environmentId }) => seen === undefined || seen.includes(environmentId));
    return c.json({ items: own.map((train) => showTrain(train, shownWith)) }, 200);
  });
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    return c.json(await shown(c, await createTrain(parts, askingOf(c, reason), projectOf(c), wanted)), 201);
  });
  routes.openapi(read, async (c) => {
    const train = await requireTrain(db, projectOf(c), c.req.valid('param').train, c.get('principal'));
    c.header('ETag', versionTag(train.version));
    return c.json(showTrain(train, await ground(train.projectId)), 200);
  });
  const now = async (c: Context<HouseEnv>) => {
    const train = await requireTrain(db, projectOf(c), c.req.param('train') ?? '', c.get('principal'));
    return showTrain(train, await ground(train.projectId));
  };
  routes.openapi(edit, async (c) => {
    const { reason, ...patch } = c.req.valid('json');
    const asking = askingOf(c, reason, expectedVersion(c));
    const work = editTrain(parts, asking, projectOf(c), c.req.valid('param').train, patch);
    return c.json(await shown(c, await withCurrent(work, () => now(c))), 200);
  });
  routes.openapi(archive, async (c) => {
    const asking = askingOf(c, c.req.valid('json').reason, expectedVersion(c));
    const work = archiveTrain(parts, asking, projectOf(c), c.req.valid('param').train);
    return c.json(await shown(c, await withCurrent(work, () => now(c))), 200);
  });
  for (const [route, verb] of [
    [stop, stopLine],
    [start, startLine],
  ] as const) {
    routes.openapi(route, async (c) => {
      const asking = askingOf(c, c.req.valid('json').reason);
      return c.json(await shown(c, await verb(parts, asking, projectOf(c), c.req.valid('param').train)), 200);
    });
  }
}

const projectOf = (c: Context<HouseEnv>) => c.get('scope').projectId;
