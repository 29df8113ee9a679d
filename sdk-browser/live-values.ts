import {
  type Bootstrap,
  type Context,
  contextHash,
  type PollResult,
  type SessionProblem,
  type ValueItem,
  type ValuesChange,
  ValuesSession,
  type ValuesStart,
} from '@turnout/core';
import { type KeptValues, keepValues } from './kept-values.ts';
import { callSafely, Listeners } from './listeners.ts';
import { makeNotes, type Notes } from './notes.ts';
import type { ClientState, ConnectionError, Readiness, Source, Status, TurnoutOptions } from './options.ts';
import { isAway, watchPage } from './page.ts';
import { Reports } from './reports.ts';
import { type SignedPorts, signRequests } from './sign-requests.ts';
import { makePorts } from './transport.ts';
import { VERSION } from './version.ts';

/** What nobody has confirmed for so long says that it is stale. */
const STALE_MS = 60_000;

/** The values of a client and what keeps them up to date: the session, the page, the storage, what is reported. */
export class LiveValues {
  readonly notes: Notes;
  readonly listeners: Listeners;
  readonly reports: Reports;
  /** What came with the page, which was rendered from it; also where its values are of another context. */
  bootstrap: Bootstrap | undefined;
  /** Values of storage until a server confirmed them, and any that nobody has confirmed for a minute. */
  isStale = false;
  readonly #session: ValuesSession;
  readonly #ports: SignedPorts;
  readonly #kept: KeptValues;
  readonly #place: string;
  /** Whose evaluations are counted at present. */
  #context: Context;
  #source: Source = 'defaults';
  /** Of a bootstrap; afterwards the session knows. */
  #position: string | null = null;
  #isAway = false;
  #isClosed = false;
  #problem: ConnectionError | undefined;
  /** The problem that was told and is not over. */
  #trouble: ConnectionError | undefined;
  #heard: () => void = () => {};
  readonly #hearing = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });
  #looks: (() => void)[] = [];
  #stopAge = () => {};
  #leavePage = () => {};

  constructor(options: TurnoutOptions) {
    const { url, key, context, contextToken, bootstrap, logger, storage } = options ?? {};
    this.notes = makeNotes(logger);
    this.listeners = new Listeners(this.notes);
    this.#place = `${url}`.replace(/\/+$/, '');
    const secret = `${key ?? ''}`.trim();
    this.#kept = keepValues(storage, secret);
    this.#ports = signRequests(makePorts(this.#place));
    this.#ports.use(contextToken);
    this.#context = this.#named(context);
    const start = this.#start(context ?? {}, bootstrap);
    const now = () => performance.now();
    this.#session = new ValuesSession(
      {
        ports: this.#ports,
        now,
        context: this.#context,
        headers: { authorization: `Bearer ${secret}`, 'turnout-sdk': `browser/${VERSION}` },
        canStream: 'body' in Response.prototype,
        onChange: (change) => this.#changed(change),
        onConfirm: () => this.#confirmed(),
        onState: () => this.#moved(),
        onProblem: (code, message) => this.#failed(code, message),
      },
      start,
    );
    this.reports = new Reports({
      ...{ ports: this.#ports, url: this.#place, key: secret, now },
      whose: () => ({ context: this.#context, contextToken: this.#ports.token(), position: this.#at() }),
    });
    if (start !== undefined) this.#tellReady();
    if (secret === '') this.#refuse('unauthorized', 'the option `key` is missing');
    else if (!/^https?:\/\/./.test(this.#place)) this.#refuse('unreachable', 'the option `url` is no address');
    else this.#begin();
  }

  get values(): ReadonlyMap<string, ValueItem> | undefined {
    return this.#session.values;
  }

  /** Whose values these are. */
  get context(): Context {
    return this.#context;
  }

  /** Calls `look` whenever an answer or the status may have changed. */
  subscribe(look: () => void): () => void {
    const own = () => look();
    this.#looks.push(own);
    return () => {
      this.#looks = this.#looks.filter((other) => other !== own);
    };
  }

  async ready(timeoutMs: number): Promise<Readiness> {
    let stop = () => {};
    const late = new Promise<void>((resolve) => {
      stop = this.#ports.sleep(timeoutMs, resolve);
    });
    await Promise.race([this.#hearing, late]);
    stop();
    const readiness = this.#readiness();
    if (readiness.error !== undefined || this.#source === 'server') return readiness;
    return { ...readiness, error: this.#problem ?? { code: 'unreachable', message: `no answer in ${timeoutMs} ms` } };
  }

  status(): Status {
    const { state } = this.#session;
    const ageMs = this.#session.ageMs();
    let said: ClientState = this.#trouble?.code ?? 'connecting';
    if (this.#isClosed) said = 'closed';
    else if (this.#isAway) said = 'paused';
    else if (state === 'stream') said = 'live';
    else if (state === 'polling') said = state;
    return {
      state: said,
      source: this.#source,
      position: this.#at(),
      ageMs: this.values !== undefined && Number.isFinite(ageMs) ? Math.round(ageMs) : null,
    };
  }

  async setContext(context: Context, contextToken: TurnoutOptions['contextToken']): Promise<Readiness> {
    if (this.#isClosed) return this.#readiness();
    this.#ports.use(contextToken);
    const result = await this.#session.setContext(this.#named(context));
    return result.kind === 'good' ? this.#readiness() : { ...this.#readiness(), error: errorOf(result) };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#keep();
    this.#session.end();
    this.#leavePage();
    this.#stopAge();
    this.reports.end();
    this.#looks = [];
    this.listeners.clear();
    this.#heard();
    await this.reports.flush();
  }

  /** Whom to ask for: by a key, unless a token says who it is. */
  #named(context: Context = {}): Context {
    return context.targetingKey === undefined && !this.#ports.isSigned()
      ? { ...context, targetingKey: this.#kept.visitor() }
      : context;
  }

  /** What to begin with: what the server put into the page, else what an earlier page left. */
  #start(given: Context, bootstrap: TurnoutOptions['bootstrap']): ValuesStart | undefined {
    const sent = bootstrap?.v === 1 ? bootstrap : undefined;
    this.bootstrap = sent;
    if (sent?.contextHash === contextHash(given)) {
      this.#source = 'bootstrap';
      this.#position = sent.position;
      return { items: Object.entries(sent.flags).map(([key, found]) => ({ key, ...found })), ageMs: 0 };
    }
    if (bootstrap) this.notes.once('bootstrap', 'warn', 'the bootstrap is of another context, and is left out');
    const kept = this.#mayKeep() ? this.#kept.read(this.#context) : undefined;
    if (kept === undefined) return undefined;
    this.#source = 'storage';
    this.isStale = true;
    return kept;
  }

  #begin(): void {
    this.#leavePage = watchPage((away) => this.#move(away));
    this.reports.begin();
    this.#isAway = isAway();
    // A page that begins in the background gets its values, and no stream until it is looked at.
    if (this.#isAway) void this.#session.fetch();
    else this.#session.begin();
    this.#watchAge();
  }

  #move(away: boolean): void {
    if (away) this.reports.hand();
    if (away === this.#isAway) return;
    this.#isAway = away;
    this.#keep();
    if (away) this.#session.pause();
    else this.#session.begin();
  }

  /** Where a token alone says who it is, what is kept could be another one's. */
  #mayKeep(): boolean {
    return this.#context.targetingKey !== undefined;
  }

  #keep(): void {
    const { values, at } = this.#session;
    if (this.#source !== 'server' || values === undefined || !this.#mayKeep()) return;
    this.#kept.write(this.#context, { items: [...values.values()], state: at, ageMs: this.#session.ageMs() });
  }

  #changed({ keys }: ValuesChange): void {
    // The first values are told of while the session is made.
    const session = this.#session as ValuesSession | undefined;
    if (session === undefined) return;
    const isFirst = this.#source === 'defaults';
    if (keys.length > 0 || this.#context !== session.context) this.reports.cut();
    this.#source = 'server';
    this.#context = session.context;
    this.#look();
    if (isFirst) this.#tellReady();
    else if (keys.length > 0) this.listeners.tell('change', { position: this.#at(), keys });
  }

  #confirmed(): void {
    const isBack = this.#trouble !== undefined;
    this.#source = 'server';
    this.isStale = false;
    this.#problem = undefined;
    this.#trouble = undefined;
    this.notes.forget('trouble');
    this.#keep();
    this.#heard();
    this.#moved();
    if (isBack) this.#tellReady();
  }

  #moved(): void {
    this.#watchAge();
    this.#look();
  }

  #look(): void {
    for (const look of this.#looks) callSafely(this.notes, 'a watcher', look);
  }

  #failed(code: SessionProblem, message: string): void {
    const problem = errorOf({ kind: code === 'unauthorized' ? 'forbidden' : 'failed', message });
    this.#problem = problem;
    if (code === 'unauthorized') this.#heard();
    // While fetches bring the values, a stream that cannot be had is no trouble.
    if (this.#session.state === 'polling' && code !== 'unauthorized') return;
    if (problem.code === this.#trouble?.code) return;
    this.#trouble = problem;
    this.notes.once('trouble', 'error', `${code} at ${this.#place}: ${message}; ${this.#sequel()}`);
    this.#look();
    this.listeners.tell('error', problem);
  }

  /** What cannot get better is said at once, and nothing is tried. */
  #refuse(code: ConnectionError['code'], message: string): void {
    this.#trouble = { code, message };
    this.notes.once(code, 'error', `${message}; ${this.#sequel()}`);
    this.#heard();
  }

  #sequel = () => (this.values === undefined ? 'the coded defaults hold' : 'what is known goes on being served');

  /** Tells once when nobody has confirmed the values for too long. */
  #watchAge(): void {
    this.#stopAge();
    const session = this.#session as ValuesSession | undefined;
    if (this.#isClosed || session === undefined || session.state === 'stream') return;
    this.#stopAge = this.#ports.sleep(STALE_MS - session.silentMs(), () => {
      this.isStale = true;
      this.#look();
      if (this.values !== undefined) this.listeners.tell('stale', this.status());
    });
  }

  #at(): string | null {
    return this.#session.at?.split('~')[0] ?? this.#position;
  }

  /** A moment later, so that whoever makes a client can listen first. */
  #tellReady(): void {
    queueMicrotask(() => this.listeners.tell('ready', this.#readiness()));
  }

  #readiness(): Readiness {
    const { source, position, ageMs } = this.status();
    return { source, position, ageMs, ...(this.#trouble === undefined ? {} : { error: this.#trouble }) };
  }
}

function errorOf(result: Pick<Exclude<PollResult, { kind: 'good' }>, 'kind' | 'message'>): ConnectionError {
  return { code: result.kind === 'forbidden' ? 'unauthorized' : 'unreachable', message: result.message };
}
