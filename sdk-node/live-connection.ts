import { performance } from 'node:perf_hooks';
import {
  type Compiled,
  ReportSender,
  type RulesetChange,
  RulesetSession,
  type SessionProblem,
  type SessionState,
} from '@turnout/core';
import { ownerOf } from './cache-file.ts';
import type { Connection, Counters } from './connection.ts';
import { type EventName, type Listener, Listeners, tellSafely } from './events.ts';
import { Gate } from './gate.ts';
import type { Hook } from './hooks.ts';
import { identify, isOtherKind, nameKey, readKey } from './identity.ts';
import { KeptCache } from './keep-cache.ts';
import { Notes } from './logger.ts';
import type { ClientState, ConnectionError, Readiness, Status, TurnoutOptions } from './options.ts';
import { type Overrides, readOverrides } from './overrides.ts';
import { findStart } from './start.ts';
import { basePath, readUrl, Transport } from './transport.ts';
import { wait } from './wait.ts';

/** How often a watched answer is looked at for no other reason than that the data grows older. */
const LOOK_MS = 1000;

/** The one connection of a client: a session, what it is told of, and what it is kept in. */
export class LiveConnection implements Connection {
  compiled: Compiled | undefined = undefined;
  quick: Compiled | undefined = undefined;
  hasLimits = false;
  readonly hooks: readonly Hook[];
  readonly overrides: Overrides;
  readonly notes: Notes;
  readonly counts: Counters;
  measured: Connection['measured'] = undefined;
  readonly #listeners: Listeners;
  readonly #looks = new Set<() => void>();
  readonly #heard = new Gate();
  readonly #transport: Transport;
  readonly #session: RulesetSession;
  readonly #reports: ReportSender;
  readonly #cache: KeptCache | undefined;
  readonly #keyName: string;
  readonly #place: string;
  #state: SessionState = 'idle';
  /** The last problem that was told. It counts while the session neither has a stream nor can fetch. */
  #problem: ConnectionError | undefined;
  /** The problem that is in force and was told. */
  #trouble: ConnectionError | undefined;
  #isConfirmed = false;
  #isClosed = false;
  #clock: NodeJS.Timeout | undefined;

  constructor(given: TurnoutOptions) {
    const { url, key, logger, agent, cacheFile, bootstrap, hooks, host } = given ?? {};
    this.notes = new Notes(logger);
    this.#listeners = new Listeners(this.notes);
    this.hooks = Array.isArray(hooks) ? [...hooks] : [];
    this.overrides = readOverrides(process.env, this.notes);
    const secret = readKey(key);
    this.#keyName = nameKey(secret ?? '');
    const address = readUrl(url);
    this.#place = typeof address === 'string' ? '' : `${address.origin}${basePath(address)}`;
    this.#transport = new Transport(address, agent);
    const owner = ownerOf(address, secret);
    const start = findStart({ cacheFile, owner, bootstrap, notes: this.notes });
    const headers = identify(secret ?? '', host);
    const now = () => performance.now();
    this.#session = new RulesetSession(
      {
        ...{ ports: this.#transport, now, headers },
        date: () => new Date().toISOString(),
        onChange: (change) => this.#changed(change),
        onState: (state) => this.#moved(state),
        onProblem: (code, message) => this.#failed(code, message),
        onReady: () => this.#confirmed(),
      },
      start,
    );
    const { compiled, position } = this.#session;
    this.#reports = new ReportSender({
      ...{ ports: this.#transport, now, headers, position },
      onRefused: (status) =>
        this.notes.once('report', 'warn', () => `the server refuses what was counted, with ${status}; it is dropped`),
    });
    this.counts = this.#reports.queue;
    if (compiled !== undefined) {
      this.#hold(compiled);
      this.#tellReady();
    }
    if (cacheFile) this.#cache = new KeptCache(cacheFile, owner, this.notes, () => this.#kept());
    if (secret === undefined) this.#refuse('unauthorized', 'the option `key` is missing, or is no key');
    else if (typeof address === 'string') this.#refuse('unreachable', address);
    else {
      this.#session.begin();
      this.#reports.begin();
    }
  }

  ageMs(): number {
    return this.#session.ageMs();
  }

  onUnknown(key: string): void {
    this.notes.once(`not found ${key}`, 'warn', () => `there is no flag ${key}; its coded default is served`);
  }

  onAnswers(look: () => void): () => void {
    const own = () => look();
    this.#looks.add(own);
    this.#setClock();
    return () => {
      this.#looks.delete(own);
      this.#setClock();
    };
  }

  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#listeners.on(name, listener);
  }

  async ready(timeoutMs: number): Promise<Readiness> {
    if (!this.#isClosed) await this.#heard.wait(timeoutMs);
    const readiness = this.#readiness();
    if (readiness.error !== undefined || this.#isConfirmed) return readiness;
    const message = this.#isClosed ? 'the client was closed' : `the server gave no ruleset within ${timeoutMs} ms`;
    return { ...readiness, error: this.#problem ?? { code: 'unreachable', message } };
  }

  status(): Status {
    const { source, position } = this.#session;
    const ageMs = this.ageMs();
    return {
      state: this.#clientState(),
      source,
      position: position ?? null,
      ageMs: Number.isFinite(ageMs) ? Math.round(ageMs) : null,
    };
  }

  async flush(): Promise<void> {
    await Promise.all([this.#reports.flush(), this.#cache?.flush()]);
  }

  async close(timeoutMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const goodbye = this.#session.end();
    this.#looks.clear();
    this.#setClock();
    this.#listeners.clear();
    this.#heard.open();
    await wait(Promise.all([goodbye, this.#reports.close(), this.#cache?.close()]), timeoutMs);
    this.#reports.end();
    this.#transport.close();
  }

  #hold(compiled: Compiled): void {
    this.compiled = compiled;
    const { units } = this.#reports.queue;
    units.hold(compiled);
    this.measured = units.isIdle ? undefined : units;
    this.hasLimits = [...compiled.flags.values()].some(({ source }) => source?.maxStalenessMs !== undefined);
    this.quick = this.hasLimits || this.hooks.length > 0 || this.overrides.size > 0 ? undefined : compiled;
    this.#setClock();
  }

  #changed({ after, before, position, keys, killed }: RulesetChange): void {
    // What is counted from now on was answered otherwise. Where only the place moved, it was not.
    if (before === undefined || keys.length > 0) this.#reports.moved(position);
    this.#hold(after);
    this.#cache?.note();
    this.#look();
    if (before === undefined) this.#tellReady();
    else if (keys.length > 0) this.#listeners.tell('change', { position, keys, killed });
  }

  #look(): void {
    for (const look of [...this.#looks]) tellSafely(this.notes, 'a watcher', look);
  }

  /** Only where the age of the data can change an answer that somebody watches. */
  #setClock(): void {
    const isNeeded = this.hasLimits && this.#looks.size > 0;
    if (isNeeded === (this.#clock !== undefined)) return;
    clearInterval(this.#clock);
    this.#clock = isNeeded ? setInterval(() => this.#look(), LOOK_MS).unref() : undefined;
  }

  #confirmed(): void {
    this.#isConfirmed = true;
    this.#heard.open();
  }

  #moved(state: SessionState): void {
    this.#state = state;
    if (state === 'stream') this.notes.forget('no stream');
    if (state === 'stream' || state === 'polling') this.#recovered();
    else if (state === 'connecting') this.#setTrouble();
  }

  #failed(code: SessionProblem, message: string): void {
    const hint = code === 'unauthorized' && isOtherKind(this.#keyName) ? ', for it takes a server key' : '';
    this.#problem = { code: code === 'unauthorized' ? code : 'unreachable', message: `${message}${hint}` };
    if (code === 'unauthorized') this.#heard.open();
    if (this.#state === 'polling' && code !== 'unauthorized') {
      this.notes.once(
        'no stream',
        'warn',
        () => `there is no stream, so the flags are fetched now and then: ${message}`,
      );
    } else this.#setTrouble();
  }

  /** What cannot get better is said at once, and nothing is tried. */
  #refuse(code: ConnectionError['code'], message: string): void {
    this.#trouble = { code, message };
    this.notes.say('error', `${message}; ${this.#sequel()}`);
    this.#heard.open();
  }

  #setTrouble(): void {
    const problem = this.#problem;
    if (problem === undefined || problem.code === this.#trouble?.code || this.#isClosed) return;
    const isFirst = this.#trouble === undefined;
    this.#trouble = problem;
    const { code, message } = problem;
    const who = code === 'unauthorized' ? ` with the key ${this.#keyName}` : '';
    const where = ` at ${this.#place}`;
    this.notes.once(code, 'error', () => `${code}${who}${where}: ${message}; ${this.#sequel()}, and it is tried again`);
    this.#listeners.tell('error', problem);
    if (isFirst && this.compiled !== undefined) this.#listeners.tell('stale', this.status());
  }

  #sequel(): string {
    return this.compiled === undefined ? 'the coded defaults hold' : 'what is known goes on being served';
  }

  #recovered(): void {
    this.#problem = undefined;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    for (const code of ['unauthorized', 'unreachable']) this.notes.forget(code);
    this.notes.say('info', 'the server is heard again');
    if (this.compiled !== undefined) this.#tellReady();
  }

  /** A moment later, so that whoever makes a client can listen first. */
  #tellReady(): void {
    queueMicrotask(() => this.#listeners.tell('ready', this.#readiness()));
  }

  #readiness(): Readiness {
    const { source, position, ageMs } = this.status();
    return { source, position, ageMs, ...(this.#trouble === undefined ? {} : { error: this.#trouble }) };
  }

  #clientState(): ClientState {
    if (this.#isClosed) return 'closed';
    if (this.#state === 'stream') return 'live';
    if (this.#state === 'polling') return 'polling';
    return this.#trouble?.code ?? 'connecting';
  }

  /** What a cache or a file gave is no news to them. */
  #kept() {
    const snapshot = this.#session.snapshot();
    const { source } = this.#session;
    if (snapshot === undefined || (source !== 'stream' && source !== 'snapshot')) return undefined;
    return { snapshot, ageMs: this.ageMs() };
  }
}
