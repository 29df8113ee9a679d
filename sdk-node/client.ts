import type { AnyFlags, Bootstrap, FlagKey, FlagTypes, FlagValue } from '@turnout/core';
import {
  type Context,
  type Evaluation,
  evaluate,
  isEventName,
  type JsonObject,
  type JsonValue,
  writeBootstrap,
} from '@turnout/core';
import { type AskedType, answer, answerAll, typeOf, unreadable } from './answer.ts';
import type { Connection, Counter } from './connection.ts';
import type { EventName, Listener } from './events.ts';
import { evaluateHooked } from './hooks.ts';
import type { Readiness, Status, Tracked } from './options.ts';
import { type Watcher, watch } from './watch.ts';

const NOBODY: Context = Object.freeze({});
const READY_WITHIN_MS = 5000;
const CLOSE_WITHIN_MS = 2000;

/** Lays one context over another. What is no object counts as nothing. Throws what a getter throws. */
function mergeContexts(base: Context | undefined, context: Context | undefined): Context {
  if (base === undefined) return context ?? NOBODY;
  return typeof context === 'object' && context !== null && !Array.isArray(context) ? { ...base, ...context } : base;
}

/**
 * Asks flags. No question throws, whatever it is asked with, and none waits: what is known at the moment is what
 * answers. Values are frozen, for every caller gets the same ones.
 */
export class Client<F extends FlagTypes = AnyFlags> {
  readonly #connection: Connection;
  readonly #base: Context | undefined;
  readonly #asked: Counter;

  constructor(connection: Connection, base: Context | undefined) {
    this.#connection = connection;
    this.#asked = connection.counts.asked;
    this.#base = base;
  }

  /** The value of a boolean flag; `coded` where it has none, is none, or is not known. */
  boolean<K extends FlagKey<F, boolean>>(key: K, coded: boolean, context?: Context): FlagValue<F, K, boolean> {
    const { quick } = this.#connection;
    if (quick !== undefined && this.#base === undefined) {
      // The path of nearly every question. Whatever is unusual about one is left to the path that takes care.
      try {
        const found = evaluate(quick, key, context ?? NOBODY);
        const { value } = found;
        if (typeof value === 'boolean') {
          this.#asked.count(found, coded);
          this.#connection.measured?.expose(found, context ?? NOBODY);
          return value as FlagValue<F, K, boolean>;
        }
      } catch {}
    }
    return this.#ask(key, coded, 'boolean', context).value as FlagValue<F, K, boolean>;
  }

  /** The value of a string flag. */
  string<K extends FlagKey<F, string>>(
    key: K,
    coded: FlagValue<F, K, string>,
    context?: Context,
  ): FlagValue<F, K, string> {
    return this.#ask(key, coded, 'string', context).value as FlagValue<F, K, string>;
  }

  /** The value of a number flag. */
  number<K extends FlagKey<F, number>>(
    key: K,
    coded: FlagValue<F, K, number>,
    context?: Context,
  ): FlagValue<F, K, number> {
    return this.#ask(key, coded, 'number', context).value as FlagValue<F, K, number>;
  }

  /** The value of an object flag. */
  object<K extends FlagKey<F, JsonObject>>(
    key: K,
    coded: FlagValue<F, K, JsonObject>,
    context?: Context,
  ): FlagValue<F, K, JsonObject> {
    return this.#ask(key, coded, 'object', context).value as FlagValue<F, K, JsonObject>;
  }

  /** The value with what led to it: reason, variant, rule, error code. The type asked for is that of `coded`. */
  evaluate<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>, context?: Context): Evaluation {
    return this.#ask(key, coded, typeOf(coded), context);
  }

  /**
   * The answers of all flags by key, for a page or another process. There are no coded defaults here: a flag that would
   * give one has no `value`. Hooks are not called. They are counted apart from flags that are asked for:
   * nobody knows which of them is looked at.
   */
  all(context?: Context, options?: { clientVisibleOnly?: boolean }): Record<string, Evaluation> {
    let merged = NOBODY;
    try {
      merged = mergeContexts(this.#base, context);
    } catch {
      this.#connection.notes.once('context', 'warn', () => 'a context failed when it was looked at, and was left out');
    }
    return answerAll(this.#connection, merged, options?.clientVisibleOnly === true);
  }

  /**
   * What a page is sent of its flags, so that its first paint shows them: those that clients may see, evaluated for the
   * client's context with `context` laid over it. The page's own client takes it where it is made for that very context.
   * A value that would be a coded default is left out. Hooks are not called, and it is counted as `all` is. Throws
   * nothing: what cannot be looked at is sent for no page. How to write it into a page is in the README.
   */
  bootstrap(context?: Context): Bootstrap {
    const { notes } = this.#connection;
    try {
      const merged = mergeContexts(this.#base, context);
      const { position } = this.#connection.status();
      return writeBootstrap(position, merged, Object.values(answerAll(this.#connection, merged, true)));
    } catch {
      notes.once('context', 'warn', () => 'a context failed when it was looked at, and was left out');
      return { v: 1, position: null, contextHash: '', flags: {} };
    }
  }

  /** A client that knows more of whom it asks for. It shares the connection, its events and its end. */
  with(context: Context): Client<F> {
    let merged = this.#base;
    try {
      merged = mergeContexts(this.#base ?? NOBODY, context);
    } catch {
      this.#connection.notes.once('context', 'warn', () => 'a context failed when it was looked at, and was left out');
    }
    return new Client<F>(this.#connection, merged);
  }

  /** Calls back when the value or the variant of this flag for this context has changed. Answers how to end it. */
  watch<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>, context: Context, changed: Watcher): () => void {
    return watch(this.#connection, () => this.#find(key, coded, typeOf(coded), context), changed);
  }

  /**
   * Counts that something happened: how often by name, and the sum of the values, reported with what was evaluated. Names
   * stand in code, 200 of them at most; what else is handed in is counted without a name. Where a measured rollout looks at
   * the event, it also counts for the unit of the context, as a hash. Throws nothing.
   */
  track(event: string, details?: Tracked): void {
    const { counts, notes } = this.#connection;
    let value: number | undefined;
    try {
      value = details?.value;
    } catch {
      notes.once('tracked value', 'warn', () => 'the value of an event failed when it was looked at, and was left out');
    }
    if (!isEventName(event)) {
      notes.once('event name', 'warn', () => 'an event has no name of 1 to 128 characters, and is counted without one');
    }
    counts.events.count(event, value);
    const { measured } = this.#connection;
    if (measured?.wants(event) !== true) return;
    try {
      measured.track(event, value, mergeContexts(this.#base, details?.context));
    } catch {
      notes.once('context', 'warn', () => 'a context failed when it was looked at, and was left out');
    }
  }

  /** Calls back on an event. Answers how to end it. */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#connection.on(name, listener);
  }

  /**
   * Waits until there is a ruleset from the server, or until the time is over, and says what there is. Never rejects:
   * without a ruleset every question is answered by its coded default.
   */
  ready(options?: { timeoutMs?: number }): Promise<Readiness> {
    return this.#connection.ready(options?.timeoutMs ?? READY_WITHIN_MS);
  }

  status(): Status {
    return this.#connection.status();
  }

  /** Writes and reports what is waiting for it; resolves when that is done, or could not be done now. */
  flush(): Promise<void> {
    return this.#connection.flush();
  }

  /** Reports what was counted, for at most `timeoutMs`, and ends the connection. What is known goes on being served, and grows old. */
  close(options?: { timeoutMs?: number }): Promise<void> {
    return this.#connection.close(options?.timeoutMs ?? CLOSE_WITHIN_MS);
  }

  #ask(key: string, coded: JsonValue, type: AskedType, context: Context | undefined): Evaluation {
    const found = this.#answer(key, coded, type, context);
    // What a file for local work decided says nothing of the flag.
    if (typeof key === 'string' && !this.#connection.overrides.has(key)) this.#asked.count(found, coded);
    return found;
  }

  #answer(key: string, coded: JsonValue, type: AskedType, context: Context | undefined): Evaluation {
    const connection = this.#connection;
    if (typeof key !== 'string') return this.#find(key, coded, type, context);
    let seen: Context;
    try {
      seen = mergeContexts(this.#base, context);
    } catch {
      return unreadable(key, coded, 'GENERAL');
    }
    const ask = (given: Context) => {
      seen = given;
      return answer(connection, key, coded, type, given);
    };
    const { hooks, notes, measured, overrides } = connection;
    const found = hooks.length === 0 ? ask(seen) : evaluateHooked(hooks, notes, { key, coded, context: seen }, ask);
    if (measured !== undefined && !overrides.has(key)) measured.expose(found, seen);
    return found;
  }

  #find(key: string, coded: JsonValue, type: AskedType, context: Context | undefined): Evaluation {
    if (typeof key !== 'string') return unreadable('', coded, 'FLAG_NOT_FOUND');
    let merged: Context;
    try {
      merged = mergeContexts(this.#base, context);
    } catch {
      return unreadable(key, coded, 'GENERAL');
    }
    return answer(this.#connection, key, coded, type, merged);
  }
}
