import type { JsonValue } from '@turnout/core';
import type { Ground, Written } from '../changes/door.ts';
import { type DraftCall, type DraftKind, type DraftPlan, draftKind } from '../changes/draft.ts';
import { asFields } from '../changes/tell-change.ts';
import type { Tx } from '../database/connect.ts';
import { requireFlagIn } from '../flags/flag-place.ts';
import { findFlagIn } from '../flags/flag-store.ts';
import { invalid } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { idOfItem } from '../requests/plan-draft.ts';
import type { DraftItem } from '../requests/request.ts';
import { type RolloutRide, rideBody } from './contract.ts';
import { enterAtOnce, expeditedPolicy, waitsForNothing } from './enter-at-once.ts';
import { placesOf } from './path-places.ts';
import { beginReach } from './reach.ts';
import type { FoundPolicy, RolloutParts } from './rollout-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { saveReach } from './run-store.ts';
import { groundBeside, requirePolicy } from './start-ground.ts';
import type { PathPlace } from './steer-right.ts';
import { tellStarted } from './tell-started.ts';
import { rolloutOf, writeStart } from './write-start.ts';

/** What rolls a flag out may wait in a request until it is approved, and leave with others. */
export function rolloutDrafts(parts: Pick<RolloutParts, 'door' | 'sources'>): readonly DraftKind[] {
  return [draftKind({ method: 'POST', path: PATH, body: rideBody, plan: (call) => planRide(parts, call) })];
}

const PATH = '/environments/{environment}/flags/{flag}/rollout';

/** The rollouts that a request starts once it is carried out, by its items. */
export function rolloutIdsOf({ items, seed }: { items: readonly DraftItem[]; seed: string }): string[] {
  return items.flatMap(({ method, path }, index) => {
    const starts = method === 'POST' && /^\/environments\/[^/]+\/flags\/[^/]+\/rollout$/.test(path);
    return starts ? [idOfItem(seed, index)] : [];
  });
}

function planRide(parts: Pick<RolloutParts, 'door' | 'sources'>, call: DraftCall<RolloutRide>): DraftPlan {
  const [place, flag] = [call.place(), call.params.flag ?? ''];
  return {
    ...{ action: 'rollout.start', subject: `rollout/${call.names.id()}`, changes: `flag/${flag}` },
    // Where it waits for its gates the diff is empty, and what is approved is the flag as it was looked at.
    ...{ alters: 'environment', bindsVersion: true },
    version: async (db) => (await findFlagIn(db, call.projectId, place.environment.id, flag))?.configuration.version,
    work: (tx, ground) => startRide(parts, call, tx, ground),
  };
}

/** Starts it and, where it has to wait for nothing, enters its first stage in the same change. */
async function startRide(
  parts: Pick<RolloutParts, 'door' | 'sources'>,
  call: DraftCall<RolloutRide>,
  tx: Tx,
  ground: Ground,
): Promise<Written<string>> {
  const { projectId, base, expedited } = call;
  const place = call.place();
  const { flag, configuration } = await requireFlagIn(tx, place, call.params.flag ?? '');
  requireExpected(base, configuration.version, undefined);
  const found = await requirePolicy(parts, tx, { projectId, flag }, call.body);
  requireBeginsIn(found, place.environment.key);
  const policy = expedited ? expeditedPolicy(found.policy) : found.policy;
  const places = await placesOf(tx, projectId, policy);
  if (expedited) requireStaysThere(found, places, place.environment.key);
  const beside = await groundBeside(parts, tx, { projectId, flag: flag.key }, policy, policy.path, places);
  const by = { actor: call.by ?? 'root', authors: call.authors ?? [], at: ground.now };
  const wanted = { ...call.body, flag: flag.key };
  const rollout = rolloutOf({ id: call.names.id(), projectId }, wanted, { ...found, policy }, places, by);
  const logged = await writeStart(tx, rollout, { reason: undefined, beside, path: policy.path });
  const later = {
    grows: places.map(({ environmentId, key }) => ({ id: environmentId, key })),
    starts: [{ environment: place.environment.key, rollout: await tellStarted(parts, tx, rollout) }],
  };
  if (!waitsForNothing(policy, isProtectedIn(places, place.environment.key))) {
    return { result: rollout.id, touched: { flags: [], segments: [] }, before: null, after: logged, ...later };
  }
  return { ...(await enter(parts, call, [tx, ground], rollout, logged)), ...later };
}

async function enter(
  parts: Pick<RolloutParts, 'door' | 'sources'>,
  { names }: DraftCall<unknown>,
  [tx, ground]: [Tx, Ground],
  rollout: PinnedRollout,
  logged: { [field: string]: JsonValue },
): Promise<Written<string>> {
  const { run, write, stage } = await enterAtOnce(parts, tx, ground, rollout, names);
  return {
    result: rollout.id,
    touched: write?.touched ?? { flags: [], segments: [] },
    before: write?.before ?? null,
    after: { ...logged, ...asFields(write?.after), stage },
    afterEntry: async (inside, changeId) => {
      const locked = ground.environments.get(run.environmentId);
      if (locked !== undefined) await saveReach(inside, run.id, beginReach(locked, changeId, ground.now));
    },
  };
}

const isProtectedIn = (places: readonly PathPlace[], environment: string) =>
  places.find(({ key }) => key === environment)?.isProtected ?? true;

/** What leaves for an environment begins there: an approval is asked of those who answer for it. */
function requireBeginsIn({ key, version, policy }: FoundPolicy, environment: string): void {
  const first = policy.path[0]?.environment ?? '';
  if (first === environment) return;
  const expected = `a policy whose path begins in ${environment}: that of ${key} v${version} begins in ${first}`;
  throw invalid([{ path: '/policy', code: 'wrong_path', expected }]);
}

/** What leaves at once is agreed to by people of one environment, and nobody of another one is asked any more. */
function requireStaysThere({ key, version }: FoundPolicy, places: readonly PathPlace[], environment: string): void {
  const next = places.find((place) => place.key !== environment && place.isProtected);
  if (next === undefined) return;
  const expected = `a policy that stays in ${environment}: ${key} v${version} goes on into ${next.key}, where nobody agreed`;
  throw invalid([{ path: '/policy', code: 'wrong_path', expected }]);
}
