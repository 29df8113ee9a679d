import type {
  AnyFlags,
  Bootstrap,
  Context,
  Evaluation,
  FlagKey,
  FlagTypes,
  FlagValue,
  JsonObject,
  JsonValue,
} from '@turnout/core';
import { Answers, type AskedType, isSameAnswer, typeOf } from './answers.ts';
import { callSafely } from './listeners.ts';
import { LiveValues } from './live-values.ts';
import type { Listener, Readiness, Status, TurnoutEvents, TurnoutOptions } from './options.ts';

const READY_WITHIN_MS = 5_000;

/** Told when an answer has changed. */
export type Watcher = (now: Evaluation, before: Evaluation) => void;

/**
 * Turnout in a page: values for one visitor, from the first line on where the page or an earlier one brought them, and
 * then as the server has them; a kill reaches the open page. It begins to connect when it is made. No question waits,
 * and none throws.
 */
export class Turnout<F extends FlagTypes = AnyFlags> {
  readonly #live: LiveValues;
  readonly #answers: Answers;
  /** What `setContext` falls back to: a function knows by itself who it is now. */
  #tokens: TurnoutOptions['contextToken'];

  constructor(options: TurnoutOptions) {
    this.#live = new LiveValues(options);
    this.#answers = new Answers(this.#live.notes);
    this.#tokens = options?.contextToken;
  }

  /** The value of a boolean flag; `coded` where it has none, is none, or is not known. */
  boolean<K extends FlagKey<F, boolean>>(key: K, coded: boolean): FlagValue<F, K, boolean> {
    return this.#ask(key, coded, 'boolean').value as FlagValue<F, K, boolean>;
  }

  /** The value of a string flag. */
  string<K extends FlagKey<F, string>>(key: K, coded: FlagValue<F, K, string>): FlagValue<F, K, string> {
    return this.#ask(key, coded, 'string').value as FlagValue<F, K, string>;
  }

  /** The value of a number flag. */
  number<K extends FlagKey<F, number>>(key: K, coded: FlagValue<F, K, number>): FlagValue<F, K, number> {
    return this.#ask(key, coded, 'number').value as FlagValue<F, K, number>;
  }

  /** The value of an object flag. It is everybody's: change nothing in it. */
  object<K extends FlagKey<F, JsonObject>>(key: K, coded: FlagValue<F, K, JsonObject>): FlagValue<F, K, JsonObject> {
    return this.#ask(key, coded, 'object').value as FlagValue<F, K, JsonObject>;
  }

  /**
   * The value with what led to it: reason, variant, error code. The type asked for is that of `coded`. While nothing
   * about the flag changes it is the same object.
   */
  evaluate<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>): Evaluation {
    return this.#ask(key, coded, typeOf(coded));
  }

  /** What `evaluate` answers, without counting it: for what looks at a flag often and shows it once. */
  peek<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>): Evaluation {
    return this.#answers.find(this.#live, key, coded, typeOf(coded));
  }

  /** Counts an answer of `peek`, once it is shown. */
  count(answer: Evaluation): void {
    this.#live.reports.count(answer);
  }

  /** Calls back whenever an answer, or how the client stands, may have changed. Answers how to end it. */
  subscribe(look: () => void): () => void {
    return this.#live.subscribe(look);
  }

  /** Whose values are served: the former one's until `setContext` has brought those of another. */
  get context(): Context {
    return this.#live.context;
  }

  /** What the page was rendered from; also where it was of another context, and is not what the client began with. */
  get bootstrap(): Bootstrap | undefined {
    return this.#live.bootstrap;
  }

  /** What is known of all flags, by key, uncounted. Where a coded default would hold there is no `value`. */
  all(): Record<string, Evaluation> {
    const keys = [...(this.#live.values?.keys() ?? [])];
    const find = (key: string) => this.#answers.find(this.#live, key, undefined, undefined);
    return Object.fromEntries(keys.map((key) => [key, find(key)]));
  }

  /** Calls back when the value or the variant of this flag has changed. Answers how to end it. */
  watch<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>, changed: Watcher): () => void {
    let before = this.peek(key, coded);
    return this.subscribe(() => {
      const last = before;
      before = this.peek(key, coded);
      const now = before;
      if (!isSameAnswer(now, last)) callSafely(this.#live.notes, 'a watcher', () => changed(now, last));
    });
  }

  /**
   * From now on for somebody else: who signed in or out, or has other attributes. What is served stays until the server
   * has answered for them, and then all flags change in one step. Resolves when that is so, or with `error` when the
   * server did not answer; it is then asked again. A `contextToken` that is a text goes with the former context; a
   * function stays until another token is given.
   */
  setContext(context: Context, options?: Pick<TurnoutOptions, 'contextToken'>): Promise<Readiness> {
    const tokens = options?.contextToken ?? (typeof this.#tokens === 'function' ? this.#tokens : undefined);
    this.#tokens = tokens;
    return this.#live.setContext(context, tokens);
  }

  /** Calls back on an event. Answers how to end it. */
  on<K extends keyof TurnoutEvents>(name: K, listener: Listener<K>): () => void {
    return this.#live.listeners.on(name, listener);
  }

  /**
   * Waits until the server has given the values, or until the time is over (5 s unless `timeoutMs` says otherwise), and
   * says what there is. Never rejects: without values every question is answered by its coded default.
   */
  ready(options?: { timeoutMs?: number }): Promise<Readiness> {
    return this.#live.ready(options?.timeoutMs ?? READY_WITHIN_MS);
  }

  /** How it is connected, where the values are from, and how old they may be. */
  status(): Status {
    return this.#live.status();
  }

  /**
   * Counts that something happened: how often by name, and the sum of the values. Names stand in code, 200 of them at
   * most and of up to 128 characters; what else is handed in is counted without a name. Throws nothing.
   */
  track(event: string, details?: { value?: number }): void {
    this.#live.reports.track(event, details?.value);
  }

  /** Reports what was counted; resolves when that is done, or could not be done now. */
  flush(): Promise<void> {
    return this.#live.reports.flush();
  }

  /** Reports for the last time and ends the connection; nothing stays open. What is known goes on being served. */
  close(): Promise<void> {
    return this.#live.close();
  }

  #ask(key: string, coded: JsonValue, type: AskedType): Evaluation {
    const found = this.#answers.find(this.#live, key, coded, type);
    this.#live.reports.count(found);
    return found;
  }
}
