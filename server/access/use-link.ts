import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { findLink, type LinkRow, useLink } from './link-store.ts';
import { parseSecret, sameVerifier, verifierOf } from './mint-secret.ts';
import type { PeopleParts } from './people-parts.ts';
import type { LinkPurpose } from './principal.ts';

/** The link behind a secret, where it would work now. Throws 403 where it would not, and says what to do. */
export async function requireLink(
  { db }: Pick<PeopleParts, 'db'>,
  secret: string,
  purposes: readonly LinkPurpose[],
): Promise<LinkRow> {
  const parsed = parseSecret(secret);
  const link = parsed?.kind === 'link' ? await findLink(db, parsed.id) : undefined;
  if (!link || !sameVerifier(verifierOf(secret), link.verifier) || !purposes.includes(link.purpose)) {
    throw linkOver(purposes.includes('setup'));
  }
  return link;
}

/** Uses a link up inside the transaction: of two who come at once, one gets through. */
export async function useUp(tx: Tx, link: LinkRow, now: Date): Promise<void> {
  if (!(await useLink(tx, link.id, now))) throw linkOver(link.purpose === 'setup');
}

function linkOver(isSetup: boolean): Problem {
  const again = isSetup
    ? 'Start the server again: it makes a new one, and writes it to the file first-start in DATA_DIR.'
    : 'Ask an administrator for a new one.';
  return new Problem('link_over', `This link was used, is too old, or was not copied whole. ${again}`);
}
