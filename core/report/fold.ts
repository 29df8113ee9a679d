import type { Evaluation } from '../model/evaluation.ts';
import type { JsonValue } from '../model/ruleset.ts';

/** How much one batch may hold. What does not fit is counted in `overflow`. */
export interface ReportLimits {
  /** Flags and variants of flags, together. */
  keys: number;
  /** Bytes of the batch as JSON in UTF-8. */
  bytes: number;
}

/** What was seen of one flag since the last batch. */
export interface FlagReport {
  flag: string;
  /** How often each variant was served. */
  variants: Record<string, number>;
  /** How often the caller's coded default held instead. */
  coded: number;
  /** The coded defaults that were handed in, each once; what is large or one too many is left out. */
  codedDefaults: JsonValue[];
}

/** What a client tells its server at once. */
export interface ReportBatch {
  flags: FlagReport[];
  /** Evaluations that found no room by flag and variant. With them the counts add up to all that were made. */
  overflow: number;
}

/** How many evaluations a batch tells of. */
export function totalOf({ flags, overflow }: ReportBatch): number {
  let total = overflow;
  for (const { variants, coded } of flags) {
    total += coded;
    for (const count of Object.values(variants)) total += count;
  }
  return total;
}

/** What a client reports by: a thousand flags with a few variants each. */
export const REPORT_LIMITS: ReportLimits = { keys: 4000, bytes: 256 * 1024 };

/** More different defaults in the code for one flag are a mistake that a few of them show. */
const MOST_DEFAULTS = 4;
/** A default that takes more bytes is not shown to anybody. */
const LONGEST_DEFAULT = 256;
/** How often per flag and batch a default is written out to see whether it is a new one. */
const MOST_LOOKS = 8;
/** What JSON puts around a flag, a variant and the whole, with counts of 16 digits. */
const FLAG_FRAME = 80;
const VARIANT_FRAME = 20;
const BATCH_FRAME = 60;

/** At most so many bytes: a UTF-16 unit takes three in UTF-8, and JSON has escaped what would take more. */
function mostBytes(json: string): number {
  return json.length * 3;
}

/** A default as JSON; undefined when it is none, or too long to be shown. */
function writeDefault(coded: unknown): string | undefined {
  try {
    const json = JSON.stringify(coded);
    return json !== undefined && mostBytes(json) <= LONGEST_DEFAULT ? json : undefined;
  } catch {
    return undefined;
  }
}

interface Counter {
  count: number;
  /** The flag that it counts for; none has the counter of what found no room. */
  readonly tally: Tally | undefined;
}

class Tally {
  readonly variants = new Map<string, Counter>();
  readonly coded: Counter = { count: 0, tally: this };
  readonly defaults = new Set<string>();
  /** The default that was handed in last: asking for the same one again costs a comparison. */
  lastDefault: JsonValue | undefined;
  looks = 0;

  report(flag: string): FlagReport {
    return {
      flag,
      variants: Object.fromEntries([...this.variants].map(([variant, { count }]) => [variant, count])),
      coded: this.coded.count,
      codedDefaults: [...this.defaults].map((json) => JSON.parse(json) as JsonValue),
    };
  }
}

/** What is counted until a batch is taken. */
class Counts {
  readonly tallies = new Map<string, Tally>();
  readonly overflow: Counter = { count: 0, tally: undefined };
  /** Where shared answers are counted. They are few per flag, and made anew only when a flag changes. */
  readonly seen = new Map<Evaluation, Counter>();
  readonly #limits: ReportLimits;
  #keys = 0;
  #bytes = BATCH_FRAME;

  constructor(limits: ReportLimits) {
    this.#limits = limits;
  }

  /** Whether there is room; then it is taken. */
  #reserve(keys: number, bytes: number): boolean {
    if (this.#keys + keys > this.#limits.keys || this.#bytes + bytes > this.#limits.bytes) return false;
    this.#keys += keys;
    this.#bytes += bytes;
    return true;
  }

  #counterOf(key: string, variant: string | undefined): Counter {
    let tally = this.tallies.get(key);
    if (tally === undefined) {
      if (!this.#reserve(1, FLAG_FRAME + mostBytes(JSON.stringify(key)))) return this.overflow;
      tally = new Tally();
      this.tallies.set(key, tally);
    }
    if (variant === undefined) return tally.coded;
    let counter = tally.variants.get(variant);
    if (counter === undefined) {
      if (!this.#reserve(1, VARIANT_FRAME + mostBytes(JSON.stringify(variant)))) return this.overflow;
      counter = { count: 0, tally };
      tally.variants.set(variant, counter);
    }
    return counter;
  }

  find(answer: Evaluation): Counter {
    const counter = this.#counterOf(answer.key, answer.variant);
    // Only what `evaluate` made beforehand is frozen, and comes again.
    if (Object.isFrozen(answer) && this.seen.size < this.#limits.keys) this.seen.set(answer, counter);
    return counter;
  }

  /** Lays counts on top that were taken before. */
  add({ flags, overflow }: ReportBatch): void {
    this.overflow.count += overflow;
    for (const { flag, variants, coded, codedDefaults } of flags) {
      for (const [variant, count] of Object.entries(variants)) this.#counterOf(flag, variant).count += count;
      const counter = this.#counterOf(flag, undefined);
      counter.count += coded;
      if (counter.tally !== undefined) for (const one of codedDefaults) this.noteDefault(counter.tally, one);
    }
  }

  noteDefault(tally: Tally, coded: JsonValue): void {
    tally.lastDefault = coded;
    if (tally.looks >= MOST_LOOKS || tally.defaults.size >= MOST_DEFAULTS) return;
    tally.looks += 1;
    const json = writeDefault(coded);
    if (json === undefined || tally.defaults.has(json)) return;
    if (this.#reserve(0, mostBytes(json) + 1)) tally.defaults.add(json);
  }
}

/**
 * Folds evaluations into counts per flag and variant, in bounded memory, until a batch is taken. An answer that `evaluate`
 * shares between calls is counted by its identity, which costs one look-up.
 */
export class ReportFold {
  readonly #limits: ReportLimits;
  #counts: Counts;

  constructor(limits: ReportLimits = REPORT_LIMITS) {
    this.#limits = limits;
    this.#counts = new Counts(limits);
  }

  /** Counts one answer. `coded` is the default that the caller handed in, where it did. */
  count(answer: Evaluation, coded?: JsonValue): void {
    const counter = this.#counts.seen.get(answer) ?? this.#counts.find(answer);
    counter.count += 1;
    const { tally } = counter;
    if (coded !== undefined && tally !== undefined && coded !== tally.lastDefault)
      this.#counts.noteDefault(tally, coded);
  }

  /** Counts what was taken before, of this fold or another, once more. What finds no room here is overflow. */
  add(batch: ReportBatch): void {
    this.#counts.add(batch);
  }

  /** What was counted since the last time, and begins anew; undefined when that is nothing. */
  take(): ReportBatch | undefined {
    const { tallies, overflow } = this.#counts;
    if (tallies.size === 0 && overflow.count === 0) return undefined;
    this.#counts = new Counts(this.#limits);
    return { flags: [...tallies].map(([flag, tally]) => tally.report(flag)), overflow: overflow.count };
  }
}
