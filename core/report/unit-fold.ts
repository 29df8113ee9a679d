import type { Compiled } from '../evaluate/compile.ts';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { MeasuredRun } from '../model/ruleset.ts';
import { EntryFold, type TakenRun } from './entry-fold.ts';
import { UNIT_SIGNS, VALUE_SIGNS } from './unit-records.ts';

/** So many units are remembered, and so many records wait, over all running entries together. */
export const MOST_UNITS = 200_000;
/** So many records go into one batch, of 384 KiB at most: with all the rest, it stays below what a server takes. */
export const MOST_RECORDS = Math.floor((384 * 1024) / (UNIT_SIGNS + VALUE_SIGNS));
/** More measured runs at once in one environment than anybody looks after. */
const MOST_RUNS = 100;

/** Whether it can be measured by: a ruleset may hold anything. */
function isRun(run: unknown): run is MeasuredRun {
  if (typeof run !== 'object' || run === null) return false;
  const { id, entry, by, salt, from, to, target, treatment, control, sample } = run as Partial<MeasuredRun>;
  const isRange = (range: unknown) => Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);
  return (
    [id, by, salt, from, to, target, sample?.salt].every((text) => typeof text === 'string') &&
    [entry, sample?.below].every(Number.isFinite) &&
    isRange(treatment) &&
    isRange(control)
  );
}

/**
 * Folds what an app evaluates and tracks into the units of the measured runs, each once, in bounded memory. Units are
 * kept as hashes alone. Nothing here throws.
 */
export class UnitFold {
  readonly #now: () => number;
  #byFlag = new Map<string, EntryFold>();
  #byEvent = new Map<string, EntryFold[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether no run is measured, so that nothing needs to be told. */
  get isIdle(): boolean {
    return this.#byFlag.size === 0;
  }

  /** How many records wait, with those that found no room. */
  get waiting(): number {
    let waiting = 0;
    for (const entry of this.#byFlag.values()) waiting += entry.waiting;
    return waiting;
  }

  /** Measures by this ruleset from now on. Entries that are over are forgotten, with what waits: no server takes it. */
  hold(compiled: Compiled): void {
    const running: [string, MeasuredRun][] = [];
    for (const [key, { source }] of compiled.flags) {
      const run: unknown = source?.run;
      if (run !== undefined && isRun(run) && running.length < MOST_RUNS) running.push([key, run]);
    }
    const byFlag = new Map<string, EntryFold>();
    const byEvent = new Map<string, EntryFold[]>();
    for (const [key, run] of running) {
      const before = this.#byFlag.get(key);
      const isSame = before?.run.id === run.id && before.run.entry === run.entry;
      const entry =
        before !== undefined && isSame ? before : new EntryFold(run, MOST_UNITS / running.length, this.#now);
      entry.run = run;
      byFlag.set(key, entry);
      for (const event of Array.isArray(run.events) ? run.events : []) {
        byEvent.set(event, [...(byEvent.get(event) ?? []), entry]);
      }
    }
    this.#byFlag = byFlag;
    this.#byEvent = byEvent;
  }

  /** An app was given this answer for this context. */
  expose(found: Evaluation, context: Context): void {
    const entry = this.#byFlag.get(found.key);
    if (entry === undefined) return;
    try {
      entry.expose(found, context);
    } catch {
      // A getter of the context threw: whom it is about, nobody knows.
    }
  }

  /** Whether a running metric is made of this event. */
  wants(event: string): boolean {
    return this.#byEvent.has(event);
  }

  /** An app tracked an event for this context. */
  track(event: string, value: number | undefined, context: Context): void {
    const given = typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
    for (const entry of this.#byEvent.get(event) ?? []) {
      try {
        entry.track(event, given, context);
      } catch {}
    }
  }

  /** The oldest records, as many as one batch holds; and of entries that were asked for, that they were. */
  take(): TakenRun[] {
    const now = this.#now();
    const taken: TakenRun[] = [];
    let room = MOST_RECORDS;
    for (const entry of this.#byFlag.values()) {
      if (!entry.isToTell) continue;
      if (room === 0) break;
      const run = entry.take(room, now);
      taken.push(run);
      room -= run.records;
    }
    return taken;
  }

  /** What was taken has reached no server, and never will. */
  lose(lost: readonly TakenRun[]): void {
    for (const { run, entry, records, dropped } of lost) {
      for (const one of this.#byFlag.values()) {
        if (one.run.id === run && one.run.entry === entry) one.lose(records + dropped);
      }
    }
  }
}
