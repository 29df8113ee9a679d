import { ACTION_GROUPS } from '../../parts/change-words.ts';

/** What the address of the list says, and the list is narrowed by. Everything is optional. */
export interface ChangeFilter {
  /** An environment's key. */
  in: string;
  /** What kind of thing was changed: what stands before the slash of a subject. */
  about: string;
  /** A flag's key; then `about` says nothing more. */
  flag: string;
  actor: string;
  /** A group of actions. */
  did: string;
  way: string;
  /** A span that ends now, or `between` with `from` and `to`. */
  time: string;
  from: string;
  to: string;
}

export const FILTER_NAMES = ['in', 'about', 'flag', 'actor', 'did', 'way', 'time', 'from', 'to'] as const;

const MINUTE = 60_000;
/** Spans that end now, by what they are called in an address. */
export const SPANS: Record<string, { words: string; ms: number }> = {
  '30m': { words: 'Last 30 minutes', ms: 30 * MINUTE },
  '1h': { words: 'Last hour', ms: 60 * MINUTE },
  '24h': { words: 'Last 24 hours', ms: 24 * 60 * MINUTE },
  '7d': { words: 'Last 7 days', ms: 7 * 24 * 60 * MINUTE },
  '30d': { words: 'Last 30 days', ms: 30 * 24 * 60 * MINUTE },
};

export const ABOUT: Record<string, string> = {
  flag: 'Flags',
  segment: 'Segments',
  key: 'Keys',
  token: 'Tokens',
  member: 'Members',
  environment: 'Environments',
  project: 'The project',
  import: 'Imports',
};

export const WAYS: Record<string, string> = {
  growing: '↑ Some may get something new',
  safe: '↓ Towards safe',
  none: '= Nobody gets anything else',
};

/** The filter that an address names. */
export function readFilter(query: Record<string, string>): ChangeFilter {
  const read = (name: (typeof FILTER_NAMES)[number]) => (Object.hasOwn(query, name) ? (query[name] ?? '') : '');
  return {
    ...{ in: read('in'), about: read('about'), flag: read('flag'), actor: read('actor'), did: read('did') },
    ...{ way: read('way'), time: read('time'), from: read('from'), to: read('to') },
  };
}

/** What the API is asked for. What is not understood of an address narrows nothing. */
export function askFor(filter: ChangeFilter, now: number): Record<string, string | undefined> {
  const known = (table: object, name: string) => (Object.hasOwn(table, name) ? name : undefined);
  const about = known(ABOUT, filter.about);
  const span = known(SPANS, filter.time);
  const between = filter.time === 'between';
  const since = span === undefined ? undefined : new Date(now - (SPANS[span]?.ms ?? 0)).toISOString();
  return {
    environment: filter.in || undefined,
    subject: filter.flag === '' ? about && `${about}/*` : `flag/${filter.flag}`,
    actor: filter.actor || undefined,
    action: known(ACTION_GROUPS, filter.did) && ACTION_GROUPS[filter.did]?.actions,
    direction: known(WAYS, filter.way),
    since: between ? momentOf(filter.from) : since,
    until: between ? momentOf(filter.to) : undefined,
  };
}

/** A moment as the browser's own field has it (`2026-03-01T12:00`, by the clock of the place), as the API takes it. */
function momentOf(typed: string): string | undefined {
  const at = typed === '' ? Number.NaN : Date.parse(typed);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export function isNarrowed(filter: ChangeFilter): boolean {
  return Object.values(filter).some((value) => value !== '');
}
