import { ratioBound } from '../statistics/bounds.ts';
import { sampleRatioEvidence } from '../statistics/sample-ratio.ts';
import { sayMany } from './decide-words.ts';
import { countsOf, type Found, findMissing, type GuardGround } from './guard-ground.ts';
import { hasControl } from './layout.ts';

/** The arms are cut equal, and never change it. */
const SHARES = [0.5, 0.5];

/** Are the arms as equal as they were cut? If not, something loses units of one arm, and no comparison can be believed. */
export function judgeSampleRatio(ground: GuardGround): Found {
  if (ground.stage === undefined) return { verdict: 'not-applicable', because: 'No stage was entered yet.' };
  if (!hasControl(ground.stage)) return { verdict: 'not-applicable', because: 'No control here.' };
  if (ground.run.overriddenRatio) {
    return { verdict: 'not-applicable', because: 'The arms are unequal, and somebody went on.' };
  }
  const { treatment, control } = countsOf(ground).exposed;
  const value = sampleRatioEvidence([treatment, control], SHARES);
  const bound = ratioBound(ground.measuredEntry);
  const counts = `${sayMany(treatment, 'unit')} in treatment, ${sayMany(control, 'unit')} in control`;
  const statistic = { name: 'logE', value, bound };
  if (value >= bound) {
    return { verdict: 'fail', because: `${counts}: the arms are cut equal, so units of one get lost.`, statistic };
  }
  const { missing, at } = findMissing(ground);
  if (missing) return { verdict: 'no-data', because: missing, statistic };
  const verdict = treatment + control === 0 ? 'inconclusive' : 'pass';
  return { verdict, because: `${counts}.`, statistic, until: at };
}
