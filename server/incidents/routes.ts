import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AccessList } from '../access/access-list.ts';
import { type Asking, askingOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { subjectOfChange } from '../access/key-store.ts';
import { seenEnvironments } from '../access/permissions.ts';
import type { Committed } from '../changes/door.ts';
import type { Teller } from '../changes/tell-change.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { isKeptMoment } from '../platform/moment.ts';
import { makePage, numberAfter, pageQuery, textAfter } from '../platform/page.ts';
import { invalid } from '../platform/problem.ts';
import { problemAnswers, withReason } from '../platform/problem-contract.ts';
import { expectedVersion, versionTag, withCurrent } from '../platform/version.ts';
import {
  closeIncident,
  editIncident,
  type Incident,
  joinIncident,
  noteIncident,
  reopenIncident,
  requireIncident,
} from './change-incident.ts';
import {
  changedIncident,
  incidentId,
  incidentPage,
  incidentPatch,
  incidentQuery,
  newIncident,
  newNote,
  timelinePage,
  wholeIncident,
} from './contract.ts';
import { killsOf } from './kill-store.ts';
import { type IncidentParts, openIncident } from './open-incident.ts';
import { readPlaces } from './read-places.ts';
import { showIncident, showWholeIncident } from './show-incident.ts';
import { type IncidentRow, listIncidents, peopleOf, placesOf } from './store.ts';
import { readTimeline, showMoment } from './timeline.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Incidents'];
const path = '/incidents/{id}' as const;
// Whoever is of one environment sees the incidents there, and changes those that are nowhere else.
const acrossEnvironments = { acrossEnvironments: true } as const;
const mayRead = need('read', acrossEnvironments);
const mayOpen = need('change', acrossEnvironments);
const mayChange = need('change', { ...acrossEnvironments, versioned: true });
const changed = { 200: answer('The incident as it is now', changedIncident), ...problemAnswers };

const list = createRoute({
  ...{ method: 'get', path: '/incidents', tags, summary: 'Incidents, newest first' },
  middleware: mayRead,
  request: { query: incidentQuery },
  responses: { 200: answer('Incidents', incidentPage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/incidents', tags, summary: 'Open an incident' },
  description:
    'While it is open, no rollout goes on of a flag that it names, or in an environment that it names whole.',
  middleware: mayOpen,
  request: { body: { ...json(newIncident), required: true } },
  responses: { 201: answer('The incident', changedIncident), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'One incident, with who takes part and what was killed' },
  middleware: mayRead,
  request: { params: incidentId },
  responses: { 200: answer('The incident', wholeIncident), ...problemAnswers },
});
const timeline = createRoute({
  ...{ method: 'get', path: `${path}/timeline`, tags, summary: 'What was done while it was open, newest first' },
  middleware: mayRead,
  request: { params: incidentId, query: pageQuery },
  responses: { 200: answer('Entries of the log', timelinePage), ...problemAnswers },
});
const edit = createRoute({
  ...{ method: 'patch', path, tags, summary: 'Change title, severity, commander, reference or places' },
  middleware: mayChange,
  request: { params: incidentId, body: { ...json(incidentPatch), required: true } },
  responses: changed,
});
const note = createRoute({
  ...{ method: 'post', path: `${path}/notes`, tags, summary: 'Write something down' },
  middleware: mayChange,
  request: { params: incidentId, body: { ...json(newNote), required: true } },
  responses: changed,
});
const verb = <V extends string>(name: V, summary: string) =>
  createRoute({
    ...{ method: 'post', path: `${path}/${name}` as const, tags, summary },
    middleware: mayChange,
    request: { params: incidentId, body: json(withReason) },
    responses: changed,
  });
const join = verb('join', 'Take part');
const close = verb('close', 'It is over; no flag is restored by that');
const reopen = verb('reopen', 'It was not over');

export interface IncidentRouteParts extends IncidentParts {
  list: Pick<AccessList, 'nameOf'>;
  tellers: readonly Teller[];
}

/** `/incidents` of a project. */
export function incidentRoutes(parts: IncidentRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  answerQuestions(routes, parts);
  routes.openapi(make, async (c) => {
    const { reason, ...fields } = c.req.valid('json');
    const { projectId } = c.get('scope');
    const { db } = parts.door;
    const places = await readPlaces(db, projectId, fields.places, seenBy(c));
    const committed = await openIncident(parts, askingOf(c, reason), projectId, { ...fields, places });
    const { result, change } = await withResult(committed, async ({ id }) => {
      const subject = await subjectOfChange(db, projectId, id);
      return (await requireIncident(db, projectId, subject?.split('/')[1] ?? '')).row;
    });
    return c.json(await show(parts, c, { result, ...(change ? { change } : {}) }), 201);
  });
  routes.openapi(edit, async (c) => {
    const { reason, places: named, ...patch } = c.req.valid('json');
    const places = named && (await readPlaces(parts.door.db, c.get('scope').projectId, named, seenBy(c)));
    const asking = askingOf(c, reason, expectedVersion(c));
    const content = { ...patch, ...(places ? { places } : {}) };
    return c.json(await change(parts, c, (seen) => editIncident(parts, asking, seen, content)), 200);
  });
  routes.openapi(note, async (c) => {
    const { reason, text } = c.req.valid('json');
    const asking = askingOf(c, reason, expectedVersion(c));
    return c.json(await change(parts, c, (seen) => noteIncident(parts, asking, seen, text)), 200);
  });
  routes.openapi(join, async (c) => {
    const asking = asked(c, c.req.valid('json'));
    return c.json(await change(parts, c, (seen) => joinIncident(parts, asking, seen)), 200);
  });
  routes.openapi(close, async (c) => {
    const asking = asked(c, c.req.valid('json'));
    return c.json(await change(parts, c, (seen) => closeIncident(parts, asking, seen)), 200);
  });
  routes.openapi(reopen, async (c) => {
    const asking = asked(c, c.req.valid('json'));
    return c.json(await change(parts, c, (seen) => reopenIncident(parts, asking, seen)), 200);
  });
  return routes;
}

/** What changes nothing. */
function answerQuestions(routes: OpenAPIHono<HouseEnv>, parts: IncidentRouteParts): void {
  const { db } = parts.door;
  const nameOf = (actor: string) => parts.list.nameOf(actor);
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { projectId } = c.get('scope');
    const only = seenBy(c);
    const { state, flag, environment } = query;
    const environmentIds = environment === undefined ? only : [await idOf(parts, c, environment)];
    const page = { limit: query.limit, before: readBefore(textAfter(query)) };
    const rows = await listIncidents(db, projectId, { state, flag, environmentIds }, page);
    const places = await placesOf(
      db,
      rows.map(({ id }) => id),
    );
    const item = (row: IncidentRow) => showIncident({ row, places: places.get(row.id) ?? [] }, only, nameOf);
    return c.json(makePage(rows, query.limit, item, writeBefore), 200);
  });
  routes.openapi(read, async (c) => {
    const incident = await findSeen(parts, c);
    c.header('ETag', versionTag(incident.row.version));
    return c.json(await showWhole(parts, c, incident), 200);
  });
  routes.openapi(timeline, async (c) => {
    const query = c.req.valid('query');
    const incident = await findSeen(parts, c);
    const only = seenBy(c);
    const page = { limit: query.limit, seq: numberAfter(query) };
    const entries = await readTimeline(db, incident, only, page);
    const words = { tellers: parts.tellers, nameOf };
    const item = (entry: (typeof entries)[number]) => showMoment(entry, incident, only, words);
    return c.json(
      makePage(entries, query.limit, item, ({ seq }) => seq),
      200,
    );
  });
}

const seenBy = (c: Context<HouseEnv>) => seenEnvironments(c.get('principal'), c.get('scope').projectId);

/** Who asks and why: these routes take no body, too. */
const asked = (c: Context<HouseEnv>, body: unknown): Asking =>
  askingOf(c, withReason.parse(body ?? {}).reason, expectedVersion(c));

const findSeen = (parts: IncidentRouteParts, c: Context<HouseEnv>) =>
  requireIncident(parts.door.db, c.get('scope').projectId, c.req.param('id') ?? '', seenBy(c));

async function change(
  parts: IncidentRouteParts,
  c: Context<HouseEnv>,
  work: (seen: Incident) => Promise<Committed<IncidentRow>>,
) {
  const seen = await findSeen(parts, c);
  const { projectId, id } = seen.row;
  const committed = await withCurrent(work(seen), async () => showWhole(parts, c, await findSeen(parts, c)));
  return show(
    parts,
    c,
    await withResult(committed, async () => (await requireIncident(parts.door.db, projectId, id)).row),
  );
}

async function showWhole(parts: IncidentRouteParts, c: Context<HouseEnv>, incident: Incident) {
  const { db } = parts.door;
  const { id } = incident.row;
  const [people, kills] = await Promise.all([peopleOf(db, id), killsOf(db, id)]);
  return showWholeIncident(incident, { people, kills }, seenBy(c), (actor) => parts.list.nameOf(actor));
}

async function show(parts: IncidentRouteParts, c: Context<HouseEnv>, { result: row, change }: Done<IncidentRow>) {
  const places = (await placesOf(parts.door.db, [row.id])).get(row.id) ?? [];
  c.header('ETag', versionTag(row.version));
  const incident = showIncident({ row, places }, seenBy(c), (actor) => parts.list.nameOf(actor));
  return { incident, ...(change ? { change } : {}) };
}

/** The environment that a list is asked for; one that may not be seen is answered like one that is not there. */
async function idOf(parts: IncidentRouteParts, c: Context<HouseEnv>, environment: string): Promise<number> {
  const [place] = await readPlaces(parts.door.db, c.get('scope').projectId, [{ environment }], seenBy(c)).catch(
    () => [],
  );
  if (place) return place.environmentId;
  const expected = 'the key of an environment of this project';
  throw invalid([{ path: '/query/environment', code: 'unknown', expected }]);
}

/** Two incidents may be of the same moment. */
const writeBefore = ({ openedAt, id }: IncidentRow) => `${openedAt.toISOString()} ${id}`;

function readBefore(text: string | undefined) {
  if (text === undefined) return undefined;
  const [at = '', id = ''] = text.split(' ');
  const openedAt = new Date(at);
  if (isKeptMoment(openedAt)) return { openedAt, id };
  throw invalid([
    { path: '/query/cursor', code: 'bad_cursor', expected: 'the `next` of an earlier page of this list' },
  ]);
}
