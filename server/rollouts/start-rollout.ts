import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import { findEntry } from '../changes/change-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt } from '../changes/door.ts';
import { findFlag } from '../flags/flag-store.ts';
import { withResult } from '../platform/committed.ts';
import { invalid } from '../platform/problem.ts';
import { sayBeginning } from '../policies/say-beginning.ts';
import { placesOf } from './path-places.ts';
import { principalNow } from './principal-now.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { groundBeside, requirePolicy, warningsOf } from './start-ground.ts';
import { type PathPlace, requireMayGrow } from './steer-right.ts';
import { rolloutOf, type Start, writeStart } from './write-start.ts';

export interface Started {
  id: string;
  /** What happens at once now, for whoever started it. */
  begins: string;
  warnings: string[];
  change?: ChangeReceipt;
}

/**
 * Starts a rollout: it is written down with the policy that it pins and waits in its first environment, where the loop
 * enters the first stage as soon as nothing stands before it. Everything that would stop it there is told now, whole.
 */
export async function startRollout(
  parts: RolloutParts,
  asking: Asking,
  projectId: number,
  start: Start,
): Promise<Started> {
  const { db } = parts.door;
  const flag = await findFlag(db, projectId, start.flag);
  if (flag === undefined) throw invalid([{ path: '/flag', code: 'unknown_flag', expected: 'a flag of this project' }]);
  const found = await requirePolicy(parts, db, { projectId, flag }, start);
  const path = found.policy.path.slice(start.step ?? 0);
  const places = await placesOf(db, projectId, found.policy);
  const beside = await groundBeside(parts, db, { projectId, flag: flag.key }, found.policy, path, places);
  const id = parts.names.id();
  const committed = await commitChange<Pick<Started, 'id' | 'warnings'>>(
    parts.door,
    {
      ...orderOf(asking),
      ...{ projectId, environmentIds: [], action: 'rollout.start', subject: `rollout/${id}` },
      ...(places[start.step ?? 0] === undefined ? {} : { within: places[start.step ?? 0]?.environmentId as number }),
    },
    async (tx, { now }) => {
      const { principal, reason } = asking;
      const ahead = (await placesOf(tx, projectId, found.policy)).slice(start.step ?? 0);
      requireMayGrow(await principalNow(tx, principal), ahead);
      requireReason(asking, ahead);
      const by = { actor: actorOf(principal), authors: authorsOf(principal), at: now };
      const rollout = rolloutOf({ id, projectId }, start, found, places, by);
      const after = await writeStart(tx, rollout, { reason, beside, path });
      const result = { id, warnings: beside.flatMap(warningsOf) };
      return { result, touched: { flags: [], segments: [] }, before: null, after };
    },
  );
  const { result, change } = await withResult(committed, async (made) => ({
    id: (await findEntry(db, projectId, made.id))?.subject.slice('rollout/'.length) ?? id,
    warnings: [],
  }));
  parts.wake();
  const isProtected = (environment: string) => places.some(({ key, isProtected: is }) => key === environment && is);
  const begins = sayBeginning(found.policy, isProtected, start.step);
  return { ...result, begins, ...(change ? { change } : {}) };
}

/** What is protected is changed with a reason, also by what changes it later. */
function requireReason({ reason }: Asking, places: readonly PathPlace[]): void {
  const place = places.find(({ isProtected }) => isProtected);
  if (place === undefined || reason?.trim()) return;
  const expected = `a reason, for the environment ${place.key} is protected`;
  throw invalid([{ path: '/reason', code: 'required', expected }]);
}

/** A token's owner starts what the token starts. */
function authorsOf(principal: Principal): string[] {
  if (principal.kind === 'person') return [principal.id];
  return principal.kind === 'token' && principal.owner !== undefined ? [principal.owner.id] : [];
}
