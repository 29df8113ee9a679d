import type { Condition } from '@turnout/core';
import type { SegmentAnswer } from '@turnout/server/contracts';
import type { Pieces } from '../flag/merge-pieces.ts';

/** What somebody has typed of a segment. */
export interface SegmentDraft {
  name: string;
  description: string;
  by: string;
  included: readonly string[];
  excluded: readonly string[];
  if: Condition | null;
}

export const LISTS = ['included', 'excluded'] as const;
export type List = (typeof LISTS)[number];

export function readSegment({ name, description, by, included, excluded, if: rule }: SegmentAnswer): SegmentDraft {
  return { name, description, by, included, excluded, if: rule };
}

const taken = new WeakMap<SegmentDraft, Pieces>();

/**
 * In pieces: each member of a list is one, so that what two people add and take out is brought together as sets are. A
 * draft is never altered, and its lists are long: it is taken apart once.
 */
export function takeSegmentApart(draft: SegmentDraft): Pieces {
  const known = taken.get(draft);
  if (known !== undefined) return known;
  const { included, excluded, ...fields } = draft;
  const parts = new Map<string, unknown>(Object.entries(fields));
  for (const one of included) parts.set(placeOf('included', one), true);
  for (const one of excluded) parts.set(placeOf('excluded', one), true);
  const pieces = { order: [], parts };
  taken.set(draft, pieces);
  return pieces;
}

export function putSegmentTogether({ parts }: Pieces): SegmentDraft {
  const fields: Record<string, unknown> = {};
  const lists: Record<List, string[]> = { included: [], excluded: [] };
  for (const [place, value] of parts) {
    const list = listOf(place);
    if (list === undefined) fields[place] = value;
    else lists[list].push(place.slice(list.length + 1));
  }
  const { name, description, by, if: rule } = fields as Omit<SegmentDraft, List>;
  return { name, description, by, if: rule, included: inOrder(lists.included), excluded: inOrder(lists.excluded) };
}

const placeOf = (list: List, member: string) => `${list} ${member}`;

/** The list that a piece is a member of; undefined where it is a field. */
export function listOf(place: string): List | undefined {
  return LISTS.find((list) => place.startsWith(`${list} `));
}

/** Each once, in the order in which they are stored. */
export function inOrder(members: Iterable<string>): string[] {
  return [...new Set(members)].sort();
}

/** Who stands in both lists: they are out. */
export function inBoth({ included, excluded }: Pick<SegmentDraft, List>): string[] {
  const out = new Set(excluded);
  return out.size === 0 ? [] : included.filter((one) => out.has(one));
}
