import type { JsonValue } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import { formOf } from '../changes/combine-works.ts';
import type { Ground, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { requireFlag } from '../flags/flag-place.ts';
import { Problem } from '../platform/problem.ts';
import { itemsOf } from '../requests/tell-request.ts';
import { rulesetOf } from '../segments/change-segment.ts';
import { carryBack, type RollbackPart } from './carry-rollback.ts';
import type { EnvironmentRollback, FlagRollback } from './contract.ts';
import { findLatestKnownGood, type NoneGood, sayNoneGood } from './find-known-good.ts';
import { flagAt } from './flag-revisions.ts';
import { planFlagRollback, planRollback, type RollbackPlan } from './plan-rollback.ts';
import { type RollbackGround, readNow, readThen } from './read-rollback-ground.ts';
import type { Release } from './release.ts';
import { findRelease } from './release-store.ts';
import { sayBack } from './rollback-parts.ts';
import { type RollbackSplit, splitRollback } from './split-rollback.ts';

/** Where it goes back to. */
export interface RolledTo {
  tag: string | null;
  position: string;
  at: Date;
  knownGood: boolean;
}

/** What came of a rollback, or would. */
export interface RolledBack {
  to: RolledTo;
  plan: RollbackPlan;
  split: RollbackSplit;
  now: RollbackGround;
  endsRollouts: { id: string; flag: string }[];
}

interface Inside {
  tx: Tx;
  ground: Ground;
  place: EnvironmentPlace;
  part: RollbackPart;
}

/** Takes an environment back, under its lock: where to is found out here, for what is known to be good may just be so no more. */
export async function rollBackEnvironment(inside: Inside, to: EnvironmentRollback['to']): Promise<Written<RolledBack>> {
  const { tx, ground, place } = inside;
  const at = { projectId: place.projectId, environmentId: place.environment.id };
  const found = await findLatestKnownGood(tx, at, ground.now);
  const release = to === 'known-good' ? requireGood(place, found) : await requireTagged(tx, place, to.release);
  const now = await readNow(tx, place, rulesetOf(ground, at.environmentId), { since: release.createdAt });
  const plan = planRollback(await readThen(tx, release), now);
  return carried(inside, { to: toRelease(release, found.release), plan, now });
}

/** Takes one flag back to what it was in an environment. */
export async function rollBackFlag(inside: Inside, key: string, to: FlagRollback['to']): Promise<Written<RolledBack>> {
  const { tx, ground, place } = inside;
  await requireFlag(tx, place.projectId, key);
  const found = 'position' in to ? await flagAt(tx, place, key, to.position) : await flagIn(tx, place, key, to.release);
  const now = await readNow(tx, place, rulesetOf(ground, place.environment.id), { since: found.to.at, keys: [key] });
  const one = planFlagRollback(key, found.was, now);
  if (one.effect === 'kept') throw new Problem('wrong_state', `${key} cannot go back: ${one.because}`);
  const plan = { flags: new Map([[key, one]]), segments: new Map() };
  const written = await carried(inside, { to: found.to, plan, now });
  // One flag alone is logged as any change of a flag, and undone as one.
  return { ...written, before: onlyPiece(written.before), after: onlyPiece(written.after) };
}

const onlyPiece = (side: JsonValue | undefined): JsonValue => formOf(itemsOf(side ?? null)[0] ?? {}) ?? null;

async function flagIn(tx: Tx, place: EnvironmentPlace, key: string, tag: string) {
  const release = await requireTagged(tx, place, tag);
  const kept = Object.hasOwn(release.flags, key) ? release.flags[key] : undefined;
  const was = kept && (await readThen(tx, { ...release, flags: { [key]: kept }, segments: {} })).flags.get(key);
  if (was === undefined) {
    throw new Problem('wrong_state', `${key} was not there when ${tag} was made: turn it off instead.`);
  }
  return { was, to: toRelease(release, undefined) };
}

async function carried(
  { tx, ground, place, part }: Inside,
  { to, plan, now }: { to: RolledTo; plan: RollbackPlan; now: RollbackGround },
): Promise<Written<RolledBack>> {
  const split = splitRollback(plan.flags, now);
  const says = sayBack(place, to.tag ?? to.position);
  const { endsRollouts, written } = await carryBack(tx, ground, place, { plan, split, now, says, part });
  return { ...written, result: { to, plan, split, now, endsRollouts } };
}

function toRelease(release: Release, good: Release | undefined): RolledTo {
  const { tag, position, createdAt, id } = release;
  return { tag, position, at: createdAt, knownGood: good?.id === id };
}

async function requireTagged(tx: Tx, { environment }: EnvironmentPlace, tag: string): Promise<Release> {
  const release = await findRelease(tx, environment.id, tag);
  if (release === undefined) throw new Problem('not_found', `There is no release ${tag} of ${environment.key}.`);
  return release;
}

function requireGood({ environment: { key } }: EnvironmentPlace, found: { release: Release } | NoneGood): Release {
  if (found.release !== undefined) return found.release;
  const tag = found.newest?.release.tag;
  const instead =
    tag === undefined
      ? 'Turn off or kill what is wrong.'
      : `Go back to a release by its tag instead (turnout rollback --to ${tag}), or turn off or kill what is wrong.`;
  throw new Problem('wrong_state', `${sayNoneGood(key, found)} ${instead}`);
}
