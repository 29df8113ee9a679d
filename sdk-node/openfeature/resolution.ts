import { ErrorCode, type JsonValue, type ResolutionDetails, StandardResolutionReasons } from '@openfeature/server-sdk';
import { type ErrorCode as Code, type Evaluation, tellEvaluation } from '@turnout/core';

const MESSAGES: Record<Code, (key: string) => string> = {
  PROVIDER_NOT_READY: () => 'there are no flags yet',
  FLAG_NOT_FOUND: (key) => `there is no flag ${key}`,
  PARSE_ERROR: (key) => `the flag ${key} uses what this version of the SDK does not know`,
  TYPE_MISMATCH: (key) => `the flag ${key} has another type`,
  TARGETING_KEY_MISSING: (key) => `the flag ${key} is split by targetingKey, and the context has none`,
  INVALID_CONTEXT: (key) => `the context lacks what the flag ${key} is split by`,
  GENERAL: (key) => `the flag ${key} could not be evaluated`,
};

/** What a provider answers that was never registered. */
export function notReady<T extends JsonValue>(coded: T): ResolutionDetails<T> {
  return {
    value: coded,
    reason: StandardResolutionReasons.ERROR,
    errorCode: ErrorCode.PROVIDER_NOT_READY,
    errorMessage: 'the provider was not initialized',
  };
}

/** An evaluation as OpenFeature has it; where it fell back on `asked`, with the caller's own default. */
export function resolutionOf<T extends JsonValue>(
  evaluation: Evaluation,
  asked: JsonValue,
  coded: T,
): ResolutionDetails<T> {
  const { errorCode, ...told } = tellEvaluation(evaluation, coded, evaluation.value === asked);
  if (errorCode === undefined) return told;
  return { ...told, errorCode: ErrorCode[errorCode], errorMessage: MESSAGES[errorCode](evaluation.key) };
}
