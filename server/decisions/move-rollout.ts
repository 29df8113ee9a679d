import type { Policy } from '../policies/policy.ts';
import { isLive, type Rollout, type Run } from './rollout.ts';

/**
 * A rollout after its run moved. It is where its run is; when that finished, it waits in the next environment of the
 * path, or is finished where there is none. Environments that finished before keep what they serve.
 */
export function followRun(rollout: Rollout, run: Pick<Run, 'state'>, policy: Policy): Rollout {
  if (run.state !== 'finished') return { ...rollout, state: run.state };
  const hasNext = rollout.step + 1 < policy.path.length;
  return hasNext ? { ...rollout, state: 'waiting', step: rollout.step + 1 } : { ...rollout, state: 'finished' };
}

/** The environment that a run has to be begun in next: none while there is one that lives, and none after the end. */
export function nextStep(rollout: Rollout, run: Pick<Run, 'state' | 'environment'>, policy: Policy) {
  const step = policy.path[rollout.step];
  return isLive(run.state) || !isLive(rollout.state) || step?.environment === run.environment ? undefined : step;
}
