import type { Guard } from '../policies/policy.ts';
import type { GuardVerdict } from './decision.ts';
import type { Found, GuardGround } from './guard-ground.ts';
import { isClientMade, metricOf, watches } from './guard-scope.ts';
import { judgeAbsolute } from './verdict-absolute.ts';
import { judgeSampleRatio } from './verdict-sample-ratio.ts';
import { judgeSignal } from './verdict-signal.ts';
import { judgeThreshold } from './verdict-threshold.ts';
import { judgeVersusControl } from './verdict-versus-control.ts';

/** A guard with what was found of it. */
export interface Judged {
  guard: Guard;
  verdict: GuardVerdict;
  until?: Date;
}

/**
 * What a guard is found to be. One that failed in this entry has failed, whatever it would say now, and whether or not it
 * would still be asked.
 */
export function judgeGuard(guard: Guard, ground: GuardGround): Judged {
  const { run, evidence } = ground;
  const { until, ...found } = judge(guard, ground);
  const latched = Object.hasOwn(run.failed, guard.id) ? run.failed[guard.id] : undefined;
  const made = isClientMade(guard, run, evidence);
  const verdict: GuardVerdict = { id: guard.id, mode: guard.mode, ...found };
  // What failed by something that may be forged fails anew, and for good, by what cannot be.
  const isAnew = latched?.mayBeForged === true && !made && found.verdict === 'fail';
  if (latched === undefined || isAnew) {
    return { guard, verdict: { ...verdict, ...marked(made) }, ...(until === undefined ? {} : { until }) };
  }
  const forged = latched.mayBeForged === true || (made && run.isProtected);
  return { guard, verdict: { ...verdict, verdict: 'fail', because: latched.because, ...marked(forged) } };
}

const marked = (mayBeForged: boolean) => (mayBeForged ? { mayBeForged } : {});

function judge(guard: Guard, ground: GuardGround): Found {
  if (!watches(guard, ground.run)) {
    return { verdict: 'not-applicable', because: `Does not watch ${ground.run.environment}.` };
  }
  switch (guard.kind) {
    case 'versus-control': {
      const metric = metricOf(guard, ground.evidence.metrics);
      if (metric === undefined) return unknownMetric(guard.metric);
      return judgeVersusControl(guard, metric, ground);
    }
    case 'absolute': {
      const metric = metricOf(guard, ground.evidence.metrics);
      if (metric === undefined) return unknownMetric(guard.metric);
      return judgeAbsolute(guard, metric, ground);
    }
    case 'threshold':
      return judgeThreshold(guard, ground);
    case 'signal':
      return judgeSignal(guard, ground);
    case 'sample-ratio':
      return judgeSampleRatio(ground);
  }
}

function unknownMetric(key: string): Found {
  return { verdict: 'error', because: `The metric ${key} is not defined here.` };
}
