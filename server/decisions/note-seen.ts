import type { Policy } from '../policies/policy.ts';
import type { Decision, Evidence } from './decision.ts';
import { noteDecision } from './move-run.ts';
import type { Run } from './rollout.ts';

/**
 * What a decision leaves behind in its run. While the flag gives nobody anything of it, what guards see is not about it:
 * nothing is held against it then.
 */
export function noteSeen(
  run: Run,
  { decision, evidence }: { decision: Decision; evidence: Evidence },
  policy: Policy,
  now: Date,
): Run {
  const { flag } = evidence;
  const noted = noteDecision(run, decision, policy, now);
  return flag.state === 'on' && !flag.killed && !flag.shed ? noted : { ...noted, failed: run.failed };
}
