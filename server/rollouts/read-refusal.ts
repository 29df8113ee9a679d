import type { Action, Refusal } from '../decisions/decision.ts';
import { Problem } from '../platform/problem.ts';

/** Somebody else came first, or acts now: whoever looks next decides on what is there then. */
const PASSING: ReadonlySet<string> = new Set(['changed_since', 'lease_lost']);

/**
 * What kept a decision from being carried out, where that is an answer to it. What says nothing of it, such as a database
 * that is away, is undefined: then nothing can be kept either.
 */
export function readRefusal(error: unknown, action: Action): Refusal | undefined {
  if (action === 'hold' || action === 'needApproval') return undefined;
  if (!(error instanceof Problem) || error.status >= 500 || PASSING.has(error.code)) return undefined;
  return { action, code: error.code, because: error.message };
}
