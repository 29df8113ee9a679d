import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import type { Stopped, Train } from './train.ts';
import {
  NO_RULESET,
  requireLive,
  requireMayRelease,
  requireTrain,
  type TrainParts,
  trainOrderOf,
} from './train-parts.ts';
import { lockTrain, saveTrain } from './train-store.ts';

/**
 * Stops the line: nothing of the train leaves, and what it brought grows no more. Everybody may who sees it, for nobody
 * should have to ask first; rollbacks go on.
 */
export function stopLine(parts: TrainParts, asking: Asking, projectId: number, key: string): Promise<Done<Train>> {
  return steer(parts, asking, projectId, key, true);
}

/** Starts it again, which a release manager does. */
export function startLine(parts: TrainParts, asking: Asking, projectId: number, key: string): Promise<Done<Train>> {
  return steer(parts, asking, projectId, key, false);
}

async function steer(
  parts: TrainParts,
  asking: Asking,
  projectId: number,
  key: string,
  stops: boolean,
): Promise<Done<Train>> {
  const seen = await requireTrain(parts.door.db, projectId, key, asking.principal);
  const order = { ...orderOf(asking), ...trainOrderOf(seen), action: stops ? 'train.stop' : 'train.start' };
  const committed = await commitChange<Train>(parts.door, order, async (tx, { now }) => {
    const train = await lockTrain(tx, seen.id);
    if (!train) throw new Problem('not_found', 'There is no such train.');
    requireLive(train);
    if (!stops) await requireMayRelease(tx, asking, train);
    // Whoever stopped it first is told; a second word changes nothing.
    if (stops === (train.stopped !== null)) return { result: train, touched: NO_RULESET, unchanged: true };
    const stopped: Stopped | null = stops
      ? { by: actorOf(asking.principal), at: now.toISOString(), reason: asking.reason ?? '' }
      : null;
    const result = await saveTrain(tx, { ...train, stopped });
    if (!result) throw new Error('a train that is locked is saved');
    const side = (line: Stopped | null) => ({ line: line === null ? 'runs' : 'stopped', why: line?.reason ?? null });
    return { result, touched: NO_RULESET, before: side(train.stopped), after: side(stopped) };
  });
  parts.wake();
  return withResult(committed, () => requireTrain(parts.door.db, projectId, key, asking.principal));
}
