import { ErrorCode, type JsonValue, type ResolutionDetails, StandardResolutionReasons } from '@openfeature/web-sdk';
import { type Evaluation, tellEvaluation } from '@turnout/core';

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
  const { errorCode, ...told } = tellEvaluation(evaluation, asked, coded);
  return errorCode === undefined ? told : { ...told, errorCode: ErrorCode[errorCode] };
}
