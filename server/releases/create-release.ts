import { formatPosition } from '@turnout/core';
import { type Asking, type EnvironmentPlace, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Door } from '../changes/door.ts';
import { findEnvironment } from '../environments/environment-store.ts';
import { Problem } from '../platform/problem.ts';
import type { NewRelease } from './contract.ts';
import { cutRelease, nextTag } from './cut-release.ts';
import type { Release } from './release.ts';

export interface ReleaseParts {
  door: Door;
}

const TRIES = 5;

/**
 * Keeps what an environment is under a tag. It alters nothing that is served, so no ruleset is locked: the lock of the
 * project is enough, for every change of it waits for that.
 */
export async function createRelease(
  parts: ReleaseParts,
  asking: Asking,
  place: EnvironmentPlace,
  wanted: NewRelease,
): Promise<Committed<Release>> {
  for (let left = TRIES; ; left--) {
    const { db, clock } = parts.door;
    const tag = wanted.tag ?? (await nextTag(db, place.environment.id, clock.now()));
    try {
      return await createOnce(parts, asking, place, { ...wanted, tag });
    } catch (error) {
      // Somebody took the number of the day at this very moment.
      if (wanted.tag !== undefined || left === 0 || !(error instanceof Problem) || error.code !== 'duplicate')
        throw error;
    }
  }
}

function createOnce(
  parts: ReleaseParts,
  asking: Asking,
  { projectId, environment }: EnvironmentPlace,
  { tag, commit, note }: NewRelease & { tag: string },
): Promise<Committed<Release>> {
  const order = {
    ...{ ...orderOf(asking), projectId, environmentIds: [], within: environment.id },
    ...{ action: 'release.create', subject: `release/${tag}` },
  };
  return commitChange(parts.door, order, async (tx, { now }) => {
    const row = await findEnvironment(tx, projectId, environment.id);
    if (row === undefined) throw new Problem('not_found', 'There is no such environment.');
    const position = formatPosition(row);
    const release = await cutRelease(
      tx,
      { now },
      {
        ...{ environment: row, tag, commit: commit ?? null, origin: 'manual', originId: null },
        ...{ note: note ?? null, by: actorOf(asking.principal), position },
      },
    );
    const flags = Object.keys(release.flags).length;
    const segments = Object.keys(release.segments).length;
    return {
      result: release,
      touched: { flags: [], segments: [] },
      before: null,
      after: {
        environments: {
          [environment.key]: { tag, position, flags, segments, commit: commit ?? null, note: note ?? null },
        },
      },
    };
  });
}
