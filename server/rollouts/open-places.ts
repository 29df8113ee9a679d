/**
 * What waits its turn, where only so many may be under way at one place at a time: what is elsewhere goes before it, so a
 * place where everything takes long takes nobody else's time.
 */
export class OpenPlaces<T> {
  readonly #most: number;
  readonly #placesOf: (one: T) => readonly string[];
  readonly #waiting: T[];
  readonly #taken = new Map<string, number>();

  constructor(waiting: readonly T[], { most, placesOf }: { most: number; placesOf(one: T): readonly string[] }) {
    this.#waiting = [...waiting];
    this.#most = most;
    this.#placesOf = placesOf;
  }

  /** How many wait still. */
  get left(): number {
    return this.#waiting.length;
  }

  /** The first that may go; undefined where none may before another is done. */
  take(): T | undefined {
    const at = this.#waiting.findIndex((one) => this.#placesOf(one).every((place) => this.#count(place) < this.#most));
    if (at === -1) return undefined;
    const [one] = this.#waiting.splice(at, 1) as [T];
    for (const place of this.#placesOf(one)) this.#taken.set(place, this.#count(place) + 1);
    return one;
  }

  /** It is done, and makes room for another. */
  done(one: T): void {
    for (const place of this.#placesOf(one)) this.#taken.set(place, this.#count(place) - 1);
  }

  #count(place: string): number {
    return this.#taken.get(place) ?? 0;
  }
}
