import type { Db, Tx } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import type { AccessList } from './access-list.ts';
import { findInstallationProject } from './access-store.ts';
import { type CommitAccess, NO_RULESET } from './commit.ts';
import { revokeKeyRow } from './key-store.ts';
import { ROOT } from './principal.ts';
import { endAnySession } from './session-store.ts';
import { isTokenLive, revokeTokenRow } from './token-store.ts';

/** A revocation that could not be committed yet, as it rests on this node's disk. */
export interface HeldRevocation {
  v: 1;
  kind: 'revoke';
  /** The id of the key, token or session. */
  credential: string;
  what: 'key' | 'token' | 'session';
  /** The project of a key or token; a session belongs to the installation. */
  projectId?: number;
  /** How whoever revoked it is written in the log. */
  actor: string;
  /** The id of the token that revoked it, where it was one. */
  byToken?: string;
  reason?: string;
  requestId?: string;
  at: string;
}

/** Where they rest. `write` resolves when all of them are on disk for good. */
export interface RevocationFile {
  read(): Promise<HeldRevocation[]>;
  write(held: readonly HeldRevocation[]): Promise<void>;
}

const REVOKE = {
  key: revokeKeyRow,
  token: revokeTokenRow,
  session: (tx: Tx, _installation: number, id: string, at: Date) => endAnySession(tx, id, at),
};

export interface HeldRevocationParts {
  db: Db;
  clock: Clock;
  list: AccessList;
  commit: CommitAccess;
  file: RevocationFile;
}

/**
 * Revocations that were made while the database could not be asked. They hold on this node from the first moment, also
 * after a restart, have no age limit, and are committed when the database is there again. There is never more than one
 * for a credential, so their number is bounded.
 */
export class HeldRevocations {
  readonly #parts: HeldRevocationParts;
  readonly #held = new Map<string, HeldRevocation>();
  #writing: Promise<void> = Promise.resolve();
  #settling: Promise<void> | undefined;

  constructor(parts: HeldRevocationParts) {
    this.#parts = parts;
  }

  /** How many wait for the database. */
  get waiting(): number {
    return this.#held.size;
  }

  /** Takes over what rests on disk; nothing is served before. */
  async open(): Promise<void> {
    for (const entry of await this.#parts.file.read()) {
      this.#held.set(entry.credential, entry);
      this.#parts.list.revokeHere(entry.credential);
    }
  }

  /** Takes effect at once on this node; resolves when a restart would not revive it. */
  async hold(entry: HeldRevocation): Promise<void> {
    if (!this.#held.has(entry.credential)) this.#held.set(entry.credential, entry);
    this.#parts.list.revokeHere(entry.credential);
    try {
      await this.#write();
    } catch (cause) {
      throw new Problem(
        'unavailable',
        'It is revoked on this node until its next start: neither the database nor the disk could keep it. Try again.',
        { retryAfterSeconds: 2, cause },
      );
    }
  }

  /** Commits what is held, and lets go of it. What cannot be committed now is kept. One run at a time. */
  settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  follow(everyMs = 2_000): () => void {
    return repeat(everyMs, () => void this.settle());
  }

  async #settle(): Promise<void> {
    for (const entry of [...this.#held.values()]) {
      try {
        await this.#commit(entry);
      } catch (error) {
        // Where the credential is gone, so is what it could do; anything else is tried again.
        if (!(error instanceof Problem && error.code === 'not_found')) return;
      }
      await this.#parts.list.refresh().catch(() => undefined);
      this.#held.delete(entry.credential);
      // An entry that stays on disk is committed again at the next start, without effect.
      await this.#write().catch(() => undefined);
    }
  }

  async #commit(entry: HeldRevocation): Promise<void> {
    const { credential, what, actor, byToken, reason, requestId, at } = entry;
    const projectId = entry.projectId ?? (await findInstallationProject(this.#parts.db));
    await this.#parts.commit<undefined>(
      {
        ...{ projectId, environmentIds: [], principal: ROOT, actor, access: true, settling: true },
        ...(what === 'session'
          ? { action: 'session.end', subject: actor.replace(':', '/') }
          : { action: `${what}.revoke`, subject: `${what}/${credential}` }),
        ...(reason === undefined ? {} : { reason }),
        ...(requestId === undefined ? {} : { requestId }),
      },
      async (tx, { now }) => {
        const revoke = REVOKE[what];
        const changed = await revoke(tx, projectId, credential, now);
        if (!changed) return { result: undefined, touched: NO_RULESET, unchanged: true };
        const byRevoked = byToken !== undefined && !(await isTokenLive(tx, byToken));
        return {
          result: undefined,
          touched: NO_RULESET,
          before: { revokedAt: null },
          // Nobody un-revokes it for that: whoever looks decides what else to do.
          after: { revokedAt: now.toISOString(), heldSince: at, ...(byRevoked ? { byRevoked } : {}) },
        };
      },
    );
  }

  #write(): Promise<void> {
    const writing = this.#writing.catch(() => undefined).then(() => this.#parts.file.write([...this.#held.values()]));
    this.#writing = writing;
    return writing;
  }
}
