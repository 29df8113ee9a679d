import type { ErrorCode, Evaluation, Reason } from './evaluation.ts';
import type { JsonValue, Metadata } from './ruleset.ts';

/** What OpenFeature's providers answer; their error codes are these names. */
export interface Resolution<T> {
  value: T;
  reason: Reason;
  variant?: string;
  errorCode?: ErrorCode;
  errorMessage?: string;
  flagMetadata: Metadata;
}

const MESSAGES: Record<ErrorCode, (key: string) => string> = {
  PROVIDER_NOT_READY: () => 'there are no flags yet',
  FLAG_NOT_FOUND: (key) => `there is no flag ${key}`,
  PARSE_ERROR: (key) => `the flag ${key} uses what this version of the SDK does not know`,
  TYPE_MISMATCH: (key) => `the flag ${key} has another type`,
  TARGETING_KEY_MISSING: (key) => `the flag ${key} is split by targetingKey, and the context has none`,
  INVALID_CONTEXT: (key) => `the context lacks what the flag ${key} is split by`,
  GENERAL: (key) => `the flag ${key} could not be evaluated`,
};

/**
 * An evaluation in OpenFeature's words, which are nearly Turnout's: reasons and error codes have the same names. Where
 * the evaluation fell back on `asked`, the caller's own default is the value.
 */
export function tellEvaluation<T extends JsonValue>(
  { key, value, variant, reason, errorCode, metadata }: Evaluation,
  asked: JsonValue,
  coded: T,
): Resolution<T> {
  return {
    // The evaluation has the type that was asked for, or is an error or a default: that is the contract of `evaluate`.
    value: value === asked ? coded : (value as T),
    reason,
    ...(variant === undefined ? {} : { variant }),
    ...(errorCode === undefined ? {} : { errorCode, errorMessage: MESSAGES[errorCode](key) }),
    flagMetadata: metadata,
  };
}
