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
import { findLatestKnownGood, type NoneGood } from './find-known-good.ts';
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
  const good = found.release;
  const release = to === 'known-good' ? good : await findRelease(tx, at.environmentId, to.release);
  if (release === undefined) throw to === 'known-good' ? noKnownGood(place, found) : noRelease(place, to.release);
  const now = await readNow(tx, place, rulesetOf(ground, at.environmentId), { since: release.createdAt });
  const plan = planRollback(await readThen(tx, release), now);
  return carried(inside, { to: toRelease(release, good), plan, now });
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
  const release = await findRelease(tx, place.environment.id, tag);
  if (release === undefined) throw noRelease(place, tag);
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

const noRelease = ({ environment }: EnvironmentPlace, tag: string) =>
  new Problem('not_found', `There is no release ${tag} of ${environment.key}.`);

function noKnownGood({ environment: { key } }: EnvironmentPlace, found: NoneGood | { release: Release }): Problem {
  const newest = found.release === undefined ? found.newest : undefined;
  const [first, ...more] = newest?.unproven ?? [];
  const others = more.length === 0 ? '' : ` Nor is it known of ${more.length} more.`;
  const why =
    newest && first ? ` Of ${newest.release.tag} it is not known of ${first.flag}: ${first.because}${others}` : '';
  return new Problem(
    'wrong_state',
    `No release of ${key} is known to be good, so there is none to go back to.${why} Name a release instead, or turn off ` +
      'or kill what is wrong.',
  );
}
