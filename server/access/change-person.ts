import type { Tx } from '../database/connect.ts';
import type { ChangeReceipt } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import type { Asking } from './asking.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain } from './key-place.ts';
import { endLinks } from './link-store.ts';
import { grantingOrderOf, requireAdminLeft, requireGranting } from './member.ts';
import type { PeopleParts } from './people-parts.ts';
import { findPerson, type PersonRow, updatePerson } from './person-store.ts';
import { endSessionRows } from './session-store.ts';

/** What is done to an account. */
export type PersonChange = 'disable' | 'enable' | 'end-sessions';

export interface ChangedPerson {
  person: PersonRow;
  change: ChangeReceipt | undefined;
}

/**
 * Disables an account, with its sessions, links and tokens; enables it again; or ends its sessions. Tokens of somebody
 * who was disabled are refused as revoked, and work again for somebody who was enabled.
 */
export async function changePerson(
  parts: PeopleParts,
  asking: Asking,
  id: string,
  what: PersonChange,
): Promise<ChangedPerson> {
  const chain = await parts.installationProject();
  const order = {
    ...{ ...grantingOrderOf(asking), projectId: chain, environmentIds: [] },
    ...{ action: `person.${what}`, subject: `person/${id}` },
  };
  const committed = await parts.commit<{ person: PersonRow; ended: string[] }>(order, async (tx, { now }) => {
    await requireGranting(tx, asking, { projectId: null, chain });
    const before = await requirePerson(tx, id);
    if (isSo(before, what)) return { result: { person: before, ended: [] }, touched: NO_RULESET, unchanged: true };
    if (what === 'disable') {
      await requireAdminLeft(tx, { person: id });
      await endLinks(tx, id, now);
    }
    const ended = what === 'enable' ? [] : await endSessionRows(tx, id, now);
    const disabledAt = what === 'disable' ? now : null;
    const person = what === 'end-sessions' ? before : await updatePerson(tx, id, { disabledAt });
    const after = { login: before.login, sessionsEnded: ended.length };
    return { result: { person, ended }, touched: NO_RULESET, after };
  });
  for (const session of committed.result?.ended ?? []) parts.list.revokeHere(session);
  await readAgain(parts);
  const person = committed.result?.person ?? (await requirePerson(parts.db, id));
  return { person, change: committed.change };
}

async function requirePerson(db: Tx | PeopleParts['db'], id: string): Promise<PersonRow> {
  const person = await findPerson(db, id);
  if (!person) throw new Problem('not_found', 'There is no such person.');
  return person;
}

function isSo({ disabledAt }: PersonRow, what: PersonChange): boolean {
  return what !== 'end-sessions' && (disabledAt !== null) === (what === 'disable');
}
