import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { AccessList } from '../access/access-list.ts';
import { placeOf } from '../access/asking.ts';
import { type HouseEnv, need, newRoutes } from '../access/guard.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { changeId } from '../changes/contract.ts';
import { requireEntry, seenSteps } from '../changes/seen-change.ts';
import type { Db } from '../database/connect.ts';
import { checkKillRight, type KillRightParts } from '../delivery/kill-right.ts';
import { findKill } from '../delivery/kill-store.ts';
import type { Overlays } from '../delivery/overlay.ts';
import type { Clock } from '../platform/clock.ts';
import { makePage, textAfter } from '../platform/page.ts';
import { Problem } from '../platform/problem.ts';
import { problemAnswers } from '../platform/problem-contract.ts';
import { flipReceipts, waitQuery } from '../platform/receipts-contract.ts';
import { waitMs } from '../platform/wait-time.ts';
import type { Target } from './await-receipts.ts';
import { instancePage, instanceQuery, killId } from './contract.ts';
import { listInstances } from './list-instances.ts';
import type { Fleet } from './open-fleet.ts';
import { showInstance, showReceipts } from './show-instances.ts';

export interface FleetRouteParts {
  db: Db;
  clock: Clock;
  list: AccessList;
  fleet: Fleet;
  overlays: Overlays;
  killRight: KillRightParts;
}

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, ...json(schema) });
const tags = ['Running apps'];

const list = createRoute({
  ...{ method: 'get', path: '/instances', tags, summary: 'The apps that run in this environment' },
  middleware: need('read'),
  request: { query: instanceQuery },
  responses: { 200: answer('Apps by key and instance', instancePage), ...problemAnswers },
});
const ofKill = createRoute({
  ...{ method: 'get', path: '/kills/{id}/receipts', tags, summary: 'Who has put a kill in force' },
  description: 'Answers while the database is away, too. A kill key reads the receipts of what it may kill.',
  middleware: need('kill'),
  request: { params: killId, query: waitQuery },
  responses: { 200: answer('Receipts', flipReceipts), ...problemAnswers },
});
const ofChange = createRoute({
  ...{ method: 'get', path: '/changes/{id}/receipts', tags, summary: 'Who has put a change in force' },
  description: 'Times are known by the node that made the change, as long as it remembers; others tell who is there.',
  middleware: need('read', { acrossEnvironments: true }),
  request: { params: changeId, query: waitQuery },
  responses: { 200: answer('Receipts', flipReceipts), ...problemAnswers },
});

/** What is known of the apps of an environment. */
export function instanceRoutes(parts: FleetRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { clock, fleet } = parts;
    const found = await listInstances(fleet, clock, placeOf(c).environment.id);
    const { instances, ...about } = found;
    const after = textAfter(query);
    const items = instances
      .filter(({ state }) => query.state === undefined || state === query.state)
      .filter(({ name }) => after === undefined || name > after)
      .slice(0, query.limit + 1);
    const page = makePage(
      items,
      query.limit,
      ({ instance }) => showInstance(instance, clock),
      ({ name }) => name,
    );
    return c.json({ ...page, ...about }, 200);
  });
  routes.openapi(ofKill, async (c) => {
    const { id } = c.req.valid('param');
    const { projectId, environment } = placeOf(c);
    const flag = await flagOfKill(parts, environment.id, id);
    await checkKillRight(parts.killRight, c.get('principal'), { projectId, environment, flag });
    return c.json(await receipts(parts, [{ environmentId: environment.id, kill: id }], c.req.valid('query').wait), 200);
  });
  return routes;
}

/** The receipts of a change. */
export function changeReceiptRoutes(parts: FleetRouteParts): OpenAPIHono<HouseEnv> {
  const routes = newRoutes();
  routes.openapi(ofChange, async (c) => {
    const { id } = c.req.valid('param');
    const entry = await requireEntry(parts.db, c.get('scope').projectId, id, c.get('principal'));
    const targets = seenSteps(entry, seenEnvironments(c.get('principal'), c.get('scope').projectId)).map(
      ({ environmentId, position }) => ({
        environmentId,
        position,
        kill: entry.killId ?? undefined,
      }),
    );
    return c.json(await receipts(parts, targets, c.req.valid('query').wait), 200);
  });
  return routes;
}

async function receipts({ fleet, list, clock }: FleetRouteParts, targets: Target[], wait: string | undefined) {
  const found = await fleet.desk.receiptsOf(targets, wait === undefined ? 0 : (waitMs(wait) ?? 0));
  return showReceipts(found, list, clock);
}

/** Of which flag a kill is: from memory as long as it is fresh, so that it is told while the database is away. */
async function flagOfKill(
  { db, fleet, overlays }: FleetRouteParts,
  environmentId: number,
  id: string,
): Promise<string> {
  const held = overlays.of(environmentId).find((entry) => entry.id === id)?.flag;
  const known = held ?? fleet.flips.findKill(environmentId, id)?.flip.flags?.[0];
  if (known !== undefined) return known;
  const row = await findKill(db, id);
  if (row?.environmentId !== environmentId) throw new Problem('not_found', 'There is no such kill.');
  return row.flagKey;
}
