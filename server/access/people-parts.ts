import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { AccessList } from './access-list.ts';
import type { CommitAccess } from './commit.ts';
import type { PasswordHashing } from './hash-password.ts';
import type { HeldRevocations } from './held-revocations.ts';
import type { SecurityEvents } from './security-events.ts';
import type { SignInDelay } from './sign-in-delay.ts';

/** What the use cases of people and their sessions need. */
export interface PeopleParts {
  db: Db;
  clock: Clock;
  commit: CommitAccess;
  list: AccessList;
  hashing: PasswordHashing;
  delay: SignInDelay;
  events: Pick<SecurityEvents, 'noteRefusedSignIn'>;
  /** Takes sign-outs while the database is away. */
  revocations: Pick<HeldRevocations, 'hold'>;
  /** The project row that carries the installation's chain. */
  installationProject(): Promise<number>;
}
