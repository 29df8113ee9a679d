/** How many are under way at each place. */
export type Taken = Map<string, number>;

/**
 * What waits its turn, where only so many may be under way at one place at a time: what is elsewhere goes before it, so a
 * place where everything takes long takes nobody else's time.
 */
export class OpenPlaces<T> {
  readonly #most: number;
  readonly #placesOf: (one: T) => readonly string[];
  readonly #waiting: T[];
  readonly #taken: Taken;
  /** Where those that went are: that stays as it was, whatever they would have to wait for by now. */
  readonly #gone = new Map<T, readonly string[]>();

  /** `taken` is given where others go to the same places, who began before and are there still. */
  constructor(
    waiting: readonly T[],
    { most, placesOf, taken = new Map() }: { most: number; placesOf(one: T): readonly string[]; taken?: Taken },
  ) {
    this.#waiting = [...waiting];
    this.#most = most;
    this.#placesOf = placesOf;
    this.#taken = taken;
  }

  /** How many wait still. */
  get left(): number {
    return this.#waiting.length;
  }

  /** Those that wait because one of their places is full. */
  get full(): T[] {
    return this.#waiting.filter((one) => !this.#mayGo(one));
  }

  /** The first that may go; undefined where none may before another is done. */
  take(): T | undefined {
    const at = this.#waiting.findIndex((one) => this.#mayGo(one));
    if (at === -1) return undefined;
    const [one] = this.#waiting.splice(at, 1) as [T];
    const places = this.#placesOf(one);
    this.#gone.set(one, places);
    for (const place of places) this.#taken.set(place, this.#count(place) + 1);
    return one;
  }

  /** It is done, and makes room for another. */
  done(one: T): void {
    for (const place of this.#gone.get(one) ?? []) {
      const left = this.#count(place) - 1;
      // Places come and go for as long as the process runs.
      if (left > 0) this.#taken.set(place, left);
      else this.#taken.delete(place);
    }
    this.#gone.delete(one);
  }

  #mayGo(one: T): boolean {
    return this.#placesOf(one).every((place) => this.#count(place) < this.#most);
  }

  #count(place: string): number {
    return this.#taken.get(place) ?? 0;
  }
}
