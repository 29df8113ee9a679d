import type { ErrorCode, Evaluation, Reason } from './evaluation.ts';
import type { JsonValue, Metadata } from './ruleset.ts';

/** What OpenFeature's providers answer, but for a message; their error codes are these names. */
export interface Resolution<T> {
  value: T;
  reason: Reason;
  variant?: string;
  errorCode?: ErrorCode;
  flagMetadata: Metadata;
}

/**
 * An evaluation in OpenFeature's words, which are nearly Turnout's: reasons and error codes have the same names. Where
 * it fell back on a default (`isCoded`), the caller's own is the value: what was asked with may stand for it.
 */
export function tellEvaluation<T extends JsonValue>(
  { value, variant, reason, errorCode, metadata }: Evaluation,
  coded: T,
  isCoded: boolean,
): Resolution<T> {
  return {
    // The evaluation has the type that was asked for, or is an error or a default: that is the contract of `evaluate`.
    value: isCoded ? coded : (value as T),
    reason,
    ...(variant === undefined ? {} : { variant }),
    ...(errorCode === undefined ? {} : { errorCode }),
    flagMetadata: metadata,
  };
}
