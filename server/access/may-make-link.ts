import type { Tx } from '../database/connect.ts';
import { isAllowed } from './permissions.ts';
import type { PersonRow } from './person-store.ts';
import type { Grant, Principal } from './principal.ts';
import { readGrants } from './principal-store.ts';

/**
 * Why somebody may not make a link for a person; undefined where they may. Who manages projects makes one for those who
 * never accepted and belong to no other place. Who manages the installation makes one for anybody: with it, whoever has
 * it becomes that person. It is asked when a link is made, and again when it is used, for much may change in three days.
 */
export async function whyNoLink(tx: Tx, maker: Principal, person: PersonRow): Promise<string | undefined> {
  if (isAllowed(maker, 'root', {})) return undefined;
  if (person.password !== null) {
    return `${person.login} has a password. Only an installation admin can make a link to set another.`;
  }
  const isTheirs = ({ projectId }: Grant) => projectId !== null && isAllowed(maker, 'grant', { projectId });
  if ((await readGrants(tx, person.id)).every(isTheirs)) return undefined;
  return `${person.login} is a member elsewhere too: an installation admin must make the link.`;
}
