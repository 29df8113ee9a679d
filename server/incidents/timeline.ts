import type { JsonValue } from '@turnout/core';
import { type ChangeWords, showChange } from '../changes/change.ts';
import { type Entry, listEntries } from '../changes/change-store.ts';
import { asFields } from '../changes/tell-change.ts';
import type { Db } from '../database/connect.ts';
import type { Incident } from './change-incident.ts';
import type { TimelineItem } from './contract.ts';

/**
 * Entries of the log while it was open, newest first: all that was done in its environments, and all that is its own. One
 * more than `limit`, to see whether there are more.
 */
export async function readTimeline(
  db: Db,
  { row, places }: Incident,
  only: readonly number[] | undefined,
  page: { limit: number; seq: number | undefined },
): Promise<Entry[]> {
  const seen = places.map(({ environmentId }) => environmentId).filter((id) => only === undefined || only.includes(id));
  const filter = {
    environmentIds: [...new Set(seen)],
    since: row.openedAt,
    until: row.closedAt ?? undefined,
    orSubject: `incident/${row.id}`,
  };
  return listEntries(db, row.projectId, filter, { ...page, order: 'newest' });
}

/** An entry as the timeline of an incident shows it. */
export function showMoment(
  written: Entry,
  { row, places }: Incident,
  only: readonly number[] | undefined,
  words: ChangeWords,
): TimelineItem {
  const seen = places.filter(({ environmentId }) => only === undefined || only.includes(environmentId));
  const isOwn = written.subject === `incident/${row.id}`;
  const entry =
    isOwn && only !== undefined ? withoutOthers(written, new Set(seen.map((one) => one.environment))) : written;
  const item = showChange(entry, only, words);
  if (!isOwn) {
    return { ...item, kind: entry.killId === null ? 'change' : 'kill', text: null };
  }
  const after = asFields(entry.body?.after) ?? {};
  return { ...item, kind: kindOf(entry.action, after), text: typeof after.note === 'string' ? after.note : null };
}

/** What it says of environments that its reader may not see is left out: an incident may be in several. */
function withoutOthers(entry: Entry, seen: ReadonlySet<string>): Entry {
  const isSeen = (place: JsonValue | undefined) => seen.has(String(asFields(place)?.environment));
  const clean = (side: JsonValue | undefined): JsonValue => {
    const { places, kill, signal, ...rest } = asFields(side) ?? {};
    return {
      ...rest,
      ...(Array.isArray(places) ? { places: places.filter(isSeen) } : {}),
      ...(isSeen(kill) && kill !== undefined ? { kill } : {}),
      ...(isSeen(signal) && signal !== undefined ? { signal } : {}),
    };
  };
  const { body } = entry;
  return body === undefined
    ? entry
    : { ...entry, body: { ...body, before: clean(body.before), after: clean(body.after) } };
}

function kindOf(action: string, after: object): TimelineItem['kind'] {
  if (action === 'incident.open') return 'opened';
  if (action === 'incident.note') return 'note';
  if (action === 'incident.close') return 'closed';
  if (action === 'incident.reopen') return 'reopened';
  if (action === 'incident.join') return 'signal' in after ? 'signal' : 'joined';
  return 'edited';
}
