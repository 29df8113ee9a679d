import { Store } from '../../client/store.ts';
import { sameValue } from '../../parts/same-value.ts';
import { type Conflict, choosePiece, mergePieces, ORDER, type Pieces, samePieces } from './merge-pieces.ts';

/** How something is taken to pieces that two people can change on their own. */
export interface Shape<D> {
  takeApart(draft: D): Pieces;
  putTogether(pieces: Pieces): D;
}

/** Where what is typed outlives the page: the storage of this tab. */
export interface Shelf {
  read(name: string): string | null;
  write(name: string, text: string | null): void;
}

/** Who stored what the draft is held against, and why. */
export interface Author {
  name: string;
  reason: string | null;
}

export interface OpenConflict extends Conflict {
  by: Author;
}

export interface DeskState<D> {
  /** What is stored, as far as this page knows, and the version of it that saving replaces. */
  base: D;
  version: number;
  draft: D;
  /** Where both changed the same and nobody has chosen yet; the draft has mine. */
  conflicts: OpenConflict[];
}

/** What a newer version brought: the pieces that are now theirs, and whether anybody has to choose. */
export interface Taken {
  arrived: string[];
  conflicts: number;
}

/** A draft beside what is stored. It is on the shelf as long as it says something else. */
export class Desk<D> {
  readonly state = new Store<DeskState<D> | undefined>(undefined);
  readonly #name: string;
  readonly #shape: Shape<D>;
  readonly #shelf: Shelf;

  constructor(name: string, shape: Shape<D>, shelf: Shelf) {
    this.#name = name;
    this.#shape = shape;
    this.#shelf = shelf;
  }

  get isChanged(): boolean {
    const now = this.state.value;
    return now !== undefined && !this.#same(now.base, now.draft);
  }

  /** Takes what is stored. What was typed against an older version is brought together with it. */
  take(stored: D, version: number, by: Author): Taken {
    const before = this.state.value ?? this.#readShelf();
    if (before === undefined || (before.version === version && !this.#differs(before))) {
      this.#put({ base: stored, version, draft: stored, conflicts: [] });
      return { arrived: before === undefined ? [] : this.#arrived(before.base, stored), conflicts: 0 };
    }
    const merged = mergePieces(this.#apart(before.base), this.#apart(before.draft), this.#apart(stored));
    const fresh = merged.conflicts.map((conflict) => ({ ...conflict, by }));
    const theirs = this.#apart(stored);
    const still = before.conflicts.filter(({ place, mine }) => {
      return !fresh.some((one) => one.place === place) && !sameValue(mine, pieceOf(theirs, place));
    });
    const conflicts = [...still, ...fresh];
    this.#put({ base: stored, version, draft: this.#shape.putTogether(merged.pieces), conflicts });
    const arrived = this.#arrived(before.base, stored).filter((place) => !conflicts.some((one) => one.place === place));
    return { arrived, conflicts: conflicts.length };
  }

  edit(draft: D): void {
    const now = this.state.value;
    if (now !== undefined) this.#put({ ...now, draft });
  }

  /** Ends a conflict: with what I have, or with what they stored. */
  choose(place: string, side: 'mine' | 'theirs'): void {
    const now = this.state.value;
    const conflict = now?.conflicts.find((one) => one.place === place);
    if (now === undefined || conflict === undefined) return;
    const base = this.#apart(now.base);
    const value = side === 'mine' ? pieceOf(this.#apart(now.draft), place) : conflict.theirs;
    const chosen = choosePiece(this.#apart(now.draft), { place, value }, base.order);
    const conflicts = now.conflicts.filter((one) => one !== conflict);
    this.#put({ ...now, draft: this.#shape.putTogether(chosen), conflicts });
  }

  /** Back to what is stored. */
  discard(): void {
    const now = this.state.value;
    if (now !== undefined) this.#put({ ...now, draft: now.base, conflicts: [] });
  }

  /** It was stored as it stands: what comes back is the new ground, and nothing is left to be said. */
  settle(stored: D, version: number): void {
    this.#put({ base: stored, version, draft: stored, conflicts: [] });
  }

  #put(state: DeskState<D>): void {
    this.state.value = state;
    this.#shelf.write(this.#name, this.#differs(state) ? JSON.stringify(state) : null);
  }

  #readShelf(): DeskState<D> | undefined {
    const text = this.#shelf.read(this.#name);
    if (text === null) return undefined;
    try {
      const kept = JSON.parse(text) as DeskState<D>;
      this.#shape.takeApart(kept.draft);
      return { ...kept, conflicts: kept.conflicts ?? [] };
    } catch {
      // What cannot be read any more was written by another version of this page.
      return undefined;
    }
  }

  #differs({ base, draft, conflicts }: DeskState<D>): boolean {
    return conflicts.length > 0 || !this.#same(base, draft);
  }

  #same(a: D, b: D): boolean {
    return samePieces(this.#apart(a), this.#apart(b));
  }

  #apart(draft: D): Pieces {
    return this.#shape.takeApart(draft);
  }

  #arrived(before: D, after: D): string[] {
    const [was, is] = [this.#apart(before), this.#apart(after)];
    const changed = [...is.parts].filter(([place, value]) => !sameValue(value, was.parts.get(place)));
    return changed.map(([place]) => place);
  }
}

function pieceOf({ order, parts }: Pieces, place: string): unknown {
  return place === ORDER ? order : parts.get(place);
}
