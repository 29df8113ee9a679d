import type { IncomingMessage } from 'node:http';
import { HEADERS } from '@turnout/core';
import type { KeyPrincipal } from '../access/principal.ts';
import type { Served } from './served.ts';

/** What a client says of itself with every request. None of it is to be believed, and all of it is bounded. */
export interface ClientNames {
  /** Undefined where it names none that can be kept. */
  instance: string | undefined;
  host: string;
  sdk: string;
}

/** A stream that is open, as whoever keeps account of running apps sees it. */
export interface WatchedStream {
  /** For its `hello`; undefined where no receipts of it are taken. */
  receiptToken: string | undefined;
  closed(): void;
}

/** Keeps account of running apps. It is told of them as they come, and what it does keeps nobody waiting. */
export interface StreamWatcher {
  /** `claimed` is where the client says that it is. */
  opened(key: KeyPrincipal, names: ClientNames, claimed: string | undefined): WatchedStream;
  /** A client fetched the ruleset; `held` is what it has shown to have, by the tag of it. */
  polled(key: KeyPrincipal, names: ClientNames, held: Served | undefined): void;
}

/** Where nobody keeps account. */
export const UNWATCHED: StreamWatcher = {
  opened: () => ({ receiptToken: undefined, closed: () => undefined }),
  polled: () => undefined,
};

const INSTANCE = /^[A-Za-z0-9_-]{8,64}$/;
const MOST_HOST = 128;
const MOST_SDK = 64;

export function readNames({ headers }: IncomingMessage): ClientNames {
  const instance = headers[HEADERS.instance]?.toString();
  return {
    instance: instance !== undefined && INSTANCE.test(instance) ? instance : undefined,
    host: clean(headers[HEADERS.host]?.toString(), MOST_HOST),
    sdk: clean(headers[HEADERS.sdk]?.toString(), MOST_SDK),
  };
}

/** Visible ASCII only: these are shown on terminals and pages. */
function clean(text: string | undefined, most: number): string {
  return (text ?? '').slice(0, most).replaceAll(/[^\x20-\x7e]/g, '?');
}
