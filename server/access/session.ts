import { randomBytes } from 'node:crypto';
import { verifierOf } from './mint-secret.ts';
import type { SessionRow } from './session-store.ts';

/** From where and with what somebody signs in. */
export interface SignInFrom {
  address: string;
  agent: string;
}

/** A session that was made just now. Its secret goes into a cookie and nowhere else. */
export interface NewSession {
  secret: string;
  row: SessionRow;
}

export const SESSION_MS = 12 * 3_600_000;
const LONGEST_AGENT = 200;

/** A new session of a person: 256 random bits, of which the SHA-256 is kept. */
export function makeSession(personId: string, { address, agent }: SignInFrom, now: Date): NewSession {
  const secret = randomBytes(32).toString('base64url');
  return {
    secret,
    row: {
      id: verifierOf(secret),
      personId,
      madeAt: now,
      expiresAt: new Date(now.getTime() + SESSION_MS),
      endedAt: null,
      address,
      agent: agent.slice(0, LONGEST_AGENT),
    },
  };
}
