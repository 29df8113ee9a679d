import { insertLink } from './link-store.ts';
import { mintSecret } from './mint-secret.ts';
import type { PeopleParts } from './people-parts.ts';
import { countAdmins } from './person-store.ts';

const LASTS_MS = 3_600_000;

/** A link with which somebody becomes the first administrator. */
export interface SetupOffer {
  token: string;
  expiresAt: Date;
}

/** Makes a setup link where there is no administrator; the database keeps its hash alone. */
export async function offerSetup({ db, clock }: Pick<PeopleParts, 'db' | 'clock'>): Promise<SetupOffer | undefined> {
  const { id, secret, verifier } = mintSecret('link');
  const expiresAt = new Date(clock.now().getTime() + LASTS_MS);
  return db.transaction(async (tx) => {
    if ((await countAdmins(tx)) > 0) return undefined;
    await insertLink(tx, { id, purpose: 'setup', verifier, expiresAt, createdBy: 'first start' });
    return { token: secret, expiresAt };
  });
}
