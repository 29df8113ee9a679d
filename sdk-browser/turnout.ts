import type { AnyFlags, Evaluation, FlagKey, FlagTypes, FlagValue, JsonObject, JsonValue } from '@turnout/core';
import { isSameAnswer } from './answers.ts';
import { LiveValues } from './live-values.ts';

/** Told when an answer has changed. */
export type Watcher = (now: Evaluation, before: Evaluation) => void;

/**
 * Turnout in a page: values for one visitor, from the first line on where the page or an earlier one brought them, and
 * then as the server has them; a kill reaches the open page. It begins to connect when it is made. No question waits,
 * and none throws.
 */
export class Turnout<F extends FlagTypes = AnyFlags> extends LiveValues {
  /** The value of a boolean flag; `coded` where it has none, is none, or is not known. */
  boolean<K extends FlagKey<F, boolean>>(key: K, coded: boolean): FlagValue<F, K, boolean> {
    return this.#ask(key, coded).value as FlagValue<F, K, boolean>;
  }

  /** The value of a string flag. */
  string<K extends FlagKey<F, string>>(key: K, coded: FlagValue<F, K, string>): FlagValue<F, K, string> {
    return this.#ask(key, coded).value as FlagValue<F, K, string>;
  }

  /** The value of a number flag. */
  number<K extends FlagKey<F, number>>(key: K, coded: FlagValue<F, K, number>): FlagValue<F, K, number> {
    return this.#ask(key, coded).value as FlagValue<F, K, number>;
  }

  /** The value of an object flag. It is everybody's: change nothing in it. */
  object<K extends FlagKey<F, JsonObject>>(key: K, coded: FlagValue<F, K, JsonObject>): FlagValue<F, K, JsonObject> {
    return this.#ask(key, coded).value as FlagValue<F, K, JsonObject>;
  }

  /**
   * The value with what led to it: reason, variant, error code. The type asked for is that of `coded`. While nothing
   * about the flag changes it is the same object.
   */
  evaluate<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>): Evaluation {
    return this.#ask(key, coded);
  }

  /** What `evaluate` answers, without counting it: for what looks at a flag often and shows it once. */
  peek<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>): Evaluation {
    return this.find(key, coded);
  }

  /** What is known of all flags, by key, uncounted. Where a coded default would hold there is no `value`. */
  all(): Record<string, Evaluation> {
    return Object.fromEntries(Array.from(this.values ?? [], ([key]) => [key, this.find(key, undefined)]));
  }

  /** Calls back when the value or the variant of this flag has changed. Answers how to end it. */
  watch<K extends FlagKey<F>>(key: K, coded: FlagValue<F, K>, changed: Watcher): () => void {
    let now = this.peek(key, coded);
    return this.subscribe(() => {
      const before = now;
      now = this.peek(key, coded);
      if (!isSameAnswer(now, before)) changed(now, before);
    });
  }

  /**
   * Counts that something happened: how often by name, and the sum of the values. Names stand in code, 200 of them at
   * most and of up to 128 characters; what else is handed in is counted without a name. Throws nothing.
   */
  track(event: string, details?: { value?: number }): void {
    this.counts.track(event, details?.value);
  }

  /** Counts an answer of `peek`, once it is shown. */
  count(answer: Evaluation): void {
    this.counts.count(answer);
  }

  /** Reports what was counted; resolves when that is done, or could not be done now. */
  flush(): Promise<void> {
    return this.reports.flush();
  }

  #ask(key: string, coded: JsonValue): Evaluation {
    const found = this.find(key, coded);
    this.count(found);
    return found;
  }
}
