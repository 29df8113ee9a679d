import type { FreezeOverride } from '../access/asking.ts';
import type { ActingPrincipal } from '../access/principal.ts';
import type { ChangeOrder, Check, EnvironmentStep } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { flagsReached } from './flags-reached.ts';
import { type Freeze, freezeAt, holdingAt } from './freeze.ts';
import { readFreezes, tagsOfFlags } from './freeze-store.ts';
import { mayOverride, overriderNow, sayOverride } from './override-freeze.ts';

/**
 * The door's check: nothing grows where a freeze holds, whoever approved of it. Towards safe, a run's way back to its
 * anchor, and what somebody takes back within their minute pass as ever; root passes with a reason, and so does whoever
 * has the role that a freeze names and says that they go on in spite of it.
 */
export function checkFreeze(clock: { now(): Date }): Check {
  return async (tx, order, steps) => {
    // A change is tried again where the database asks for it: only the last time counts.
    order.overridesFreeze?.used.splice(0);
    if (order.settling || order.toAnchor || order.pastFreeze) return undefined;
    if (order.principal.kind === 'root' && order.reason?.trim()) return undefined;
    const growing = steps.filter(({ direction, grace }) => direction === 'growing' && !grace);
    if (growing.length === 0) return undefined;
    const now = clock.now();
    const freezes = await readFreezes(tx, order.projectId, now);
    if (freezes.length === 0) return undefined;
    const overrider = await overriderNow(tx, order.overridesFreeze, order.reason);
    for (const step of growing) {
      const refusal = await judgeStep(tx, { order, overrider, freezes, now }, step);
      if (refusal) return refusal;
    }
    return undefined;
  };
}

interface Ground {
  order: ChangeOrder;
  overrider: ActingPrincipal | undefined;
  freezes: readonly Freeze[];
  now: Date;
}

async function judgeStep(tx: Tx, ground: Ground, step: EnvironmentStep): Promise<Problem | undefined> {
  const { order, overrider, freezes, now } = ground;
  const { environment } = step;
  const tagged = freezes.some(({ tags }) => tags !== null);
  const reached = tagged ? await tagsOfFlags(tx, order.projectId, flagsReached(step.before, step.after)) : new Map();
  const tags = [...new Set([...reached.values()].flat())];
  const place = { projectId: order.projectId, environmentId: environment.id };
  const wanted = order.overridesFreeze?.ids ?? [];
  const standing = holdingAt(freezes, environment.id, now, tags).filter((freeze) => {
    const overridden = overrider !== undefined && wanted.includes(freeze.id) && mayOverride(overrider, freeze, place);
    if (overridden) noteUse(order.overridesFreeze, freeze, environment.key);
    return !overridden;
  });
  const frozen = freezeAt(standing, environment.id, now, tags);
  if (frozen === null) return undefined;
  return refusal({ standing, until: frozen.until, reached, environment, place, principal: order.principal });
}

function noteUse(override: FreezeOverride | undefined, { id, name }: Freeze, environment: string): void {
  override?.used.push({ freeze: id, name, environment });
}

interface Refused {
  standing: readonly Freeze[];
  until: Date | null;
  /** The tags of the flags that the change reaches, where some freeze goes by tags. */
  reached: ReadonlyMap<string, readonly string[]>;
  environment: { key: string };
  place: { projectId: number; environmentId: number };
  principal: ActingPrincipal;
}

function refusal({ standing, until, reached, environment, place, principal }: Refused): Problem {
  const names = standing.map(({ name }) => `“${name}”`).join(' and ');
  const isMany = standing.length > 1;
  const flags = flagsUnder(standing, reached);
  const what = flags === undefined ? 'nothing grows there' : `${flags.join(', ')} may not grow there`;
  const detail =
    `The freeze${isMany ? 's' : ''} ${names} hold${isMany ? '' : 's'} in ${environment.key} until ` +
    `${until?.toISOString() ?? 'somebody ends it'}: ${what} before. Turning off and killing work as ever. ${sayWayOn(standing)}`;
  const shown = standing.map((freeze) => ({
    ...{ id: freeze.id, name: freeze.name, environment: environment.key, tags: freeze.tags && [...freeze.tags] },
    ...{ overrideBy: freeze.overrideBy, mayOverride: mayOverride(principal, freeze, place) },
  }));
  return new Problem('frozen', detail, {
    current: { freezes: shown, until: until?.toISOString() ?? null, ...(flags === undefined ? {} : { flags }) },
  });
}

/** The flags that are held; undefined where a freeze holds all of them. */
function flagsUnder(
  standing: readonly Freeze[],
  reached: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const frozen = new Set(standing.flatMap(({ tags }) => tags ?? []));
  if (standing.some(({ tags }) => tags === null)) return undefined;
  return [...reached].filter(([, tags]) => tags.some((tag) => frozen.has(tag))).map(([key]) => key);
}

/** What somebody can do who must go on. */
function sayWayOn(standing: readonly Freeze[]): string {
  const roles = standing.map(({ overrideBy }) => overrideBy);
  const lowest = roles.includes('admin') ? 'admin' : 'release-manager';
  if (roles.includes(null)) {
    return 'A second admin can agree to end it early; the root token passes with a reason.';
  }
  const ids = standing.map(({ id }) => `overrideFreeze=${id}`).join('&');
  return `Whoever is ${sayOverride(lowest)} may go on in spite of it, with a reason: ?${ids} (--override-freeze).`;
}
