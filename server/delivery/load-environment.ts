import { asProblem } from '../platform/answer-problem.ts';
import { Problem } from '../platform/problem.ts';
import type { Base } from './base.ts';
import { type CatchUpParts, catchUp, type Ground } from './catch-up.ts';
import type { DiskBase } from './disk-snapshot.ts';

export interface LoadParts extends CatchUpParts {
  /** The last snapshot on disk; undefined where there is none that can be believed. */
  readDisk(environmentId: number): Promise<DiskBase | undefined>;
}

/**
 * Loads an environment from the database or, where that does not answer in time, from the disk. What is on disk also
 * tells what this node has served before: a database that was set back meanwhile is found out at the start.
 */
export async function loadEnvironment(
  parts: LoadParts,
  environmentId: number,
  groundOn: (disk: Base | undefined) => Ground,
  readMs: number,
): Promise<'from database' | 'from disk'> {
  const disk = await parts.readDisk(environmentId);
  const ground = groundOn(disk?.base);
  try {
    await catchUp(parts, ground, readMs);
    return 'from database';
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === 'not_found') throw problem;
    if (disk === undefined || disk.refused !== undefined) {
      throw new Problem('unavailable', `This node has no ruleset of this environment yet${disk?.refused ?? ''}.`, {
        retryAfterSeconds: 2,
        cause: error,
      });
    }
    const named = new Set(disk.base.settled.keys());
    ground.take({ base: disk.base, patches: undefined, named }, [], parts.clock.monotonic() - disk.ageMs);
    return 'from disk';
  }
}
