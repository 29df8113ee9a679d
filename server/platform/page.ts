import { z } from '@hono/zod-openapi';
import { invalid } from './problem.ts';

/** What every list takes: `?limit=50&cursor=…`. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** One page of a list; `next` is the cursor of the following one, or null. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The shape of a list in the contracts. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/**
 * Makes a page of what a store read: it asks for `limit + 1` rows after the cursor, and the one too many tells that
 * there is more. A cursor is the place of the last item, a text or a number that the list is sorted by. It opens
 * nothing: whoever makes one up only starts elsewhere in the same list, for stores look inside their scope.
 */
export function makePage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  placeOf: (row: Row) => string | number,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(toItem), next: more ? writeCursor(placeOf(last)) : null };
}

export function writeCursor(place: string | number): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The text after which a list goes on; undefined at its start. */
export function textAfter(query: PageQuery): string | undefined {
  const place = readCursor(query.cursor);
  if (place !== undefined && typeof place !== 'string') throw badCursor();
  return place;
}

/** The number at which a list goes on; undefined at its start. */
export function numberAfter(query: PageQuery): number | undefined {
  const place = readCursor(query.cursor);
  if (place !== undefined && !Number.isSafeInteger(place)) throw badCursor();
  return place as number | undefined;
}

function readCursor(cursor: string | undefined): unknown {
  if (cursor === undefined) return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (typeof place === 'number' || (typeof place === 'string' && !place.includes('\u0000'))) return place;
  } catch {
    // Told below, like a cursor of the wrong kind.
  }
  throw badCursor();
}

const badCursor = () =>
  invalid([{ path: '/query/cursor', code: 'bad_cursor', expected: 'the `next` of an earlier page of this list' }]);
