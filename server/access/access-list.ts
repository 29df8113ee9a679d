import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import { repeat } from '../platform/repeat.ts';
import {
  type AccessContents,
  type ListedEnvironment,
  type ListedKey,
  type ListedProject,
  type ListedToken,
  readAccess,
  readAccessRevision,
} from './access-store.ts';
import { parseSecret, sameVerifier, verifierOf } from './mint-secret.ts';
import { type Principal, ROOT } from './principal.ts';

/** What memory says of a credential that it cannot turn into a principal. */
export type Refusal = 'unknown' | 'expired' | 'revoked';

export interface AccessListParts {
  db: Db;
  clock: Clock;
  /** SHA-256 of the root token, in hex; undefined where there is none. */
  rootVerifier: string | undefined;
}

/** A look at the database for unknown credentials takes this long at most, and there is never more than one at once. */
const LOOK_MS = 1_000;
/** Between two of them; and so many requests wait for the next one. */
const LOOK_EVERY_MS = 100;
const MOST_WAITING = 500;
const NOTHING: AccessContents = { v: 1, revision: -1, projects: [], environments: [], keys: [], tokens: [] };

/**
 * Who may do what, in every node's memory, so that a request is authorised without the database. It is read again
 * when the installation's access revision moved: rung like a flip, and asked for every 2 s.
 */
export class AccessList {
  readonly #parts: AccessListParts;
  #contents: AccessContents = NOTHING;
  #projects = new Map<string, ListedProject>();
  #environments = new Map<string, ListedEnvironment>();
  #environmentsById = new Map<number, ListedEnvironment & { projectKey: string }>();
  #keys = new Map<string, ListedKey>();
  #tokens = new Map<string, ListedToken>();
  /** Revoked on this node before, or without, the database: laid over whatever is read. */
  readonly #revokedHere = new Set<string>();
  /** Those whose end by expiry was told already. */
  readonly #expired = new Set<string>();
  readonly #listeners = new Set<(principalId: string) => void>();
  readonly #changed = new Set<() => void>();
  #reading: Promise<void> | undefined;
  #nextReading: Promise<void> | undefined;
  #look: Promise<void> | undefined;
  #lookStartedAt = Number.NEGATIVE_INFINITY;
  #waiting = 0;
  #confirmedAt: number | undefined;

  constructor(parts: AccessListParts) {
    this.#parts = parts;
  }

  /** The access revision that memory is at; -1 before anything was read. */
  get revision(): number {
    return this.#contents.revision;
  }

  /** Milliseconds since the database confirmed what is in memory; undefined when it never did. */
  get ageMs(): number | undefined {
    return this.#confirmedAt === undefined ? undefined : this.#parts.clock.monotonic() - this.#confirmedAt;
  }

  /** Turns a secret into who it stands for, from memory alone. The checksum is looked at before anything else. */
  findCredential(secret: string): Principal | Refusal {
    const verifier = verifierOf(secret);
    const { rootVerifier, clock } = this.#parts;
    if (rootVerifier !== undefined && sameVerifier(verifier, rootVerifier)) return ROOT;
    const parsed = parseSecret(secret);
    if (!parsed) return 'unknown';
    const found = parsed.kind === 'admin' ? this.#tokens.get(parsed.id) : this.#keys.get(parsed.id);
    if (!found || !sameVerifier(verifier, found.verifier)) return 'unknown';
    if ('kind' in found && found.kind !== parsed.kind) return 'unknown';
    if (found.revoked || this.#revokedHere.has(found.id)) return 'revoked';
    if (found.expiresAt !== null && found.expiresAt <= clock.now().getTime()) return 'expired';
    return 'kind' in found ? asKey(found) : asToken(found);
  }

  /** True while the key or token with this id may be used: what open streams and signed tokens are held against. */
  isLive(principalId: string): boolean {
    const found = this.#keys.get(principalId) ?? this.#tokens.get(principalId);
    if (!found || found.revoked || this.#revokedHere.has(principalId)) return false;
    return found.expiresAt === null || found.expiresAt > this.#parts.clock.now().getTime();
  }

  /** The key with this id as a principal; undefined when it may not be used any more. */
  findKey(id: string): Principal | undefined {
    const key = this.#keys.get(id);
    return key && this.isLive(id) ? asKey(key) : undefined;
  }

  /** Where a key or token belongs, dead ones too; undefined where memory does not know it. */
  placeOf(id: string): { projectId: number; environmentId: number | null } | undefined {
    return this.#keys.get(id) ?? this.#tokens.get(id);
  }

  findProject(key: string): ListedProject | undefined {
    return this.#projects.get(key);
  }

  findEnvironment(projectId: number, key: string): ListedEnvironment | undefined {
    return this.#environments.get(`${projectId}/${key}`);
  }

  environmentById(id: number): (ListedEnvironment & { projectKey: string }) | undefined {
    return this.#environmentsById.get(id);
  }

  /** Projects by key, and environments by project and key. */
  listProjects(): readonly ListedProject[] {
    return this.#contents.projects;
  }
  listEnvironments(): readonly ListedEnvironment[] {
    return this.#contents.environments;
  }

  /** The origins that any live client key allows: what an answer to a preflight, which carries no key, may name. */
  listOrigins(): ReadonlySet<string> {
    return new Set([...this.#keys.values()].filter((key) => this.isLive(key.id)).flatMap((key) => key.origins));
  }

  /**
   * Reads everything again if the revision moved; when it resolves, memory is not older than the call. Concurrent
   * callers share one reading, and those that come while one is under way share the next.
   */
  refresh(): Promise<void> {
    if (!this.#reading) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#nextReading = undefined;
        return this.refresh();
      });
    return this.#nextReading;
  }

  /** Another node, or a change made here, said that the list is at `revision`. */
  async hear(revision: number): Promise<void> {
    if (revision !== this.revision) await this.refresh();
  }

  /** Asks every `everyMs` whether the revision moved, and ends what has expired; answers how to stop. */
  follow(everyMs = 2_000): () => void {
    return repeat(everyMs, () => {
      this.expire();
      // Memory stays as it is while the database cannot be asked; `ageMs` tells for how long.
      this.refresh().catch(() => undefined);
    });
  }

  /**
   * Called before a well-formed but unknown credential is refused: it may have been made a moment ago on another node.
   * One cheap query at a time serves everybody who waits, ten a second at most. Throws 503 when the database cannot be
   * asked, for then nobody can say that the credential is wrong.
   */
  async lookAgain(): Promise<void> {
    if (this.#waiting >= MOST_WAITING) {
      throw new Problem('busy', 'Too many unknown credentials are waiting; try again.', { retryAfterSeconds: 1 });
    }
    this.#waiting++;
    try {
      // A look that is under way began before this request came, so it may have missed the credential.
      if (this.#look) await this.#look.catch(() => undefined);
      this.#look ??= this.#startLook().finally(() => {
        this.#look = undefined;
      });
      await this.#look;
    } finally {
      this.#waiting--;
    }
  }

  /** Takes effect at once on this node, whatever the database says; open streams of it end. */
  revokeHere(principalId: string): void {
    if (this.#revokedHere.has(principalId)) return;
    const wasLive = this.isLive(principalId);
    this.#revokedHere.add(principalId);
    if (wasLive) this.#tellRevoked([principalId]);
  }

  /** `listener` hears the id of each key or token that was live and is no more: revoked, gone or expired. */
  onRevoked(listener: (principalId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `listener` runs after memory took over another revision, for whoever keeps a copy on disk. */
  onChanged(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /** Ends what has expired since the last call. Called with the 2 s query. */
  expire(): void {
    const now = this.#parts.clock.now().getTime();
    // One whose end was moved will end again, and that is told too.
    for (const id of this.#expired) if (this.isLive(id)) this.#expired.delete(id);
    const over = [...this.#keys.values(), ...this.#tokens.values()].filter(
      (one) => !one.revoked && one.expiresAt !== null && one.expiresAt <= now && !this.#expired.has(one.id),
    );
    for (const { id } of over) this.#expired.add(id);
    this.#tellRevoked(over.map(({ id }) => id));
  }

  /** Plain JSON for the snapshot on disk; with the revocations that so far only this node knows. */
  toDisk(): AccessContents & { revokedHere: string[] } {
    return { ...this.#contents, revokedHere: [...this.#revokedHere] };
  }

  /** Takes over what `toDisk` gave, at a start without a database. What was read from a database is never replaced. */
  fromDisk(saved: AccessContents & { revokedHere: string[] }): void {
    if (this.revision >= 0) return;
    for (const id of saved.revokedHere) this.#revokedHere.add(id);
    this.#take(saved);
  }

  async #read(): Promise<void> {
    const askedAt = this.#parts.clock.monotonic();
    if ((await readAccessRevision(this.#parts.db)) !== this.revision) this.#take(await readAccess(this.#parts.db));
    this.#confirmedAt = askedAt;
  }

  async #startLook(): Promise<void> {
    const wait = this.#lookStartedAt + LOOK_EVERY_MS - this.#parts.clock.monotonic();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.#lookStartedAt = this.#parts.clock.monotonic();
    const problem = (cause?: unknown) =>
      new Problem('database_unavailable', 'This credential is not known here, and the database cannot be asked now.', {
        retryAfterSeconds: 2,
        cause,
      });
    await withinDeadline(this.refresh(), LOOK_MS, problem).catch((error: unknown) => {
      throw error instanceof Problem ? error : problem(error);
    });
  }

  #take(contents: AccessContents): void {
    const wereLive = [...this.#keys.keys(), ...this.#tokens.keys()].filter((id) => this.isLive(id));
    this.#contents = contents;
    this.#projects = new Map(contents.projects.map((project) => [project.key, project]));
    this.#environments = new Map(contents.environments.map((row) => [`${row.projectId}/${row.key}`, row]));
    const projectKeys = new Map(contents.projects.map((project) => [project.id, project.key]));
    this.#environmentsById = new Map(
      contents.environments.map((row) => [row.id, { ...row, projectKey: projectKeys.get(row.projectId) ?? '' }]),
    );
    this.#keys = new Map(contents.keys.map((key) => [key.id, key]));
    this.#tokens = new Map(contents.tokens.map((token) => [token.id, token]));
    for (const { id, revoked } of [...contents.keys, ...contents.tokens]) if (revoked) this.#revokedHere.delete(id);
    this.#tellRevoked(wereLive.filter((id) => !this.isLive(id)));
    for (const listener of this.#changed) listener();
  }

  #tellRevoked(ids: string[]): void {
    for (const id of ids) for (const listener of this.#listeners) listener(id);
  }
}

/** Made at the first request of each key, and kept as long as the list holds it: every request asks for it. */
const principals = new WeakMap<ListedKey, Principal>();

function asKey(key: ListedKey): Principal {
  let principal = principals.get(key);
  if (principal === undefined) {
    const { id, name, projectId, environmentId, origins, flags, tags } = key;
    principal = { kind: 'key', keyKind: key.kind, id, name, projectId, environmentId, origins, flags, tags };
    principals.set(key, principal);
  }
  return principal;
}

function asToken(token: ListedToken): Principal {
  const { id, name, projectId, environmentId, roles } = token;
  return { kind: 'token', id, name, projectId, environmentId, roles };
}
