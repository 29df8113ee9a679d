const FIRST_UNITS = 64;

/** A copy of twice the length. */
function doubled<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(array: T, fill: number): T {
  const made = new (array.constructor as new (length: number) => T)(array.length * 2);
  if (fill !== 0) made.fill(fill);
  made.set(array as never);
  return made;
}

/** Numbers of units, by the number that a table gave the unit: as long as there are units, and `fill` where none was set. */
export class UnitColumn<T extends Uint8Array | Float64Array> {
  values: T;
  readonly #fill: number;

  constructor(make: (length: number) => T, fill: number) {
    this.values = make(FIRST_UNITS);
    this.#fill = fill;
    if (fill !== 0) this.values.fill(fill);
  }

  get(unit: number): number {
    return unit < this.values.length ? this.values[unit]! : this.#fill;
  }

  set(unit: number, value: number): void {
    while (unit >= this.values.length) this.values = doubled(this.values, this.#fill);
    this.values[unit] = value;
  }
}

export const byteColumn = (): UnitColumn<Uint8Array> => new UnitColumn((length) => new Uint8Array(length), 0);
export const momentColumn = (): UnitColumn<Float64Array> =>
  new UnitColumn((length) => new Float64Array(length), Number.POSITIVE_INFINITY);

/**
 * Distinct units by their 64-bit hashes, numbered from 0 as they come. Open addressing in typed arrays: a unit takes
 * twenty bytes or so, and a million of them no time of the garbage collector.
 */
export class UnitTable {
  size = 0;
  highs = new Uint32Array(FIRST_UNITS);
  lows = new Uint32Array(FIRST_UNITS);
  /** The number of a unit and one, by where its hash says; 0 is free. */
  #places = new Int32Array(FIRST_UNITS * 2);

  /** The unit's number, −1 where it is not in it. */
  find(high: number, low: number): number {
    return this.#places[this.#placeOf(high, low)]! - 1;
  }

  /** The unit's number, a new one where it was not in it. */
  add(high: number, low: number): number {
    const place = this.#placeOf(high, low);
    const found = this.#places[place]! - 1;
    if (found >= 0) return found;
    const unit = this.size;
    if (unit === this.highs.length) {
      this.highs = doubled(this.highs, 0);
      this.lows = doubled(this.lows, 0);
    }
    this.highs[unit] = high;
    this.lows[unit] = low;
    this.#places[place] = unit + 1;
    this.size = unit + 1;
    if (this.size * 2 > this.#places.length) this.#spread();
    return unit;
  }

  /** Where the unit is, or the free place where it would be. The low half is spread evenly in a small sample, too. */
  #placeOf(high: number, low: number): number {
    const mask = this.#places.length - 1;
    let place = low & mask;
    for (let unit = this.#places[place]!; unit !== 0; unit = this.#places[place]!) {
      if (this.lows[unit - 1] === low && this.highs[unit - 1] === high) return place;
      place = (place + 1) & mask;
    }
    return place;
  }

  #spread(): void {
    const places = new Int32Array(this.#places.length * 2);
    const mask = places.length - 1;
    for (let unit = 0; unit < this.size; unit++) {
      let place = this.lows[unit]! & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = unit + 1;
    }
    this.#places = places;
  }
}
