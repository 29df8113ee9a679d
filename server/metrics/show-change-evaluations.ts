import { formatPosition, type Patch, parsePosition } from '@turnout/core';
import type { Entry, EntryStep } from '../changes/change-store.ts';
import type { Db } from '../database/connect.ts';
import type { ChangeEvaluationsAnswer } from './contract.ts';
import { CODED } from './count-rows.ts';
import { findFlagIds, findNextTouch, type LastEvaluation, lastOf } from './evaluation-store.ts';
import { findSuspects, isAfter, type Seen } from './flip-evidence.ts';

/** A change that touches more flags, which an import may, shows the first ones by key. */
const MOST_FLAGS = 200;

type Environment = ChangeEvaluationsAnswer['environments'][number];

/** What reports say of the flags that a change touched, in the environments of `steps`. */
export async function showChangeEvaluations(
  db: Db,
  { id, projectId }: Pick<Entry, 'id' | 'projectId'>,
  steps: readonly EntryStep[],
): Promise<ChangeEvaluationsAnswer> {
  const environments: Environment[] = [];
  for (const step of steps) environments.push(await showStep(db, projectId, step));
  return { change: id, environments };
}

async function showStep(db: Db, projectId: number, step: EntryStep): Promise<Environment> {
  const patch = JSON.parse(step.patch) as Patch;
  const touched = [...Object.keys(patch.flags), ...patch.removedFlags].sort();
  const ids = await findFlagIds(db, projectId, touched.slice(0, MOST_FLAGS));
  const lasts = await lastOf(db, step.environmentId, [...ids.values()]);
  const flags: Environment['flags'] = [];
  for (const [key, id] of ids) {
    const own = lasts.filter(({ flagId }) => flagId === id).map(readSeen);
    flags.push(await showFlag(db, step, key, patch, own));
  }
  return {
    ...{ environment: step.key, position: step.position, flags },
    moreFlags: Math.max(0, touched.length - MOST_FLAGS),
  };
}

async function showFlag(db: Db, step: EntryStep, flag: string, patch: Patch, seen: readonly Seen[]) {
  const change = parsePosition(step.position);
  const show = ({ lastAt, position }: Seen) => ({
    lastAt: lastAt?.toISOString() ?? null,
    position: position === undefined ? null : formatPosition(position),
    afterChange: change === undefined ? null : isAfter(position, change),
  });
  const named = seen.filter(({ variant }) => variant !== CODED);
  const suspects = change === undefined ? [] : findSuspects(patch.flags[flag], named, change);
  const furthest = Math.max(...suspects.map(({ position }) => position?.revision ?? 0));
  // Only what a later change may have brought back is looked for, and only where something is suspect.
  const next =
    change === undefined || suspects.length === 0
      ? undefined
      : await findNextTouch(db, step.environmentId, change, furthest, flag);
  const coded = seen.find(({ variant }) => variant === CODED);
  return {
    flag,
    variants: named.map((one) => ({ variant: one.variant, ...show(one) })),
    coded: coded === undefined ? null : show(coded),
    oldVariants: suspects
      .filter(({ position }) => next === undefined || (position?.revision ?? 0) < next)
      .map(({ variant }) => variant),
  };
}

function readSeen({ variant, askedAt, bulkAt, epoch, revision }: LastEvaluation): Seen {
  const lastAt = askedAt !== null && (bulkAt === null || askedAt > bulkAt) ? askedAt : bulkAt;
  return {
    variant,
    lastAt: lastAt ?? undefined,
    position: epoch === null || revision === null ? undefined : { epoch, revision },
  };
}
