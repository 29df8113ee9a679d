import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Compiled } from './compile.ts';
import { answer, type CompiledFlag, notFound } from './flag.ts';

const NOBODY: Context = Object.freeze({});

function asContext(context: unknown): Context {
  return typeof context === 'object' && context !== null && !Array.isArray(context) ? (context as Context) : NOBODY;
}

/**
 * The answer of one flag for one context. Synchronous and total: it never throws, reads no clock and draws no random
 * number. Whatever is wrong is in the answer: `errorCode` with the reason ERROR. A context that is no JSON object
 * counts as an empty one.
 *
 * A flag has few possible answers, so each is made once, when compiling: what comes back is frozen and shared, and for
 * one `Compiled` (and those compiled from it, while the flag and what it names stay the same objects) the same answer is
 * the same object. The one answer made per call is FLAG_NOT_FOUND.
 */
export function evaluate(compiled: Compiled, key: string, context: Context): Evaluation {
  const flag = compiled.flags.get(key);
  if (flag === undefined) return notFound(key);
  return flag.constant ?? flag.decide(asContext(context));
}

/** The answers of all flags, in the order of the ruleset; only those that `wanted` accepts, when it is given. */
export function evaluateAll(
  compiled: Compiled,
  context: Context,
  wanted?: (flag: CompiledFlag) => boolean,
): Evaluation[] {
  const known = asContext(context);
  const evaluations: Evaluation[] = [];
  for (const flag of compiled.flags.values()) {
    if (wanted === undefined || wanted(flag)) evaluations.push(answer(flag, known));
  }
  return evaluations;
}
