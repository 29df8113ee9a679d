import type { MetricDefinition } from '../metrics/evidence.ts';
import type { AbsoluteGuard } from '../policies/policy.ts';
import { guardBound } from '../statistics/bounds.ts';
import { limitEvidence } from '../statistics/rate-evidence.ts';
import { sayCount, sayDuration, sayMany, sayShare } from './decide-words.ts';
import { countsOf, type Found, findMissing, type GuardGround } from './guard-ground.ts';

/** The share of exposed units with the event within the window, against a limit. Needs no control. */
export function judgeAbsolute(guard: AbsoluteGuard, metric: MetricDefinition, ground: GuardGround): Found {
  if (ground.stage === undefined) return { verdict: 'not-applicable', because: 'No stage was entered yet.' };
  const { bad, good, restarts } = windowOf(guard, ground);
  const value = limitEvidence(guard.limit, { bad, good, restarts });
  const bound = guardBound(ground.policy.alpha, ground.sharers, ground.measuredEntry);
  const failed = value >= bound;
  const seen = bad + good;
  const within = sayDuration(guard.windowMs);
  // A unit counts when its window is over: right after an entry none is, and that says nothing about how many came.
  const counted =
    seen === 0
      ? `no unit has been watched for ${within} yet`
      : `${sayCount(bad)} of ${sayMany(seen, 'unit')} (${sayShare(bad / seen)}) within ${within}`;
  const told = {
    because:
      `${guard.metric}: ${counted}; ` +
      `the limit is ${sayShare(guard.limit)}${failed ? ', and this is beyond it' : ''}.`,
    statistic: { name: 'logE', value, bound },
  };
  if (failed) return { verdict: 'fail', ...told };
  const { missing, at } = findMissing(ground, metric.source);
  if (missing) return { verdict: 'no-data', ...told, because: `${missing} ${told.because}` };
  return { verdict: seen === 0 ? 'inconclusive' : 'pass', ...told, until: at };
}

const NOTHING = { bad: 0, good: 0, restarts: [] };

function windowOf({ metric, windowMs }: AbsoluteGuard, ground: GuardGround) {
  const { metrics } = countsOf(ground);
  return (Object.hasOwn(metrics, metric) ? metrics[metric]?.absolute?.[windowMs] : undefined) ?? NOTHING;
}
