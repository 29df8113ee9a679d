import type { Tx } from '../database/connect.ts';
import { watches } from '../decisions/guard-scope.ts';
import type { FinishedRun } from '../rollouts/loop-parts.ts';
import { cutRelease } from './cut-release.ts';
import { servedHash } from './form.ts';
import { passedGuards, proveForms } from './good-store.ts';
import { readForms } from './read-forms.ts';

/**
 * What a finished run proves: where each guard that is enforced there has passed in one of its stages, the form that it
 * left is known to be good. Where it counts, and at the end of the path, what the environment is by it is kept as a release.
 */
export async function proveRun(tx: Tx, finished: FinishedRun): Promise<void> {
  const { rollout, run, environment, isLast, position, changeId, now } = finished;
  const { projectId, flag, pinned, commit } = rollout;
  const place = { projectId, environmentId: environment.id };
  const present = (await readForms(tx, place, [flag])).get(flag);
  const enforced = pinned.guards.filter((guard) => guard.mode === 'enforce' && watches(guard, run));
  if (present !== undefined && enforced.length > 0) {
    const passed = await passedGuards(tx, run.id);
    if (enforced.every(({ id }) => passed.has(id))) {
      const served = servedHash(flag, present.form);
      const { environmentId } = place;
      await proveForms(tx, [{ environmentId, flag, served, proof: 'run', proofId: run.id, provenAt: now }]);
    }
  }
  if (!run.isProtected && !isLast) return;
  await cutRelease(
    tx,
    { now },
    {
      ...{ environment, commit, origin: 'rollout', originId: rollout.id, note: null, by: `rollout:${rollout.id}` },
      ...{ position, changeId },
    },
  );
}
