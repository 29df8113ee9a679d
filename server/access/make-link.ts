import type { Tx } from '../database/connect.ts';
import { endLinks, insertLink } from './link-store.ts';
import { mintSecret } from './mint-secret.ts';

/** A link that lets somebody set a password. Its token is shown once. */
export interface MadeLink {
  token: string;
  expiresAt: Date;
}

const HOUR_MS = 3_600_000;
const LASTS_MS = { invitation: 72 * HOUR_MS, recovery: HOUR_MS };

/** Makes a link for somebody; those that they had do not work any more. */
export async function makeLink(
  tx: Tx,
  person: { id: string; password: string | null },
  createdBy: string,
  now: Date,
  purpose: keyof typeof LASTS_MS = person.password === null ? 'invitation' : 'recovery',
): Promise<MadeLink> {
  await endLinks(tx, person.id, now);
  const { id, secret, verifier } = mintSecret('link');
  const expiresAt = new Date(now.getTime() + LASTS_MS[purpose]);
  await insertLink(tx, { id, purpose, personId: person.id, verifier, expiresAt, createdBy });
  return { token: secret, expiresAt };
}
