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

/** Ends one session of a person, on this node at once and everywhere within seconds. False where there is none. */
export async function endSession(parts: PeopleParts, person: SignedIn, session = person.session): Promise<boolean> {
  const order = await orderOf(parts, person, 'session.end');
  const committed = await parts.commit<boolean>(order, async (tx, { now }) => {
    const row = await endSessionRow(tx, person.id, session, now);
    if (!row) return { result: false, touched: NO_RULESET, unchanged: true };
    return { result: true, touched: NO_RULESET, after: { sessions: 1 } };
  });
  if (committed.result) parts.list.revokeHere(session);
  await readAgain(parts);
  return committed.result === true;
}

/** Ends all sessions of a person; the one that asks as well. */
export async function endAllSessions(parts: PeopleParts, person: SignedIn): Promise<void> {
  const order = await orderOf(parts, person, 'session.end-all');
  const committed = await parts.commit<string[]>(order, async (tx, { now }) => {
    const ended = await endSessionRows(tx, person.id, now);
    return { result: ended, touched: NO_RULESET, after: { sessions: ended.length } };
  });
  for (const id of committed.result ?? []) parts.list.revokeHere(id);
  await readAgain(parts);
}

async function orderOf(parts: PeopleParts, { id }: SignedIn, action: string) {
  const projectId = await parts.installationProject();
  return {
    ...{ projectId, environmentIds: [], principal: ROOT, actor: `person:${id}`, access: true as const },
    ...{ action, subject: `person/${id}` },
  };
}
