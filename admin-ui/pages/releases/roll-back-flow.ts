import type { RollbackAnswer } from '@turnout/server/contracts';
import { undoChange } from '../../client/flip.ts';
import { Store } from '../../client/store.ts';
import { tell } from '../../shell/notices.ts';
import type { GoingBack } from './roll-back-form.ts';
import './roll-back-form.ts';
import { tellDone } from './tell-rollback.ts';

/** For how long the server lets the same person take back a step towards safe (a minute), less the way there. */
const GRACE_MS = 55_000;

/** A rollback from this screen, with what came of it. */
export interface RollbackRun {
  id: number;
  project: string;
  environment: string;
  /** Of one flag only. */
  flag: string | undefined;
  /** What it did, in a sentence. */
  says: string;
  done: RollbackAnswer;
  isUndone: boolean;
}

/**
 * The rollbacks from this screen, newest first. They live here and not on the page: whoever looks elsewhere meanwhile
 * finds them again.
 */
export const rollbackRuns = new Store<readonly RollbackRun[]>([]);
let lastId = 0;

export function dismissRollback(id: number): void {
  rollbackRuns.value = rollbackRuns.value.filter((run) => run.id !== id);
}

/** From the look at what would come of it to the notice with its undo; undefined where nothing was done. */
export async function rollBackFlow(going: GoingBack): Promise<RollbackAnswer | undefined> {
  const { project, environment, flag, words } = going;
  const { safe } = environment.may;
  if (!safe.yes) {
    tell(safe.why ?? `You may not roll back ${environment.name}.`, { tone: 'warn' });
    return undefined;
  }
  const form = document.createElement('t-roll-back-form');
  form.going = going;
  const done = await form.open();
  if (done === undefined) return undefined;
  const says = tellDone(flag === undefined ? environment.name : `${flag} in ${environment.name}`, words, done);
  lastId++;
  const run = { id: lastId, project: project.key, environment: environment.key, flag, says, done, isUndone: false };
  rollbackRuns.value = [run, ...rollbackRuns.value];
  const change = done.change?.id;
  const tone = done.applied === 'all' ? 'plain' : 'warn';
  if (change === undefined) tell(says, { tone });
  else tell(says, { tone, undo: { forMs: GRACE_MS, run: () => undo(run, change) } });
  return done;
}

async function undo({ id, project }: RollbackRun, change: number): Promise<void> {
  await undoChange(project, change, 'taken back at once');
  rollbackRuns.value = rollbackRuns.value.map((run) => (run.id === id ? { ...run, isUndone: true } : run));
}

/** The way back that asks nobody: to the newest release of which all is known to be good. */
export function backToKnownGood(going: Pick<GoingBack, 'project' | 'environment'>) {
  return rollBackFlow({ ...going, to: 'known-good', words: 'the last known good' });
}
