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
  Snapshot,
} from '@turnout/core';
export type { EventName, Listener } from './events.ts';
export type { Hook, HookContext } from './hooks.ts';
export type { Logger } from './logger.ts';
export type {
  Change,
  ClientState,
  ConnectionError,
  Readiness,
  Source,
  Status,
  Tracked,
  TurnoutEvents,
  TurnoutOptions,
} from './options.ts';
export { Turnout } from './turnout.ts';
export type { Watcher } from './watch.ts';
