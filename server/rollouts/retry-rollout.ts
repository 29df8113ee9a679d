import type { Asking } from '../access/asking.ts';
import { isLive } from '../decisions/rollout.ts';
import { Problem } from '../platform/problem.ts';
import type { RolloutParts } from './rollout-parts.ts';
import { type Started, startRollout } from './start-rollout.ts';
import { requireRollout } from './steer-rollout.ts';

const SAME_USERS =
  'The same users get it as before: a chance imbalance would repeat. To draw them anew, retry with a new salt (--new-salt).';

/**
 * Tries a rollout again that came to an end on its way: with the same version of its policy, from the first environment
 * that it has not finished, with runs of their own. The salt stays, unless a new one is asked for.
 */
export async function retryRollout(
  parts: RolloutParts,
  asking: Asking,
  place: { projectId: number; id: string },
  { newSalt }: { newSalt: boolean },
): Promise<Started> {
  const rollout = await requireRollout(parts.door.db, place.projectId, place.id);
  if (isLive(rollout.state)) throw new Problem('wrong_state', 'The rollout is still live: resume it, or roll it back.');
  if (rollout.state === 'finished') throw new Problem('wrong_state', 'The rollout is finished everywhere.');
  const { flag, target, from, to, policy, commit, step } = rollout;
  const started = await startRollout(parts, asking, place.projectId, {
    ...{ flag, target, from, to, policy: policy.key, version: policy.version, retryOf: rollout.id, newSalt },
    step,
    ...(commit === null ? {} : { commit }),
  });
  return newSalt ? started : { ...started, warnings: [...started.warnings, SAME_USERS] };
}
