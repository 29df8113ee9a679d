import { Problem } from '../platform/problem.ts';
import { NO_RULESET } from './commit.ts';
import { readAgain } from './key-place.ts';
import { endLinks } from './link-store.ts';
import { whyNoLink } from './may-make-link.ts';
import type { PeopleParts } from './people-parts.ts';
import { findPerson, updatePerson } from './person-store.ts';
import { ROOT } from './principal.ts';
import { readActorNow } from './principal-store.ts';
import { makeSession, type NewSession, type SignInFrom } from './session.ts';
import { endSessionRows, insertSession } from './session-store.ts';
import { requireLink, useUp } from './use-link.ts';

/**
 * Sets a password by a link of an invitation or of a recovery, and signs in. Older sessions end. A link is worth no more
 * than whoever made it may do now: the account may have become more, and they less.
 */
export async function acceptInvitation(
  parts: PeopleParts,
  { token, password }: { token: string; password: string },
  from: SignInFrom,
): Promise<NewSession> {
  const link = await requireLink(parts, token, ['invitation', 'recovery']);
  const personId = link.personId ?? '';
  const hashed = await parts.hashing.hash(password);
  const order = {
    ...{ projectId: await parts.installationProject(), environmentIds: [], principal: ROOT, access: true as const },
    ...{ actor: `person:${personId}`, action: `person.${link.purpose}`, subject: `person/${personId}` },
  };
  const committed = await parts.commit<{ session: NewSession; ended: string[] }>(order, async (tx, { now }) => {
    await useUp(tx, link, now);
    const person = await findPerson(tx, personId);
    if (!person || person.disabledAt !== null) {
      throw new Problem('link_over', 'This account was disabled. Ask an administrator.');
    }
    const maker = await readActorNow(tx, link.createdBy);
    if (!maker || (await whyNoLink(tx, maker, person))) {
      const detail = 'Whoever made this link may not make it any more. Ask an installation admin for a new one.';
      throw new Problem('link_over', detail);
    }
    await updatePerson(tx, personId, { password: hashed });
    await endLinks(tx, personId, now);
    const ended = await endSessionRows(tx, personId, now);
    const session = makeSession(personId, from, now);
    await insertSession(tx, session.row);
    return { result: { session, ended }, touched: NO_RULESET, after: { login: person.login } };
  });
  const { session, ended } = committed.result as { session: NewSession; ended: string[] };
  for (const id of ended) parts.list.revokeHere(id);
  await readAgain(parts);
  return session;
}
