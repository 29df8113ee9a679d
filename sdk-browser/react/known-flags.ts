import type { Bootstrap, ErrorCode, Evaluation, JsonValue } from '@turnout/core';
import type { Status } from '../options.ts';
import type { PageClient } from './page-client.ts';

/** What the components below one provider ask: what the page was rendered from, and what is known now. */
export interface KnownFlags {
  client: PageClient | undefined;
  subscribe(listener: () => void): () => void;
  /** Both give the coded default where there is nothing. */
  now(key: string, coded: JsonValue): Evaluation;
  first(key: string, coded: JsonValue): Evaluation;
  status(): Status;
  firstStatus(): Status;
}

export function knownFlags(client: PageClient | undefined, bootstrap: Bootstrap | undefined): KnownFlags {
  const first = (key: string, coded: JsonValue) => answerOf(bootstrap, key, coded);
  const firstStatus = (): Status => ({
    state: 'connecting',
    source: bootstrap === undefined ? 'defaults' : 'bootstrap',
    position: bootstrap?.position ?? null,
    ageMs: null,
  });
  return {
    client,
    first,
    firstStatus,
    now: client ? (key, coded) => client.peek(key, coded) : first,
    status: client ? () => client.status() : firstStatus,
    subscribe: (listener) => client?.subscribe(listener) ?? (() => {}),
  };
}

const NOTHING = Object.freeze({});

/** What a bootstrap says, and the coded default where it says nothing of that type. */
function answerOf(bootstrap: Bootstrap | undefined, key: string, coded: JsonValue): Evaluation {
  const failed = (errorCode: ErrorCode): Evaluation => ({
    ...{ key, value: coded, reason: 'ERROR', errorCode, metadata: NOTHING },
  });
  if (bootstrap === undefined) return failed('PROVIDER_NOT_READY');
  const item = Object.hasOwn(bootstrap.flags, key) ? bootstrap.flags[key] : undefined;
  if (item === undefined) return failed('FLAG_NOT_FOUND');
  const { value = coded } = item;
  return typeof value === typeof coded ? { key, ...item, value, metadata: NOTHING } : failed('TYPE_MISMATCH');
}
