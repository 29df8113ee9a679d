import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { repeat } from '../platform/repeat.ts';
import type { CommitAccess } from './commit.ts';
import { actorOf, type Principal, ROOT } from './principal.ts';

/** What is worth an entry in the installation's own chain. */
export type SecurityAction =
  | 'access.denied'
  | 'access.leaked-key'
  | 'chemspill.glass-broken'
  | 'freeze.overridden'
  | 'root.used'
  | 'session.refused';

export interface SecurityEventParts {
  clock: Clock;
  commit: CommitAccess;
  /** The project row that carries the installation's chain. */
  installationProject(): Promise<number>;
  /** Where somebody is told at once; the chain is looked at later. */
  log?: Pick<Logger, 'warn'>;
}

interface Pending {
  /** How the log writes who it was, as far as anybody knows, and whom it was about. */
  actor: string;
  subject: string;
  action: SecurityAction;
  count: number;
  routes: Map<string, number>;
  since: Date;
}

const MOST_PENDING = 1_000;
const MOST_ROUTES = 20;
const LEAKED = 'a server key came from a browser, where everybody can read it: revoke it';

/**
 * Failed rights, refused sign-ins and uses of the root token, as entries of the installation's chain: one a minute and
 * principal, with a count. They are gathered in memory, so that nobody can make the database busy by being refused.
 */
export class SecurityEvents {
  readonly #parts: SecurityEventParts;
  #pending = new Map<string, Pending>();
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: SecurityEventParts) {
    this.#parts = parts;
  }

  /** `route` is a pattern, never an address. */
  note(principal: Principal, action: SecurityAction, route: string): void {
    this.#note(actorOf(principal), actorOf(principal), action, route);
  }

  /** The same of whoever the log calls so. */
  noteActor(actor: string, action: SecurityAction, route: string): void {
    this.#note(actor, actor, action, route);
  }

  /**
   * A login and a password that do not belong together. A login that nobody has is not told: it may be a password that
   * was typed into the wrong field.
   */
  noteRefusedSignIn(personId: string | undefined, route: string): void {
    this.#note('nobody', personId === undefined ? 'nobody' : `person/${personId}`, 'session.refused', route);
  }

  #note(actor: string, subject: string, action: SecurityAction, route: string): void {
    const name = `${action} ${subject}`;
    let pending = this.#pending.get(name);
    if (!pending) {
      if (this.#pending.size >= MOST_PENDING) return;
      pending = { actor, subject, action, count: 0, routes: new Map(), since: this.#parts.clock.now() };
      this.#pending.set(name, pending);
      if (action === 'access.leaked-key') this.#parts.log?.warn({ who: subject, route }, LEAKED);
    }
    pending.count++;
    if (pending.routes.has(route) || pending.routes.size < MOST_ROUTES) {
      pending.routes.set(route, (pending.routes.get(route) ?? 0) + 1);
    }
  }

  /** Writes what is pending; what cannot be written now is kept for the next time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Flushes once a minute; answers how to stop. */
  follow(everyMs = 60_000): () => void {
    return repeat(everyMs, () => void this.flush());
  }

  async #write(): Promise<void> {
    const batch = this.#pending;
    this.#pending = new Map();
    for (const [name, pending] of batch) {
      try {
        await this.#commit(pending);
      } catch {
        this.#keep(name, pending);
      }
    }
  }

  async #commit(pending: Pending): Promise<void> {
    const { actor, subject, action, count, routes, since } = pending;
    const projectId = await this.#parts.installationProject();
    await this.#parts.commit(
      // The node records it; whoever was refused could not.
      {
        projectId,
        environmentIds: [],
        principal: ROOT,
        actor,
        action,
        subject,
      },
      async () => ({
        result: undefined,
        touched: { flags: [], segments: [] },
        after: { count, since: since.toISOString(), routes: Object.fromEntries(routes) },
      }),
    );
  }

  #keep(name: string, old: Pending): void {
    const newer = this.#pending.get(name);
    if (!newer) {
      this.#pending.set(name, old);
      return;
    }
    newer.count += old.count;
    newer.since = old.since;
    for (const [route, count] of old.routes) newer.routes.set(route, (newer.routes.get(route) ?? 0) + count);
  }
}
