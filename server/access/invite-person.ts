import type { ChangeReceipt } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { requireMember } from './add-member.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain, receiptOf } from './key-place.ts';
import { type MadeLink, makeLink } from './make-link.ts';
import { grantingOrderOf, type MemberAsking, type MemberPlace, requireGranting } from './member.ts';
import { isMemberElsewhere } from './member-store.ts';
import type { PeopleParts } from './people-parts.ts';
import { isAllowed } from './permissions.ts';
import { actorOf } from './principal.ts';

/**
 * Makes a member a new link, by which they set a password; older ones end. Who manages a project makes one for those
 * who never accepted and belong to no other place. Who manages the installation makes one for anybody: with it, whoever
 * has it becomes that person.
 */
export async function invitePerson(
  parts: PeopleParts,
  asking: MemberAsking,
  place: MemberPlace,
  id: string,
): Promise<{ link: MadeLink | undefined; change: ChangeReceipt }> {
  const order = {
    ...{ ...grantingOrderOf(asking), projectId: place.chain, environmentIds: [] },
    ...{ action: 'member.invite', subject: `member/${id}` },
  };
  const committed = await parts.commit<MadeLink>(order, async (tx, { now }) => {
    const granting = await requireGranting(tx, asking, place);
    const { person } = await requireMember({ db: tx }, place, id);
    if (person.disabledAt !== null) throw new Problem('wrong_state', 'This account is disabled: enable it first.');
    if (!isAllowed(granting, 'root', {})) {
      if (person.password !== null) {
        const detail = `${person.login} has a password. Only an installation admin can make a link to set another.`;
        throw new Problem('wrong_state', detail);
      }
      if (place.projectId === null || (await isMemberElsewhere(tx, person.id, place.projectId))) {
        const detail = `${person.login} is a member elsewhere too: an installation admin must make the link.`;
        throw new Problem('wrong_state', detail);
      }
    }
    const link = await makeLink(tx, person, actorOf(asking.principal), now);
    const after = { person: person.id, login: person.login, expiresAt: link.expiresAt.toISOString() };
    return { result: link, touched: NO_RULESET, after };
  });
  await readAgain(parts);
  return { link: committed.result, change: receiptOf(committed) };
}
