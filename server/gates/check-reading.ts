import type { GateReading } from '../decisions/decision.ts';
import type { CheckGate } from '../policies/policy.ts';
import type { CheckAnswer } from './check-contract.ts';
import type { CheckRow } from './check-store.ts';

/** How a check gate stands: what was said last of the very commit that the rollout is of. */
export function readCheck(
  { check }: Pick<CheckGate, 'check'>,
  commit: string | null,
  result: Pick<CheckRow, 'status' | 'repository' | 'workflow' | 'summary' | 'at'> | undefined,
): GateReading {
  if (commit === null) {
    return {
      open: false,
      because: `This rollout was started without a commit, so ${check} cannot say anything of it.`,
    };
  }
  const short = commit.slice(0, 7);
  if (result === undefined) return { open: false, because: `${check} has said nothing of ${short} yet.` };
  const { status, repository, workflow, summary, at } = result;
  const by = `“${workflow}” of ${repository}, at ${at.toISOString()}`;
  const told = summary === '' ? '' : `: ${summary}`;
  if (status === 'passed') {
    return { open: true, because: `${check} passed for ${short} (${by}).`, at: at.toISOString() };
  }
  if (status === 'failed') return { open: false, because: `${check} failed for ${short} (${by})${told}.` };
  return { open: false, because: `${check} is under way for ${short} (${by}).` };
}

/** A result as it is shown. */
export function showCheck(row: CheckRow): CheckAnswer {
  const { projectId: _projectId, at, ...shown } = row;
  return { ...shown, at: at.toISOString() };
}
