import type { JsonValue, Patch } from '@turnout/core';

/** An environment that a change altered, as far as whoever reads of it may see. */
export interface ToldPlace {
  key: string;
  /** Read only where it is needed: the patch of an import is long. */
  patch(): Patch;
}

/** What of an entry is told in words: both sides in the form in which its room logged them. */
export interface ToldChange {
  action: string;
  /** The part of the subject before the slash, and the part after it. */
  kind: string;
  key: string;
  before: JsonValue;
  after: JsonValue;
  undoes: number | null;
  erased: boolean;
  places: readonly ToldPlace[];
}

/** How the changes of one kind of subject are told. The rooms that log them give one each. */
export interface Teller {
  /** What stands before the slash of the subjects that it knows: `flag`, `segment`. */
  kind: string;
  /** One plain sentence without a full stop; empty where it has nothing to say of such an entry. */
  tell(change: ToldChange): string;
}

type Fields = { [name: string]: JsonValue };

/** A line of a list; what is longer is read in the entry itself. */
const LONGEST = 300;
const PAST: Record<string, string> = {
  create: 'made',
  update: 'changed',
  delete: 'deleted',
  archive: 'archived',
  unarchive: 'brought back',
  revoke: 'revoked',
  rotate: 'rotated',
  on: 'turned on',
  off: 'turned off',
  kill: 'killed',
  restore: 'restored',
  configure: 'changed',
  serve: 'changed',
  import: 'imported',
  undo: 'put back',
  'new-epoch': 'began a new history',
};

/** What a change did, in one plain sentence: computed whenever it is asked for, and stored nowhere. */
export function tellChange(change: ToldChange, tellers: readonly Teller[]): string {
  const teller = change.erased ? undefined : tellers.find(({ kind }) => kind === change.kind);
  const told = teller?.tell(change) || tellPlainly(change);
  const text = change.undoes === null ? told : `${told}; this undoes change ${change.undoes}`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text;
}

/** `new-cart`, or `new-cart in staging and production`. */
export function nameWithPlaces(key: string, places: readonly string[]): string {
  return places.length === 0 ? key : `${key} in ${joinWords(places)}`;
}

export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `1 member`, `3 members`. */
export const countOf = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export function asFields(value: JsonValue | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** What can be said of any subject: what was done to it, and which of its plain fields changed. */
function tellPlainly({ kind, key, action, before, after, erased, places }: ToldChange): string {
  const verb = action.slice(action.indexOf('.') + 1);
  const done = PAST[verb] ?? verb.replaceAll('-', ' ');
  const subject = nameWithPlaces(
    key === '' ? kind : `${kind} ${key}`,
    places.map((place) => place.key),
  );
  if (erased) return `${subject}: ${done}; what it held was erased`;
  const [was, is] = [asFields(before) ?? {}, asFields(after) ?? {}];
  const name = asFields(before) === undefined && typeof is.name === 'string' && is.name !== '' ? ` “${is.name}”` : '';
  const changed = changedFields(was, is);
  return `${subject}${name}: ${changed.length > 0 ? changed.join(', ') : done}`;
}

/** Fields with a before and an after that can be read in a line. */
export function changedFields(was: Fields, is: Fields): string[] {
  return Object.keys(is).flatMap((field) => {
    if (!Object.hasOwn(was, field) || JSON.stringify(was[field]) === JSON.stringify(is[field])) return [];
    const [from, to] = [plain(was[field]), plain(is[field])];
    return [from === undefined || to === undefined ? `${field} changed` : `${field} ${from} → ${to}`];
  });
}

/** A value in words; undefined for what is too long or has parts. */
export function plain(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value === 'object') return undefined;
  const text = String(value);
  return text.length > 60 || text.includes('\n') ? undefined : text;
}
