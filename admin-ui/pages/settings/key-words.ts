import type { KeyAnswer } from '@turnout/server/contracts';

export type KeyKind = KeyAnswer['kind'];

/** What the kinds of keys are for, in the order in which one needs them. */
export const KINDS: Record<KeyKind, { title: string; who: string; may: string; none: string }> = {
  server: {
    title: 'Server keys',
    who: 'for apps on machines of your own',
    may: 'Reads every flag and rule of this environment, evaluates, and says which app put what in force. It changes nothing. Keep it secret: a browser that comes with one is refused.',
    none: 'No app can connect yet. Make a key, give it to the app as TURNOUT_KEY, and it appears under Fleet.',
  },
  client: {
    title: 'Client keys',
    who: 'for pages and apps in the hands of others',
    may: 'Asks for values of flags that are marked as visible to clients, and for nothing else. It is no secret, for it is in every page; the origins say whose pages may use it.',
    none: 'Pages that ask for flags themselves need one.',
  },
  kill: {
    title: 'Kill keys',
    who: 'for runbooks, alarms and whoever is on call',
    may: 'Kills flags and sees who has obeyed. It can turn nothing on, read nothing and restore nothing, and it works while the database is down.',
    none: 'A runbook with a kill key needs no account and no database. Make one before the night in which you need it.',
  },
};

/** What a key is limited to, in one sentence. */
export function tellLimits({
  kind,
  origins,
  flags,
  tags,
}: Pick<KeyAnswer, 'kind' | 'origins' | 'flags' | 'tags'>): string {
  if (kind === 'server') return 'all flags';
  if (kind === 'client') {
    if (origins.includes('*')) return 'pages of every origin';
    return origins.length === 0 ? 'no page: it lists no origin yet' : `pages of ${origins.join(', ')}`;
  }
  if (flags === null && tags === null) return 'every flag of this environment';
  const parts = [
    ...(flags === null ? [] : [`flags ${flags.join(', ')}`]),
    ...(tags === null ? [] : [`flags with the tag ${tags.join(' or ')}`]),
  ];
  return parts.join(', and ');
}

/** True where nobody may use a key: nothing is left to be done with it. */
export function isOver({ state }: Pick<KeyAnswer, 'state'>): boolean {
  return state !== 'live';
}
