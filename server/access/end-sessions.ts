import { asDatabaseProblem } from '../platform/database-problem.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain } from './key-place.ts';
import type { PeopleParts } from './people-parts.ts';
import { ROOT } from './principal.ts';
import { endSessionRow, endSessionRows } from './session-store.ts';

/** Whose session it is that asks. */
interface SignedIn {
  id: string;
  session: string;
}

/** The same patience as a kill's. */
const COMMIT_MS = 1_000;
const AWAY = new Set(['database_unavailable', 'busy']);

/** Ends one session of a person, on this node at once and everywhere within seconds. False where there is none. */
export async function endSession(parts: PeopleParts, person: SignedIn, session = person.session): Promise<boolean> {
  const ended = await orHold(parts, person, [session], async () => {
    const order = await orderOf(parts, person, 'session.end');
    const committed = await parts.commit<string[]>(order, async (tx, { now }) => {
      const row = await endSessionRow(tx, person.id, session, now);
      if (!row) return { result: [], touched: NO_RULESET, unchanged: true };
      return { result: [row.id], touched: NO_RULESET, after: { sessions: 1 } };
    });
    return committed.result ?? [];
  });
  return ended.length > 0;
}

/** Ends all sessions of a person; the one that asks as well. */
export async function endAllSessions(parts: PeopleParts, person: SignedIn): Promise<void> {
  await orHold(parts, person, sessionsOf(parts, person), async () => {
    const order = await orderOf(parts, person, 'session.end-all');
    const committed = await parts.commit<string[]>(order, async (tx, { now }) => {
      const ended = await endSessionRows(tx, person.id, now);
      return { result: ended, touched: NO_RULESET, after: { sessions: ended.length } };
    });
    return committed.result ?? [];
  });
}

/**
 * Through the database where it answers in time; otherwise what memory knows of these sessions ends on this node, for
 * good, and in the log and on the other nodes when the database is there again.
 */
async function orHold(
  parts: PeopleParts,
  person: SignedIn,
  sessions: readonly string[],
  commit: () => Promise<string[]>,
): Promise<string[]> {
  const late = () => new Problem('busy', 'The database did not answer in time.', { retryAfterSeconds: 1 });
  try {
    const ended = await withinDeadline(commit(), COMMIT_MS, late);
    for (const id of ended) parts.list.revokeHere(id);
    await readAgain(parts);
    return ended;
  } catch (caught) {
    const error = asDatabaseProblem(caught);
    if (!(error instanceof Problem && AWAY.has(error.code))) throw error;
    const known = sessionsOf(parts, person).filter((id) => sessions.includes(id));
    const at = parts.clock.now().toISOString();
    for (const credential of known) {
      const actor = `person:${person.id}`;
      await parts.revocations.hold({ v: 1, kind: 'revoke', credential, what: 'session', actor, at });
    }
    return known;
  }
}

function sessionsOf({ list }: PeopleParts, { id }: SignedIn): string[] {
  return list.people.listSessions().flatMap((session) => (session.person === id ? [session.id] : []));
}

async function orderOf(parts: PeopleParts, { id }: SignedIn, action: string) {
  const projectId = await parts.installationProject();
  return {
    ...{ projectId, environmentIds: [], principal: ROOT, actor: `person:${id}`, access: true as const },
    ...{ action, subject: `person/${id}` },
  };
}
