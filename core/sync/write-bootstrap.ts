import { contextHash } from '../model/context-hash.ts';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Bootstrap } from './values-wire.ts';

/**
 * What a page is sent of its flags, for its first paint: `answers` are those of flags that clients may see, evaluated
 * for `context` at `position` (null where nothing is known). They say what the bulk answer of OFREP says of them, so
 * that nothing is told anew when the page asks for itself: off with a value is `DEFAULT`, off without one `DISABLED`.
 * Throws where JSON cannot hold the context.
 */
export function writeBootstrap(position: string | null, context: Context, answers: Iterable<Evaluation>): Bootstrap {
  const flags = Object.fromEntries(Array.from(answers, (answer) => [answer.key, write(answer)]));
  return { v: 1, position, contextHash: contextHash(context), flags };
}

function write({ value, variant, reason, errorCode }: Evaluation): Bootstrap['flags'][string] {
  if (errorCode !== undefined) return { reason: 'ERROR' };
  if (value === undefined || value === null || variant === undefined) {
    return { reason: reason === 'DISABLED' ? 'DISABLED' : 'DEFAULT' };
  }
  return { value, variant, reason: reason === 'DISABLED' || reason === 'STALE' ? 'DEFAULT' : reason };
}
