import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AccessList } from '../access/access-list.ts';
import { askingOf, placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { subjectOfChange } from '../access/key-store.ts';
import { withResult } from '../platform/committed.ts';
import { makePage, numberAfter, writeCursor } from '../platform/page.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { exportAnswer } from '../transfer/contract.ts';
import { compareReleases } from './compare-releases.ts';
import {
  diffQuery,
  madeRelease,
  newRelease,
  releaseAnswer,
  releaseDiff,
  releaseItem,
  releasePage,
  releaseQuery,
  releaseTag,
} from './contract.ts';
import { createRelease, type ReleaseParts } from './create-release.ts';
import { exportRelease } from './export-release.ts';
import { findLatestKnownGood, judgeReleases, MOST_LOOKED, readKnownForms, sayNoneGood } from './find-known-good.ts';
import { findUnproven, type KnownForms } from './known-good.ts';
import type { Release } from './release.ts';
import { headOf, type ReleaseHead, requireRelease, showRelease, showReleases } from './show-release.ts';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Releases'];
const path = '/releases/{tag}' as const;

const list = createRoute({
  ...{ method: 'get', path: '/releases', tags, summary: 'Releases of an environment, newest first' },
  description: 'With `good=true` those alone of which everything is known to be good, as of now.',
  middleware: need('read'),
  request: { query: releaseQuery },
  responses: { 200: answer('Releases', releasePage), ...problemAnswers },
});
const make = createRoute({
  ...{ method: 'post', path: '/releases', tags, summary: 'Keep what the environment is, under a tag' },
  description: 'It alters nothing that is served. Flags that are rolled out are kept as they were before the rollout.',
  middleware: need('change'),
  request: { body: { ...json(newRelease), required: true } },
  responses: { 201: answer('The release', madeRelease), ...problemAnswers },
});
const read = createRoute({
  ...{ method: 'get', path, tags, summary: 'A release with its flags, and what of it is known to be good' },
  middleware: need('read'),
  request: { params: releaseTag },
  responses: { 200: answer('The release', releaseAnswer), ...problemAnswers },
});
const take = createRoute({
  ...{ method: 'get', path: `${path}/export`, tags, summary: 'A release as a document that an import takes' },
  middleware: need('read'),
  request: { params: releaseTag },
  responses: { 200: answer('The document', exportAnswer), ...problemAnswers },
});
const diff = createRoute({
  ...{ method: 'get', path: '/release-diff', tags, summary: 'What differs between two releases, or one and now' },
  middleware: need('read'),
  request: { query: diffQuery },
  responses: { 200: answer('What differs', releaseDiff), ...problemAnswers },
});
const knownGood = createRoute({
  ...{ method: 'get', path: '/known-good', tags, summary: 'The newest release that is known to be good' },
  description: 'Where there is none, the answer is 404 and says which flags of the newest release are not, and why.',
  middleware: need('read'),
  responses: { 200: answer('The release', releaseItem), ...problemAnswers },
});

export interface ReleaseRouteParts extends ReleaseParts {
  list: Pick<AccessList, 'nameOf'>;
}

/** `/releases`, `/release-diff` and `/known-good` of an environment. */
export function releaseRoutes(parts: ReleaseRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  const { db, clock } = parts.door;
  const showing = { db, nameOf: (actor: string) => parts.list.nameOf(actor) };
  const showOne = async (c: Context<HouseEnv>, release: Release) => {
    const { environment } = placeOf(c);
    const [now, known] = [clock.now(), await readKnownForms(db, environment.id)];
    const judged = { release, unproven: findUnproven(release.flags, known, now) };
    return { judged, known, now, latest: await latestTag(parts, environment.id, known) };
  };
  routes.openapi(make, async (c) => {
    const { reason, ...wanted } = c.req.valid('json');
    const place = placeOf(c);
    const committed = await createRelease(parts, askingOf(c, reason), place, wanted);
    const { result, change } = await withResult(committed, async ({ id }) => {
      const subject = await subjectOfChange(db, place.projectId, id);
      return requireRelease(db, place, subject?.slice('release/'.length) ?? '');
    });
    const { judged, latest } = await showOne(c, result);
    const [release] = await showReleases(showing, place.environment.key, [headOf(judged)], latest);
    if (release === undefined) throw new Error('a release that was made is shown');
    return c.json({ release, ...(change === undefined ? {} : { change }) }, 201);
  });
  routes.openapi(read, async (c) => {
    const place = placeOf(c);
    const release = await requireRelease(db, place, c.req.valid('param').tag);
    const { judged, ...rest } = await showOne(c, release);
    return c.json(await showRelease(showing, place.environment.key, judged, rest), 200);
  });
  routes.openapi(take, async (c) => {
    const place = placeOf(c);
    const { key } = place.environment;
    const release = await requireRelease(db, place, c.req.valid('param').tag);
    return c.json({ environment: key, format: 'turnout', ...(await exportRelease(db, place, release, key)) }, 200);
  });
  routes.openapi(diff, async (c) => {
    const { from, to } = c.req.valid('query');
    return c.json(await compareReleases(db, placeOf(c), from, to), 200);
  });
  answerLists(routes, parts, showing);
  return routes;
}

function answerLists(
  routes: OpenAPIHono<HouseEnv>,
  parts: ReleaseRouteParts,
  showing: Parameters<typeof showReleases>[0],
): void {
  const { db, clock } = parts.door;
  routes.openapi(list, async (c) => {
    const { environment } = placeOf(c);
    const query = c.req.valid('query');
    const known = await readKnownForms(db, environment.id);
    const { found, goesOnAt } = await seekReleases(parts, environment.id, known, query);
    const shown = await showReleases(showing, environment.key, found, await latestTag(parts, environment.id, known));
    const rows = found.map(({ seq }, at) => ({ seq, item: shown[at] }));
    const page = makePage(
      rows,
      query.limit,
      ({ item }) => item,
      ({ seq }) => seq,
    );
    const next = page.next ?? (goesOnAt === undefined ? null : writeCursor(goesOnAt));
    return c.json({ next, items: page.items.flatMap((item) => item ?? []) }, 200);
  });
  routes.openapi(knownGood, async (c) => {
    const { environment } = placeOf(c);
    const found = await findLatestKnownGood(db, { environmentId: environment.id }, clock.now());
    if (found.release === undefined) throw new Problem('not_found', sayNoneGood(environment.key, found));
    const { release } = found;
    const [item] = await showReleases(showing, environment.key, [headOf({ release, unproven: [] })], release.tag);
    if (item === undefined) throw new Error('a release that was found is shown');
    return c.json(item, 200);
  });
}

/** One more than the page, as everywhere; whoever seeks good ones among thousands of others asks on instead of waiting. */
async function seekReleases(
  { door: { db, clock } }: ReleaseParts,
  environmentId: number,
  known: KnownForms,
  query: z.infer<typeof releaseQuery>,
): Promise<{ found: ReleaseHead[]; goesOnAt: number | undefined }> {
  const found: ReleaseHead[] = [];
  const all = judgeReleases(db, environmentId, { now: clock.now(), known, before: numberAfter(query) });
  let looked = 0;
  for await (const judged of all) {
    if (query.good === undefined || judged.unproven.length === 0) found.push(headOf(judged));
    looked += 1;
    if (found.length > query.limit) break;
    if (looked === MOST_LOOKED) return { found, goesOnAt: judged.release.seq };
  }
  return { found, goesOnAt: undefined };
}

async function latestTag({ door }: ReleaseParts, environmentId: number, known: KnownForms) {
  return (await findLatestKnownGood(door.db, { environmentId }, door.clock.now(), known)).release?.tag;
}
