import type { Condition } from '@turnout/core';
import { sameValue } from '../../parts/same-value.ts';
import { tellCondition } from '../../parts/tell-condition.ts';
import type { ToldChange } from '../flag/tell-draft.ts';
import { LISTS, type List, listOf, type SegmentDraft } from './segment-draft.ts';

const MOST_NAMED = 8;

const TITLES: Record<string, string> = {
  name: 'Name',
  description: 'Description',
  by: 'What is looked up',
  included: 'Always in',
  excluded: 'Never in',
  if: 'Rule',
};

/** A piece of a segment, by the name that the screen has for it. */
export function titleOfSegment(place: string): string {
  return TITLES[listOf(place) ?? place] ?? place;
}

/** The titles of pieces, each once: of a list a thousand members may have come. */
export function titlesOf(places: readonly string[]): string[] {
  return [...new Set(places.map(titleOfSegment))];
}

export function tellSegmentPiece(place: string, value: unknown): string {
  if (place === 'if') return value === null ? 'no rule' : tellCondition(value as Condition);
  return value === '' || value === undefined ? 'nothing' : String(value);
}

/** What a draft changes of a segment, one thing a line. */
export function tellSegmentChanges(before: SegmentDraft, after: SegmentDraft): ToldChange[] {
  const fields = (['name', 'description', 'by', 'if'] as const).flatMap((place): ToldChange[] => {
    if (sameValue(before[place], after[place])) return [];
    const tell = (value: unknown) => tellSegmentPiece(place, value);
    return [{ place, title: titleOfSegment(place), was: tell(before[place]), is: tell(after[place]) }];
  });
  return [...fields, ...LISTS.flatMap((list) => tellList(list, before[list], after[list]))];
}

function tellList(list: List, before: readonly string[], after: readonly string[]): ToldChange[] {
  const { added, gone } = diffMembers(before, after);
  if (added.length === 0 && gone.length === 0) return [];
  const told = [
    ...(added.length > 0 ? [`${added.length} new: ${nameSome(added)}`] : []),
    ...(gone.length > 0 ? [`${gone.length} taken out: ${nameSome(gone)}`] : []),
  ];
  const many = ({ length }: readonly string[]) => (length === 1 ? '1 member' : `${length} members`);
  return [{ place: list, title: TITLES[list] ?? list, was: many(before), is: `${many(after)}; ${told.join('; ')}` }];
}

/** What leads from one list to the other. */
export function diffMembers(before: readonly string[], after: readonly string[]) {
  const [was, is] = [new Set(before), new Set(after)];
  return { added: after.filter((one) => !was.has(one)), gone: before.filter((one) => !is.has(one)) };
}

/** Some of them by name, and how many there are besides. */
export function nameSome(members: readonly string[], most = MOST_NAMED): string {
  const more = members.length - most;
  return more > 0 ? `${members.slice(0, most).join(', ')} and ${more} more` : members.join(', ');
}

/** Whom a segment holds, as one would say it. */
export function tellWho({ included, excluded, rule }: { included: number; excluded: number; rule: Condition | null }) {
  const who = [
    ...(included > 0 ? [`the ${included} that ${included === 1 ? 'is' : 'are'} always in`] : []),
    ...(rule === null ? [] : [`everybody for whom this holds: ${tellCondition(rule)}`]),
  ];
  if (who.length === 0) return 'Nobody is in it.';
  return `In it: ${who.join(', and ')}.${excluded > 0 ? ` Never in: ${excluded}.` : ''}`;
}
