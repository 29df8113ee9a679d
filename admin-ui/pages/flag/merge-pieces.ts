import { sameValue } from '../../parts/same-value.ts';

/** Something that is edited, as pieces by their names, and the order of those that have one. */
export interface Pieces {
  order: readonly string[];
  parts: ReadonlyMap<string, unknown>;
}

/** The name under which two orders are in each other's way. */
export const ORDER = 'order';

/** A piece that two people changed, each in a way of their own; undefined is a piece that was taken out. */
export interface Conflict {
  place: string;
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  pieces: Pieces;
  /** Where the merged pieces have mine, for now. */
  conflicts: Conflict[];
}

/**
 * Brings together what two people made of the same thing: a piece that one of them changed is theirs, one that both
 * changed alike is so, and one that both changed differently is a conflict. Nothing that was typed is lost: as long as
 * nobody has chosen, mine stands.
 */
export function mergePieces(base: Pieces, mine: Pieces, theirs: Pieces): Merged {
  const parts = new Map<string, unknown>();
  const conflicts: Conflict[] = [];
  for (const place of new Set([...theirs.parts.keys(), ...mine.parts.keys(), ...base.parts.keys()])) {
    const [was, my, their] = [base.parts.get(place), mine.parts.get(place), theirs.parts.get(place)];
    const chosen = sameValue(was, my) ? their : my;
    if (!sameValue(was, my) && !sameValue(was, their) && !sameValue(my, their)) {
      conflicts.push({ place, mine: my, theirs: their });
    }
    if (chosen !== undefined) parts.set(place, chosen);
  }
  const order = mergeOrders(base.order, mine.order, theirs.order);
  if (order.conflict) conflicts.push({ place: ORDER, mine: mine.order, theirs: theirs.order });
  return { pieces: { order: order.order.filter((place) => parts.has(place)), parts }, conflicts };
}

function mergeOrders(base: readonly string[], mine: readonly string[], theirs: readonly string[]) {
  const shared = base.filter((place) => mine.includes(place) && theirs.includes(place));
  const among = (order: readonly string[]) => order.filter((place) => shared.includes(place));
  const iMoved = !sameValue(among(base), among(mine));
  const theyMoved = !sameValue(among(base), among(theirs));
  const conflict = iMoved && theyMoved && !sameValue(among(mine), among(theirs));
  const order = iMoved ? insertFrom(mine, theirs) : insertFrom(theirs, mine);
  return { order, conflict };
}

/** An order with what only the other one has: each after the one that it follows there. */
function insertFrom(order: readonly string[], other: readonly string[]): string[] {
  const merged = [...order];
  for (const [at, place] of other.entries()) {
    if (merged.includes(place)) continue;
    const before = other.slice(0, at).findLast((one) => merged.includes(one));
    merged.splice(before === undefined ? 0 : merged.indexOf(before) + 1, 0, place);
  }
  return merged;
}

/** The pieces with one of them as somebody chose it; what comes back stands where it stands in `order`. */
export function choosePiece(
  { order, parts }: Pieces,
  { place, value }: { place: string; value: unknown },
  stored: readonly string[],
): Pieces {
  if (place === ORDER) return { parts, order: insertFrom(value as readonly string[], order) };
  const chosen = new Map(parts);
  if (value === undefined) chosen.delete(place);
  else chosen.set(place, value);
  const without = stored.filter((one) => one === place || order.includes(one));
  return { order: value === undefined ? order : insertFrom(order, without), parts: chosen };
}

export function samePieces(a: Pieces, b: Pieces): boolean {
  return sameValue(a.order, b.order) && sameValue(Object.fromEntries(a.parts), Object.fromEntries(b.parts));
}
