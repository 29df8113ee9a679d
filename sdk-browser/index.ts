export type {
  AnyFlags,
  Bootstrap,
  Context,
  ErrorCode,
  Evaluation,
  FlagKey,
  FlagTypes,
  FlagValue,
  JsonObject,
  JsonValue,
  Metadata,
  Reason,
} from '@turnout/core';
export type {
  Change,
  ClientState,
  ConnectionError,
  Listener,
  Logger,
  Readiness,
  Source,
  Status,
  TurnoutEvents,
  TurnoutOptions,
} from './options.ts';
export { Turnout, type Watcher } from './turnout.ts';
