import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
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
import { asKey } from './key-principal.ts';
import { ListedPeople } from './listed-people.ts';
import { parseSecret, sameVerifier, verifierOf } from './mint-secret.ts';
import { type PersonPrincipal, type Principal, ROOT } from './principal.ts';
import { SecondLook } from './second-look.ts';

/** What memory says of a credential that it cannot turn into a principal. */
export type Refusal = 'unknown' | 'expired' | 'revoked';

export interface AccessListParts {
  db: Db;
  clock: Clock;
  /** SHA-256 of the root token, in hex; undefined where there is none. */
  rootVerifier: string | undefined;
}

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
  readonly people = new ListedPeople();
  /** Revoked on this node before, or without, the database: laid over whatever is read. */
  readonly #revokedHere = new Set<string>();
  /** Those whose end by expiry was told already. */
  readonly #expired = new Set<string>();
  readonly #listeners = new Set<(principalId: string) => void>();
  readonly #changed = new Set<() => void>();
  #reading: Promise<void> | undefined;
  #nextReading: Promise<void> | undefined;
  readonly #look: SecondLook;
  #confirmedAt: number | undefined;

  constructor(parts: AccessListParts) {
    this.#parts = parts;
    this.#look = new SecondLook(parts.clock, () => this.refresh());
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
    const isToken = parsed.kind === 'admin' || parsed.kind === 'check';
    const found = isToken ? this.#tokens.get(parsed.id) : this.#keys.get(parsed.id);
    if (!found || !sameVerifier(verifier, found.verifier)) return 'unknown';
    if ('kind' in found && found.kind !== parsed.kind) return 'unknown';
    if (found.revoked || this.#revokedHere.has(found.id)) return 'revoked';
    if (found.expiresAt !== null && found.expiresAt <= clock.now().getTime()) return 'expired';
    if ('kind' in found) return asKey(found);
    // Whoever leaves takes their tokens along.
    return this.people.mayUse(found) ? this.people.asToken(found) : 'revoked';
  }

  /** Turns the secret of a cookie into the person who signed in with it, from memory alone. */
  findSession(secret: string): PersonPrincipal | Refusal {
    const id = verifierOf(secret);
    const session = this.people.findSession(id);
    if (!session) return this.#revokedHere.has(id) ? 'revoked' : 'unknown';
    if (this.#revokedHere.has(id)) return 'revoked';
    if (session.expiresAt <= this.#parts.clock.now().getTime()) return 'expired';
    return this.people.asPerson(session) ?? 'revoked';
  }

  /** True while the key, token or session with this id may be used: what open streams are held against. */
  isLive(id: string): boolean {
    const found = this.#keys.get(id) ?? this.#tokens.get(id) ?? this.people.findSession(id);
    if (!found || ('revoked' in found && found.revoked) || this.#revokedHere.has(id)) return false;
    if (found.expiresAt !== null && found.expiresAt <= this.#parts.clock.now().getTime()) return false;
    return 'kind' in found || this.people.mayUse(found);
  }

  /**
   * Whoever came with a credential that memory knew, as of now; undefined where it has ended. It is known by its id, so
   * that nobody has to keep a secret, and memory alone says it: what stood there and does not any more has ended.
   */
  identifyAgain(principal: Principal): Principal | undefined {
    if (principal.kind === 'root') return principal;
    if (!this.isLive(principal.kind === 'person' ? principal.session : principal.id)) return undefined;
    if (principal.kind === 'key') return this.findKey(principal.id);
    if (principal.kind === 'token') {
      const token = this.#tokens.get(principal.id);
      return token && this.people.asToken(token);
    }
    const session = this.people.findSession(principal.session);
    return session && this.people.asPerson(session);
  }

  /** How somebody of the log is called: `person:…`, `token:…`, `key:…`; undefined where memory does not know them. */
  nameOf(actor: string): string | undefined {
    const [kind, id = ''] = actor.split(':');
    if (kind === 'person') return this.people.findPerson(id)?.name;
    return (kind === 'token' ? this.#tokens : this.#keys).get(id)?.name;
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
  lookAgain(): Promise<void> {
    return this.#look.take();
  }

  /** Takes effect at once on this node, whatever the database says; open streams of it end. */
  revokeHere(id: string): void {
    if (this.#revokedHere.has(id)) return;
    const wasLive = this.isLive(id);
    this.#revokedHere.add(id);
    if (wasLive) this.#tellRevoked([id]);
  }

  /** `listener` hears the id of each key, token or session that was live and is no more: revoked, gone or expired. */
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
    const over = [...this.#keys.values(), ...this.#tokens.values(), ...this.people.listSessions()].filter((one) => {
      if (('revoked' in one && one.revoked) || this.#expired.has(one.id)) return false;
      return one.expiresAt !== null && one.expiresAt <= now;
    });
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

  #take(contents: AccessContents): void {
    const wereLive = this.#ids().filter((id) => this.isLive(id));
    this.#contents = contents;
    this.people.take(contents);
    this.#projects = new Map(contents.projects.map((project) => [project.key, project]));
    this.#environments = new Map(contents.environments.map((row) => [`${row.projectId}/${row.key}`, row]));
    const projectKeys = new Map(contents.projects.map((project) => [project.id, project.key]));
    this.#environmentsById = new Map(
      contents.environments.map((row) => [row.id, { ...row, projectKey: projectKeys.get(row.projectId) ?? '' }]),
    );
    this.#keys = new Map(contents.keys.map((key) => [key.id, key]));
    this.#tokens = new Map(contents.tokens.map((token) => [token.id, token]));
    for (const { id, revoked } of [...contents.keys, ...contents.tokens]) if (revoked) this.#revokedHere.delete(id);
    // A session that has ended is in no reading any more.
    for (const id of this.#revokedHere)
      if (isSessionId(id) && !this.people.findSession(id)) this.#revokedHere.delete(id);
    for (const id of this.#expired) if (isSessionId(id) && !this.people.findSession(id)) this.#expired.delete(id);
    this.#tellRevoked(wereLive.filter((id) => !this.isLive(id)));
    for (const listener of this.#changed) listener();
  }

  #ids(): string[] {
    return [...this.#keys.keys(), ...this.#tokens.keys(), ...this.people.listSessions().map(({ id }) => id)];
  }

  #tellRevoked(ids: string[]): void {
    for (const id of ids) for (const listener of this.#listeners) listener(id);
  }
}

/** The ids of keys and tokens are short. */
const isSessionId = (id: string) => id.length === 64;
