import type { MetricDefinition, MetricEvidence } from '../metrics/evidence.ts';
import type { VersusControlGuard } from '../policies/policy.ts';
import { entryAlpha, guardBound } from '../statistics/bounds.ts';
import { compareMeans, FEWEST_VALUES } from '../statistics/mean-difference.ts';
import { rateEvidence } from '../statistics/rate-evidence.ts';
import { sayCount, sayMany, sayNumber, sayShare } from './decide-words.ts';
import { countsOf, type Found, findMissing, type GuardGround } from './guard-ground.ts';
import { hasControl } from './layout.ts';

type Tested = Pick<Found, 'statistic' | 'because'> & { failed: boolean; enough: boolean };

/** Treatment against its concurrent control. */
export function judgeVersusControl(guard: VersusControlGuard, metric: MetricDefinition, ground: GuardGround): Found {
  const none = whyNot(metric, ground);
  if (none !== undefined) return { verdict: 'not-applicable', because: none };
  const tested = metric.kind === 'mean' ? testMeans(guard, metric, ground) : testRates(guard, metric, ground);
  const { failed, enough, ...told } = tested;
  // What has crossed its bound has crossed it, however old the newest report is by now.
  if (failed) return { verdict: 'fail', ...told };
  const { missing, at } = findMissing(ground, metric.source);
  if (missing) return { verdict: 'no-data', ...told, because: `${missing} ${told.because}` };
  return { verdict: enough && hasUnits(metric, ground) ? 'pass' : 'inconclusive', ...told, until: at };
}

function whyNot({ kind }: MetricDefinition, { stage, run }: GuardGround): string | undefined {
  if (kind === 'ratio') return 'Ratios are shown, and not tested.';
  if (stage === undefined) return 'No stage was entered yet.';
  if (!hasControl(stage)) return 'No control here: there is nobody to compare with.';
  return run.overriddenRatio ? 'Not judged in this entry: the arms are unequal, and somebody went on.' : undefined;
}

/** Enough units in both arms; at least one, whatever the policy asks for. No data is not success. */
function hasUnits({ source }: MetricDefinition, ground: GuardGround): boolean {
  const { treatment, control } = countsOf(ground, source).exposed;
  return Math.min(treatment, control) >= Math.max(1, ground.run.minUnits ?? 1);
}

function testRates(guard: VersusControlGuard, metric: MetricDefinition, ground: GuardGround): Tested {
  const { exposed } = countsOf(ground, metric.source);
  const { hits, restarts } = evidenceOf(metric, ground);
  const value = rateEvidence(guard, hits, restarts);
  const bound = guardBound(ground.policy.alpha, ground.sharers, ground.measuredEntry);
  const failed = value >= bound;
  const shares = (['treatment', 'control'] as const).map((arm) => {
    const share = exposed[arm] === 0 ? '' : ` (${sayShare(hits[arm] / exposed[arm])})`;
    return `${sayCount(hits[arm])} of ${sayMany(exposed[arm], 'unit')}${share} in ${arm}`;
  });
  return {
    ...{ failed, enough: true },
    because: `${metric.key}: ${shares.join(', ')}; ${tolerated(guard)}${failed ? ', and this is worse' : ''}.`,
    statistic: { name: 'logE', value, bound },
  };
}

function testMeans(guard: VersusControlGuard, metric: MetricDefinition, ground: GuardGround): Tested {
  const { treatment, control } = evidenceOf(metric, ground).values ?? { treatment: NOTHING, control: NOTHING };
  const alpha = entryAlpha(ground.policy.alpha, ground.sharers, ground.measuredEntry);
  const compared = compareMeans(guard, treatment, control, alpha);
  if (compared === undefined) {
    const fewest = sayCount(Math.min(treatment.n, control.n));
    const because = `${metric.key}: ${fewest} of ${FEWEST_VALUES} values that each arm needs.`;
    return { failed: false, enough: false, because };
  }
  const failed = compared.lowerBound > 0;
  const [ours, theirs] = [treatment.mean, control.mean].map((mean) => `${sayNumber(mean)} ${metric.unit}`.trim());
  const worse = failed ? ', and this is worse' : '';
  return {
    ...{ failed, enough: true },
    because: `${metric.key}: ${ours} in treatment, ${theirs} in control; ${tolerated(guard)}${worse}.`,
    statistic: { name: 'lower bound', value: compared.lowerBound, bound: 0 },
  };
}

const NOTHING = { n: 0, mean: 0, variance: 0 };
const NO_HITS: MetricEvidence = { hits: { treatment: 0, control: 0, to: 0 }, restarts: [] };

function evidenceOf({ key }: MetricDefinition, ground: GuardGround): MetricEvidence {
  const { metrics } = countsOf(ground);
  return Object.hasOwn(metrics, key) ? metrics[key]! : NO_HITS;
}

function tolerated({ direction, margin }: VersusControlGuard): string {
  return `${direction === 'up' ? '+' : '−'}${sayShare(margin)} is tolerated`;
}
