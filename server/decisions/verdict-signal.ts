import type { SignalGuard } from '../policies/policy.ts';
import { sayMoment } from './decide-words.ts';
import type { Found, GuardGround } from './guard-ground.ts';

/** An alert from outside that came in this entry. Silence is well: who sends alerts sends nothing otherwise. */
export function judgeSignal(guard: SignalGuard, { evidence }: GuardGround): Found {
  if (!Object.hasOwn(evidence.signals, guard.id)) return { verdict: 'inconclusive', because: 'Nobody looked yet.' };
  const signal = evidence.signals[guard.id] ?? null;
  const labels = Object.entries(guard.signal).map(([name, value]) => `${name} ${value}`);
  if (signal === null) return { verdict: 'pass', because: `No alert with ${labels.join(', ')}.` };
  return { verdict: 'fail', because: `${signal.summary} (alert with ${labels.join(', ')}, ${sayMoment(signal.at)}).` };
}
