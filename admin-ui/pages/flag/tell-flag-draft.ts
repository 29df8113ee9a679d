import { sameValue } from '../../parts/same-value.ts';
import { type FlagDraft, takeFlagApart } from './flag-draft.ts';
import type { ToldChange } from './tell-draft.ts';

const TITLES: Record<string, string> = {
  name: 'Name',
  description: 'Description',
  owner: 'Owner',
  tags: 'Tags',
  kind: 'Kind',
  clientVisible: 'Seen by browsers',
  variants: 'Variants',
  order: 'Order of variants',
};

/** A piece of what is said of a flag, by the name that the screen has for it. */
export function titleOfFlag(place: string): string {
  return TITLES[place] ?? place.replace(/^variant /, 'Variant ');
}

export function tellFlagPiece(_place: string, value: unknown): string {
  if (value === undefined) return 'taken out';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === '' ? 'nothing' : String(value);
}

/** What a draft changes of the flag of the project, one thing a line. */
export function tellFlagChanges(before: FlagDraft, after: FlagDraft): ToldChange[] {
  const [was, is] = [takeFlagApart(before).parts, takeFlagApart(after).parts];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((place): ToldChange[] => {
    const [old, now] = [was.get(place), is.get(place)];
    if (sameValue(old, now)) return [];
    const tell = (value: unknown) => (value === undefined ? undefined : tellFlagPiece(place, value));
    return [{ place, title: titleOfFlag(place), was: tell(old), is: tell(now) }];
  });
}
