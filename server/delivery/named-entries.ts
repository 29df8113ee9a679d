import { invalid } from '../platform/problem.ts';
import type { HeldRulesets, Served } from './served.ts';

/** An entry's id, as nodes make them and a little beyond, so that a later node may make others. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MOST_NAMED = 1_000;

/** The ids of the overlay entries that a client holds, out of its `Turnout-Overlay`. Throws where they are none. */
export function readNamed(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : header;
  if (text === undefined || text.trim() === '') return [];
  const ids = text.split(',').map((id) => id.trim());
  if (ids.length <= MOST_NAMED && ids.every((id) => ID.test(id))) return ids;
  throw invalid([
    {
      path: '/header/turnout-overlay',
      code: 'bad_header',
      expected: `at most ${MOST_NAMED} ids of overlay entries, separated by commas`,
    },
  ]);
}

/** What is served, and which of the ids that a client named its base records. */
export interface NamedAnswer {
  served: Served;
  settled: readonly string[];
}

/**
 * Answers the ids that a client named. Those that memory knows are answered from there; only others may be so old that
 * the database is asked. An entry that lies over the base is not settled, whatever anybody says.
 */
export async function answerNamed(flags: HeldRulesets, served: Served, ids: readonly string[]): Promise<NamedAnswer> {
  const unknown = unknownAmong(served, ids);
  if (unknown.length === 0) return { served, settled: settledOf(served, ids, []) };
  const old = await flags.settledAmong(served.environmentId, unknown);
  const now = flags.served(served.environmentId) ?? served;
  // What one history records says nothing of another, which may have begun while the database was asked.
  if (now.base.epoch !== served.base.epoch) return answerNamed(flags, now, ids);
  return { served: now, settled: settledOf(now, ids, old) };
}

/** Those of the ids of which memory knows nothing, so that answering them asks the database. */
export function unknownAmong({ settled, overlay }: Served, ids: readonly string[]): string[] {
  const known = new Set([...settled, ...overlay.map(({ id }) => id)]);
  return ids.filter((id) => !known.has(id));
}

function settledOf(served: Served, ids: readonly string[], old: readonly string[]): string[] {
  const recorded = new Set([...served.settled, ...old]);
  const lying = new Set(served.overlay.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => recorded.has(id) && !lying.has(id));
}
