import type { Deadline, Policy } from '../policies/policy.ts';
import { sayDuration } from './decide-words.ts';
import type { Outcome } from './outcome.ts';
import type { Run } from './rollout.ts';
import { activeMs, whenActive } from './run-time.ts';

/**
 * What a deadline makes of a run that cannot go on: it asks a person, and goes back when nobody does anything for as long
 * again. That counts from the question: after an outage of a week nobody was asked yet. What cannot be reversed stops.
 */
export function atDeadline(
  waits: Outcome,
  { policy, run, deadline, now }: { policy: Policy; run: Run; deadline: Deadline; now: Date },
): Outcome {
  const active = activeMs(run, now);
  const { afterMs, onDeadline } = deadline;
  const asked = run.askedAfterMs;
  const endsAfter = onDeadline === 'rollBack' ? afterMs : asked === null ? undefined : asked + afterMs;
  if (endsAfter !== undefined && active >= endsAfter) return giveUp(waits, policy, active);
  const until = [afterMs, endsAfter].map((ms) => (ms === undefined ? null : whenActive(run, ms)));
  if (onDeadline === 'rollBack' || active < afterMs) return { ...waits, until: [...waits.until, ...until] };
  const missing = `It has taken ${sayDuration(active)}, and ${sayDuration(afterMs)} was its deadline.`;
  const then = policy.reversible === 'instant' ? 'rolls back' : 'is paused';
  return {
    ...waits,
    reason: `${waits.reason} ${missing} Without an answer it ${then} in ${sayDuration((endsAfter ?? active + afterMs) - active)}.`,
    because: [...waits.because, missing],
    page: 'deadline',
    until: [...waits.until, ...until],
  };
}

function giveUp(waits: Outcome, policy: Policy, active: number): Outcome {
  const because = [`Its deadline passed: it could not go on for ${sayDuration(active)}.`, ...waits.because];
  const missing = waits.because[0] === undefined ? '' : ` ${waits.because[0]}`;
  if (policy.reversible === 'instant') {
    const reason = `Rolls back: its deadline passed after ${sayDuration(active)}.${missing}`;
    return { action: 'rollBack', reason, because, until: [] };
  }
  const reason = `Pauses: its deadline passed after ${sayDuration(active)}, and it cannot be reversed.${missing}`;
  return { action: 'pause', cause: 'deadline', reason, because, page: 'stopped', until: [] };
}
