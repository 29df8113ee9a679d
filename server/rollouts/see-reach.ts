import { parsePosition } from '@turnout/core';
import type { HeldRulesets } from '../delivery/served.ts';
import { isAtLeast, LIVE_MS } from '../fleet/instance.ts';
import { listInstances } from '../fleet/list-instances.ts';
import type { Fleet } from '../fleet/open-fleet.ts';
import type { Clock } from '../platform/clock.ts';

export interface ReachParts {
  clock: Clock;
  rulesets: Pick<HeldRulesets, 'load' | 'refresh' | 'served'>;
  fleet: Pick<Fleet, 'desk' | 'instances' | 'others' | 'places'>;
}

/** Where an environment is to be: a later epoch has left the place behind, and holds all that was committed before it. */
function placeIn(served: string, position: string): string {
  return parsePosition(served)?.epoch === parsePosition(position)?.epoch ? position : served;
}

/**
 * Whether what was written is in force: this node reads back that it serves it, every other node says so of itself, and
 * every app that was there has said that it has it. Apps that fell silent are gone, after the minute after which nobody counts on them.
 */
export async function seeReach(
  { rulesets, fleet }: ReachParts,
  environmentId: number,
  written: string,
): Promise<{ effective: boolean; laggards: string[] }> {
  await rulesets.load(environmentId);
  const isServed = () => {
    const { position } = rulesets.served(environmentId) ?? { position: null };
    return position !== null && isAtLeast(position, placeIn(position, written));
  };
  if (!isServed()) await rulesets.refresh(environmentId);
  if (!isServed()) return { effective: false, laggards: ['this node'] };
  const position = placeIn(rulesets.served(environmentId)?.position ?? written, written);
  const [receipts, behind] = await Promise.all([
    fleet.desk.receiptsOf([{ environmentId, position }], 0),
    fleet.places.behind(environmentId, position),
  ]);
  const apps = receipts.laggards
    .filter(({ silentMs }) => silentMs < LIVE_MS)
    .map(({ host, instance, why }) => `${host || instance.slice(0, 8)} (${why})`);
  const laggards = [...behind.nodes, ...apps, ...receipts.unknown.map((node) => `the apps of node ${node}`)];
  return { effective: receipts.complete && behind.complete && laggards.length === 0, laggards };
}

/** Distinct hosts whose apps are live and have a place in force; of an environment that nobody wrote in yet, the present one. */
export async function countHostsAt(
  { clock, rulesets, fleet }: ReachParts,
  environmentId: number,
  written: string | undefined,
): Promise<number> {
  const served = (await rulesets.load(environmentId)).position;
  const place = written === undefined ? served : placeIn(served, written);
  const { instances } = await listInstances(fleet, clock, environmentId);
  const up = instances.filter(({ state, instance }) => state === 'live' && isAtLeast(instance.position, place));
  return new Set(up.map(({ instance }) => instance.host || instance.id)).size;
}
