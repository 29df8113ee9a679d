import type { UnitColumn } from '@turnout/core';

/** More units than an entry ever has: a number of a unit lies below this, and its moment above. */
const UNITS = 2 ** 20;
/** Moments further from the first than this, some hundred days, count as this far. */
const FURTHEST_MS = 2 ** 33 - 1;
/** So many that changed are sorted at once. */
const MOST_CHANGED = 65_536;

/**
 * Units in the order of their moments, at the cost of what changed: only that is sorted, and merged into the rest. Of two
 * with the same moment the unit with the lower number comes first.
 */
export class MomentOrder {
  readonly #moments: UnitColumn<Float64Array>;
  #keys = new Float64Array(0);
  #units = new Uint32Array(0);
  #changed: number[] = [];
  #base: number | undefined;

  constructor(moments: UnitColumn<Float64Array>) {
    this.#moments = moments;
  }

  /** Called when the moment of a unit was set, or set anew. */
  note(unit: number): void {
    this.#base ??= this.#moments.get(unit);
    this.#changed.push(this.#keyOf(unit));
    if (this.#changed.length >= MOST_CHANGED) this.#merge();
  }

  /** All units that have a moment. */
  units(): Uint32Array {
    this.#merge();
    return this.#units;
  }

  #keyOf(unit: number): number {
    const since = this.#moments.get(unit) - (this.#base ?? 0);
    return Math.max(-FURTHEST_MS, Math.min(FURTHEST_MS, since)) * UNITS + unit;
  }

  #merge(): void {
    if (this.#changed.length === 0) return;
    const [old, fresh] = [this.#keys, Float64Array.from(this.#changed).sort()];
    const keys = new Float64Array(old.length + fresh.length);
    const units = new Uint32Array(keys.length);
    let [count, i, j] = [0, 0, 0];
    while (i < old.length || j < fresh.length) {
      const isOld = j >= fresh.length || (i < old.length && old[i]! < fresh[j]!);
      const key = isOld ? old[i++]! : fresh[j++]!;
      const unit = key - Math.floor(key / UNITS) * UNITS;
      // A unit whose moment was set anew stands where it is now, and nowhere else.
      if (key !== this.#keyOf(unit) || (count > 0 && keys[count - 1] === key)) continue;
      keys[count] = key;
      units[count++] = unit;
    }
    this.#keys = keys.subarray(0, count);
    this.#units = units.subarray(0, count);
    this.#changed = [];
  }
}
