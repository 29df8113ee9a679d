import type { Ground } from '../changes/door.ts';
import type { LoggedChange, Undoer, Undone } from '../changes/undoer.ts';
import type { Db, Tx } from '../database/connect.ts';
import { isLive } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import { leaveRuns } from './leave-runs.ts';
import { runsOf } from './run-store.ts';

/** To undo a start is to roll back, wherever the rollout has come since: what it found is served again. */
export const rolloutUndoer: Undoer = { kind: 'rollout', environments: environmentsOf, undo: undoStart };

async function environmentsOf(db: Db, { key, environments }: LoggedChange): Promise<number[]> {
  const live = (await runsOf(db, [key])).filter(({ run }) => isLive(run.state));
  return [...new Set([...environments.map(({ id }) => id), ...live.map(({ run }) => run.environmentId)])];
}

async function undoStart(tx: Tx, change: LoggedChange, ground: Ground): Promise<Undone> {
  const { id, projectId, key, action } = change;
  if (action !== 'rollout.start') {
    throw new Problem('wrong_state', `A change of rollout/${key} is not undone: roll it back.`);
  }
  const by = { projectId, actor: change.by ?? 'root', reason: `Somebody undid change ${id}, which started it.` };
  const { runs, touched, afterEntry } = await leaveRuns(tx, ground, by, { rollouts: [key] });
  const [left] = runs;
  if (left === undefined) {
    throw new Problem('changed_since', `The rollout ${key} is over. What it left is changed like any flag.`);
  }
  const { flag, write } = left;
  const sides = { before: write?.before ?? null, after: write?.after ?? { flag } };
  return { ...sides, touched, afterEntry };
}
