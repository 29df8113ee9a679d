import type { JsonValue, Metadata } from './ruleset.ts';

/** What an app knows of the one it asks for. `targetingKey` is the usual unit of a split. */
export type Context = { targetingKey?: string } & { [attribute: string]: JsonValue | undefined };

/** OpenFeature's reasons, as far as Turnout gives them. STALE is added by an SDK, never by `evaluate`. */
export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'STALE' | 'ERROR';

/** OpenFeature's error codes, as far as Turnout gives them. TYPE_MISMATCH and PROVIDER_NOT_READY come from SDKs. */
export type ErrorCode =
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'TYPE_MISMATCH'
  | 'PROVIDER_NOT_READY'
  | 'GENERAL';

export type DisabledBy = 'off' | 'killed' | 'shed' | { prerequisite: string };

/** The answer for one flag and one context. Without `value` the caller's coded default holds. */
export interface Evaluation {
  key: string;
  value?: JsonValue;
  variant?: string;
  reason: Reason;
  errorCode?: ErrorCode;
  metadata: Metadata;
  ruleId?: string;
  disabledBy?: DisabledBy;
}
