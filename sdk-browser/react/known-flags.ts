import type { Bootstrap, Evaluation, JsonValue } from '@turnout/core';
import { makeAnswers } from '../answers.ts';
import type { Status } from '../options.ts';
import type { Turnout } from '../turnout.ts';

/** What is needed of a client, whatever its flags are. */
export type PageClient = Pick<
  Turnout,
  'bootstrap' | 'context' | 'count' | 'flush' | 'peek' | 'setContext' | 'status' | 'subscribe' | 'track'
>;

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
  // What a bootstrap lacks is said by the client of the page, once, and not by the server at every request.
  const find = makeAnswers(() => {});
  const values =
    bootstrap && new Map(Object.entries(bootstrap.flags ?? {}).map(([key, found]) => [key, { key, ...found }]));
  const first = (key: string, coded: JsonValue) => find(values, false, key, coded);
  const firstStatus = (): Status => ({
    state: 'connecting',
    source: bootstrap ? 'bootstrap' : 'defaults',
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
