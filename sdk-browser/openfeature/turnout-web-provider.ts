import {
  ErrorCode,
  type EvaluationContext,
  type Hook,
  instantiateErrorByErrorCode,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/web-sdk';
import {
  type AnyFlags,
  type Context,
  contextHash,
  type Evaluation,
  type FlagKey,
  type FlagTypes,
  type FlagValue,
  tellEvaluation,
} from '@turnout/core';
import type { ConnectionError, TurnoutOptions } from '../options.ts';
import { Turnout } from '../turnout.ts';
import { codeOf, tellEvents } from './tell-events.ts';

export interface TurnoutWebProviderOptions {
  /** How long `setProviderAndWait` waits where there are no values yet, in milliseconds; 5000 unless given. */
  readyWithinMs?: number;
  /** OpenFeature's hooks, run after those of the API, the client and the call. */
  hooks?: Hook[];
}

type PageClient<F extends FlagTypes> = Pick<
  Turnout<F>,
  'close' | 'context' | 'evaluate' | 'on' | 'ready' | 'setContext' | 'status' | 'track'
>;

/** Stands for a default that is no object, so that a flag of another type is not taken for an answer to it. */
const NO_OBJECT = {};
const UNREGISTERED = { reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY', metadata: {} } as const;

/**
 * Turnout behind OpenFeature's API for pages. It answers from the values of the context that OpenFeature was given, so no
 * answer waits. Given options, it makes its own client when it is registered and closes it when it is replaced; given a
 * client, it leaves that client to whoever made it, but for its context.
 */
export class TurnoutWebProvider<F extends FlagTypes = AnyFlags> implements Provider {
  readonly runsOn = 'client';
  /** It has the values of one context: a second domain might bring another. */
  readonly domainScoped = true;
  readonly metadata = { name: 'turnout' };
  readonly events = new OpenFeatureEventEmitter();
  readonly hooks: Hook[];
  readonly #options: TurnoutOptions | undefined;
  readonly #within: { timeoutMs?: number };
  #client: PageClient<F> | undefined;
  /** What lies under the context of OpenFeature. */
  #base: Context;
  /** The hash of the context that was asked for last. */
  #wanted = '';
  #endEvents: (() => void) | undefined;

  constructor(source: TurnoutOptions | PageClient<F>, options: TurnoutWebProviderOptions = {}) {
    // Not by `instanceof`: an app may have the client as a CommonJS module and this as an ES module.
    if ('evaluate' in source) this.#client = source;
    else this.#options = source;
    this.#base = source.context ?? {};
    this.hooks = options.hooks ?? [];
    this.#within = options.readyWithinMs === undefined ? {} : { timeoutMs: options.readyWithinMs };
  }

  /**
   * Resolves when there are values, wherever they came from: a bootstrap, or what an earlier page left, is answered from
   * at once. Rejects when there are none, and when the key is refused: PROVIDER_NOT_READY, PROVIDER_FATAL, or GENERAL
   * where there are values that go on being served.
   */
  async initialize(context: EvaluationContext = {}): Promise<void> {
    const wanted = this.#laid(context);
    const client = this.#open(wanted);
    const error = await this.#arrive(client, wanted);
    // What is told before is part of becoming ready, and OpenFeature tells of that itself.
    this.#endEvents ??= tellEvents(client, this.events);
    this.#settle(client, error);
  }

  /** Another visitor, or another attribute: the former values hold until those of the new context are there. */
  onContextChange(_before: EvaluationContext, context: EvaluationContext): Promise<void> | void {
    const client = this.#client;
    const wanted = this.#laid(context);
    const hash = contextHash(wanted);
    // Without a promise OpenFeature does not call it reconciling, and nobody draws a spinner for nothing.
    if (client === undefined || hash === this.#wanted) return;
    this.#wanted = hash;
    return this.#move(client, wanted).then(() => this.#settle(client));
  }

  async onClose(): Promise<void> {
    this.#endEvents?.();
    this.#endEvents = undefined;
    if (this.#options) await this.#client?.close();
  }

  resolveBooleanEvaluation(key: string, coded: boolean): ResolutionDetails<boolean> {
    return this.#resolve(key, coded, coded);
  }

  resolveStringEvaluation(key: string, coded: string): ResolutionDetails<string> {
    return this.#resolve(key, coded, coded);
  }

  resolveNumberEvaluation(key: string, coded: number): ResolutionDetails<number> {
    return this.#resolve(key, coded, coded);
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, coded: T): ResolutionDetails<T> {
    const isObject = typeof coded === 'object' && coded !== null && !Array.isArray(coded);
    return this.#resolve(key, isObject ? coded : NO_OBJECT, coded);
  }

  /** Counts an event by its name, and its value. What else its details say is not kept. */
  track(name: string, _context: EvaluationContext, details: TrackingEventDetails): void {
    const { value } = details;
    this.#client?.track(name, value === undefined ? {} : { value });
  }

  /** Asks for the type of `asked`; `coded` is what the caller gets where there is no answer. */
  #resolve<T extends JsonValue>(key: string, asked: JsonValue, coded: T): ResolutionDetails<T> {
    // OpenFeature asks for any key; one that the client's types do not know is one that does not exist.
    const found = this.#client?.evaluate(key as FlagKey<F>, asked as FlagValue<F, FlagKey<F>>);
    const evaluation: Evaluation = found ?? { key, ...UNREGISTERED };
    // The same question may be answered by the same object, with an earlier default: only variants are the flag's own.
    const { errorCode, ...told } = tellEvaluation(evaluation, coded, evaluation.variant === undefined);
    return errorCode ? { ...told, errorCode: ErrorCode[errorCode], errorMessage: `${key}: ${errorCode}` } : told;
  }

  /** OpenFeature's context over the client's own. Dates become RFC 3339 text where it is written. */
  #laid(context: EvaluationContext): Context {
    return { ...this.#base, ...(context as Context) };
  }

  /** A client of one's own that was closed is made again: OpenFeature may be given the same provider another time. */
  #open(context: Context): PageClient<F> {
    const { state } = this.#client?.status() ?? { state: 'closed' };
    if (this.#options && state === 'closed') this.#client = new Turnout<F>({ ...this.#options, context });
    // The constructor took one or the other.
    return this.#client as PageClient<F>;
  }

  /** Until there is something to answer from; why there is nothing, where nothing came in time. */
  async #arrive(client: PageClient<F>, context: Context): Promise<ConnectionError | undefined> {
    this.#wanted = contextHash(context);
    if (contextHash({ ...client.context, ...context }) !== contextHash(client.context)) {
      await this.#move(client, context);
    }
    return client.status().source === 'defaults' ? (await client.ready(this.#within)).error : undefined;
  }

  async #move(client: PageClient<F>, context: Context): Promise<void> {
    const { error } = await client.setContext(context);
    if (error === undefined) return;
    // What is served is still another one's, and whoever sets the same context again has it asked for again.
    this.#wanted = '';
    throw instantiateErrorByErrorCode(codeOf(client.status(), error) ?? ErrorCode.GENERAL, error.message);
  }

  /** Rejects what cannot be called ready. What can, but is not well, is told a moment after OpenFeature said READY. */
  #settle(client: PageClient<F>, error?: ConnectionError): void {
    const isAway = () => client.status().state === 'unreachable';
    const code = codeOf(client.status(), error);
    if (code !== undefined) throw instantiateErrorByErrorCode(code, error?.message ?? client.status().state);
    if (isAway()) setTimeout(() => this.#endEvents && isAway() && this.events.emit(ProviderEvents.Stale));
  }
}
