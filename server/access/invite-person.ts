import type { ChangeReceipt } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { requireMember } from './add-member.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain, receiptOf } from './key-place.ts';
import { type MadeLink, makeLink } from './make-link.ts';
import { whyNoLink } from './may-make-link.ts';
import { grantingOrderOf, type MemberAsking, type MemberPlace, requireGranting } from './member.ts';
import type { PeopleParts } from './people-parts.ts';
import { actorOf } from './principal.ts';

/** Makes a member a new link, by which they set a password; older ones end. */
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
    const why = await whyNoLink(tx, granting, person);
    if (why !== undefined) throw new Problem('wrong_state', why);
    const link = await makeLink(tx, person, actorOf(asking.principal), now);
    const after = { person: person.id, login: person.login, expiresAt: link.expiresAt.toISOString() };
    return { result: link, touched: NO_RULESET, after };
  });
  await readAgain(parts);
  return { link: committed.result, change: receiptOf(committed) };
}
