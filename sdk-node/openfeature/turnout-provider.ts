import {
  type EvaluationContext,
  type Hook,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import type { AnyFlags, FlagKey, FlagTypes, FlagValue } from '@turnout/core';
import type { Client } from '../client.ts';
import type { TurnoutOptions } from '../options.ts';
import { Turnout } from '../turnout.ts';
import { readContext } from './read-context.ts';
import { notReady, resolutionOf } from './resolution.ts';
import { failureOf, isInTrouble, tellEvents } from './tell-events.ts';

export interface TurnoutProviderOptions {
  /** How long `setProviderAndWait` waits for the server, in milliseconds; 5000 unless given. */
  readyWithinMs?: number;
  /** OpenFeature's hooks, run after those of the API, the client and the call. */
  hooks?: Hook[];
}

/** Stands for a default that is no object, so that a flag of another type is not taken for an answer to it. */
const NO_OBJECT = Object.freeze({});

/**
 * Turnout behind OpenFeature's API for servers. It evaluates in process, so no answer waits for anything. Given options,
 * it makes its own client when it is registered and closes it when it is replaced; given a client, it leaves that client
 * to whoever made it.
 */
export class TurnoutProvider<F extends FlagTypes = AnyFlags> implements Provider {
  readonly runsOn = 'server';
  readonly metadata = Object.freeze({ name: 'turnout' });
  readonly events = new OpenFeatureEventEmitter();
  readonly hooks: Hook[];
  readonly #options: TurnoutOptions | undefined;
  readonly #readyWithinMs: number | undefined;
  #client: Client<F> | undefined;
  #endEvents: (() => void) | undefined;

  constructor(source: TurnoutOptions | Client<F>, options: TurnoutProviderOptions = {}) {
    // Not by `instanceof`: an app may have the client as a CommonJS module and this as an ES module.
    if ('evaluate' in source) this.#client = source;
    else this.#options = source;
    this.hooks = [...(options.hooks ?? [])];
    this.#readyWithinMs = options.readyWithinMs;
  }

  /**
   * Resolves when there are flags, wherever they came from. Rejects when there are none, and when the key is refused:
   * PROVIDER_NOT_READY, PROVIDER_FATAL, or GENERAL where a cache or a bundled file goes on answering under that key.
   */
  async initialize(): Promise<void> {
    const client = this.#open();
    const timeoutMs = this.#readyWithinMs;
    const readiness = await client.ready(timeoutMs === undefined ? {} : { timeoutMs });
    // What is told before is part of becoming ready, and OpenFeature tells of that itself.
    this.#endEvents ??= tellEvents(client, this.events);
    const failure = failureOf(readiness, client.status());
    if (failure !== undefined) throw failure;
    // OpenFeature says READY in the very moment in which this resolves; only after that can it be anything else.
    if (isInTrouble(client.status())) setImmediate(() => this.#tellStale(client));
  }

  async onClose(): Promise<void> {
    this.#endEvents?.();
    this.#endEvents = undefined;
    if (this.#options !== undefined) await this.#client?.close();
  }

  async resolveBooleanEvaluation(
    key: string,
    coded: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(key, coded, coded, context);
  }

  async resolveStringEvaluation(
    key: string,
    coded: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(key, coded, coded, context);
  }

  async resolveNumberEvaluation(
    key: string,
    coded: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(key, coded, coded, context);
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    coded: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    const isObject = typeof coded === 'object' && coded !== null && !Array.isArray(coded);
    return this.#resolve(key, isObject ? coded : NO_OBJECT, coded, context);
  }

  /** Counts an event by its name, and its value. What else its details say is not kept. */
  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    const { value } = details;
    this.#client?.track(name, { context: readContext(context), ...(value === undefined ? {} : { value }) });
  }

  /** Evaluates as a question for the type of `asked`; `coded` is what the caller gets where there is no answer. */
  #resolve<T extends JsonValue>(
    key: string,
    asked: JsonValue,
    coded: T,
    context: EvaluationContext,
  ): ResolutionDetails<T> {
    if (this.#client === undefined) return notReady(coded);
    // OpenFeature asks for any key; one that the client's types do not know is one that does not exist.
    const found = this.#client.evaluate(key as FlagKey<F>, asked as FlagValue<F, FlagKey<F>>, readContext(context));
    return resolutionOf(found, asked, coded);
  }

  /** A client of one's own that was closed is made again: OpenFeature may be given the same provider another time. */
  #open(): Client<F> {
    const { state } = this.#client?.status() ?? { state: 'closed' };
    if (this.#options !== undefined && state === 'closed') this.#client = new Turnout<F>(this.#options);
    if (this.#client === undefined) throw new TypeError('TurnoutProvider needs options or a client');
    return this.#client;
  }

  #tellStale(client: Client<F>): void {
    if (this.#endEvents !== undefined && isInTrouble(client.status())) this.events.emit(ProviderEvents.Stale);
  }
}
