import type { Attempt, Rehearsed } from '../changes/rehearse.ts';
import type { ProblemAnswer } from '../platform/problem-contract.ts';
import type { RehearsalAnswer } from './contract.ts';
import { type Asked, dependentsOf } from './dependents.ts';

/** The part of an answer that tells of a dry run; nothing where it was none. */
export function showRehearsal({ rehearsed }: Attempt<unknown>, asked: Asked): { dryRun?: RehearsalAnswer } {
  return rehearsed === undefined ? {} : { dryRun: show(rehearsed, asked) };
}

function show({ steps, refusal, changes }: Rehearsed, asked: Asked): RehearsalAnswer {
  const byEnvironment = <T>(tell: (step: (typeof steps)[number]) => T) =>
    Object.fromEntries(steps.map((step) => [step.environment.key, tell(step)]));
  return {
    changes,
    directions: byEnvironment(({ direction }) => direction),
    dependents: byEnvironment(({ after: { flags, segments } }) =>
      dependentsOf(asked, { flags: Object.values(flags), segments: Object.values(segments) }),
    ),
    refusal: refusal === undefined ? null : (refusal.toBody() as ProblemAnswer),
  };
}
