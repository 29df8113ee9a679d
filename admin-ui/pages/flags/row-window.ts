/** With the head of the table, at most 60 rows are in the page, however many flags there are. */
export const MOST_ROWS = 59;
/** Rows beyond the edges, so that a turn of the wheel finds them drawn. */
const SPARE = 8;

export interface RowWindow {
  first: number;
  count: number;
  /** How many there would be of a list without an end: rows beyond the edge give their elements to those that come. */
  ring: number;
}

interface Shown {
  total: number;
  /** All rows are of one height. */
  rowHeight: number;
  /** How far the first row lies above what can be seen. */
  from: number;
  /** How much can be seen. */
  height: number;
}

/** Which rows to draw. What can be seen comes first; what is left of the most goes beyond the edges. */
export function windowOf({ total, rowHeight, from, height }: Shown): RowWindow {
  const visible = Math.min(MOST_ROWS, Math.ceil(Math.max(0, height) / rowHeight) + 1);
  const spare = Math.min(SPARE, Math.floor((MOST_ROWS - visible) / 2));
  const ring = visible + 2 * spare;
  const count = Math.min(total, ring);
  const first = Math.floor(Math.max(0, from) / rowHeight) - spare;
  return { first: Math.max(0, Math.min(first, total - count)), count, ring };
}

/** The row to go to by a key; undefined where the key moves nobody. `page` is how many rows can be seen. */
export function rowByKey(key: string, { at, total, page }: { at: number; total: number; page: number }) {
  const target = {
    ...{ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: total - 1 },
    ...{ PageDown: at + page, PageUp: at - page },
  }[key];
  return target === undefined || total === 0 ? undefined : Math.max(0, Math.min(total - 1, target));
}

/** The keys from one row to another, both among them; of one alone where the other is gone. */
export function rangeOf(keys: readonly string[], from: string, to: string): string[] {
  const [a, b] = [keys.indexOf(from), keys.indexOf(to)];
  if (a === -1 || b === -1) return [to];
  return keys.slice(Math.min(a, b), Math.max(a, b) + 1);
}
