import type { ThresholdGuard } from '../policies/policy.ts';
import { sayDuration, sayMoment, sayNumber } from './decide-words.ts';
import type { ThresholdReading } from './decision.ts';
import { type Found, type GuardGround, later } from './guard-ground.ts';

type ValueReading = Extract<ThresholdReading, { kind: 'value' }>;

/**
 * A query of another system, beyond its bound for a while. That it cannot be asked, answers nothing, or answers what is
 * no single number are different things, and none of them says anything about the variant.
 */
export function judgeThreshold(guard: ThresholdGuard, ground: GuardGround): Found {
  const reading = Object.hasOwn(ground.evidence.thresholds, guard.id)
    ? ground.evidence.thresholds[guard.id]
    : undefined;
  if (reading === undefined) return { verdict: 'inconclusive', because: `${guard.source} was not asked yet.` };
  switch (reading.kind) {
    case 'value':
      return judgeValue(guard, reading, ground);
    case 'no-data':
      return judgeSilence(`${guard.source} has no data for it`, reading.since, ground);
    case 'not-a-number':
      return judgeSilence(
        `${guard.source} answers what is no number (nothing by nothing, mostly)`,
        reading.since,
        ground,
      );
    case 'several-series': {
      const because = `${guard.source} answers ${reading.count} series; the query must give one.`;
      return { verdict: 'error', because, until: missingFrom(reading.since, ground).at };
    }
    case 'error': {
      const { from, at } = missingFrom(reading.since, ground);
      const because = `${guard.source} cannot be asked since ${sayMoment(from.toISOString())}: ${reading.message}`;
      return { verdict: 'error', because, until: at };
    }
  }
}

function judgeValue(guard: ThresholdGuard, { value, beyondSince, at }: ValueReading, ground: GuardGround): Found {
  const bound = guard.above ?? guard.below ?? 0;
  const statistic = { name: 'value', value, bound };
  const limit = `${guard.above === undefined ? 'no less than' : 'no more than'} ${sayNumber(bound)} is allowed`;
  const says = `${guard.source} answers ${sayNumber(value)}; ${limit}`;
  // The source's own moments count: a value that was never confirmed again does not grow older into a failure.
  const beyondMs = beyondSince === null ? -1 : Date.parse(at) - Date.parse(beyondSince);
  if (beyondMs >= guard.forMs) {
    return { verdict: 'fail', because: `${says}, and it is beyond that for ${sayDuration(beyondMs)}.`, statistic };
  }
  const stale = new Date(Date.parse(at) + ground.policy.evidence.maxAgeMs);
  if (stale <= ground.now) return judgeSilence(`${guard.source} gave no newer value`, at, ground);
  if (beyondMs >= 0) {
    const because = `${says}: beyond it for ${sayDuration(beyondMs)} of ${sayDuration(guard.forMs)}.`;
    return { verdict: 'inconclusive', because, statistic, until: stale };
  }
  return { verdict: 'pass', because: `${says}.`, statistic, until: stale };
}

/**
 * No data, once it is missing for long enough in this entry. Before the first one it says nothing: a query about the new
 * variant has no answer as long as nobody gets it, and would keep everybody from getting it for ever.
 */
function judgeSilence(what: string, since: string, ground: GuardGround): Found {
  if (ground.run.stage < 0) return { verdict: 'not-applicable', because: `${what}; nobody gets the new variant yet.` };
  const { from, at } = missingFrom(since, ground);
  const because = `${what} since ${sayMoment(from.toISOString())}.`;
  return at <= ground.now ? { verdict: 'no-data', because } : { verdict: 'inconclusive', because, until: at };
}

/** Since when it is missing, from the entry at the earliest, and when that is too long. */
function missingFrom(since: string, { run, policy }: GuardGround): { from: Date; at: Date } {
  const from = later(new Date(since), run.enteredAt ?? run.arrivedAt);
  return { from, at: new Date(from.getTime() + policy.evidence.maxAgeMs) };
}
