import {
  type Bootstrap,
  type Context,
  contextHash,
  type Evaluation,
  type JsonValue,
  type SessionProblem,
  type Values,
  type ValuesChange,
  ValuesSession,
  type ValuesStart,
} from '@turnout/core';
import { Answers, type AskedType } from './answers.ts';
import { ContextToken } from './context-token.ts';
import { errorOf } from './error-of.ts';
import { type KeptValues, keepValues } from './kept-values.ts';
import { Listeners } from './listeners.ts';
import { makeNotes, type Notes } from './notes.ts';
import type {
  ClientState,
  ConnectionError,
  Listener,
  Readiness,
  Source,
  Status,
  TurnoutEvents,
  TurnoutOptions,
} from './options.ts';
import { isAway, watchPage } from './page.ts';
import { Reports } from './reports.ts';
import { makePorts, type PagePorts } from './transport.ts';
import { VERSION } from './version.ts';

/** What nobody has confirmed for so long says that it is stale. */
const STALE_MS = 60_000;
const READY_WITHIN_MS = 5_000;

/** What a client knows and what keeps that up to date: the session, the page, the storage, what is reported. */
export class LiveValues {
  readonly #notes: Notes;
  readonly #answers: Answers;
  readonly #ports: PagePorts;
  readonly #kept: KeptValues;
  readonly #session: ValuesSession;
  protected readonly reports: Reports;
  readonly #listeners: Listeners;
  /** Whose evaluations are counted at present. */
  #context: Context;
  readonly #token: ContextToken;
  #bootstrap: Bootstrap | undefined;
  #source: Source = 'defaults';
  /** Values of storage until a server confirmed them, and any that nobody has confirmed for a minute. */
  #isStale = false;
  #isAway = false;
  #problem: ConnectionError | undefined;
  /** The problem that was told and is not over. */
  #trouble: ConnectionError | undefined;
  /** It was told that not all is well: when it is, that is told, too. */
  #isMissed = false;
  #heard = () => {};
  readonly #hearing = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });
  #stopAge = () => {};
  #leavePage = () => {};

  constructor(options: TurnoutOptions) {
    const { url, contextToken, bootstrap, logger, storage, ...given } = (options ?? {}) as TurnoutOptions;
    const context = given.context ?? {};
    const key = `${given.key}`.trim();
    this.#notes = makeNotes(logger);
    this.#answers = new Answers(this.#notes);
    this.#listeners = new Listeners(this.#notes);
    this.#token = new ContextToken(contextToken);
    const place = `${url}`.replace(/\/+$/, '');
    const ports = makePorts(place);
    this.#ports = { ...ports, send: (request) => this.#token.send(ports, request) };
    this.#kept = keepValues(storage, key);
    this.#context = this.#named(context);
    const start = this.#start(context, bootstrap);
    const now = () => performance.now();
    this.#session = new ValuesSession(
      {
        ports: this.#ports,
        now,
        context: this.#context,
        headers: { authorization: `Bearer ${key}`, 'turnout-sdk': `browser/${VERSION}` },
        canStream: 'body' in Response.prototype,
        onChange: (change) => this.#changed(change),
        onConfirm: () => this.#confirmed(),
        onState: () => this.#moved(),
        onProblem: (code, message) => this.#failed(code, message),
      },
      start,
    );
    this.reports = new Reports({
      ...{ ports, url: place, key, now },
      whose: () => ({ context: this.#context, contextToken: this.#token.text, position: this.#position }),
    });
    if (start) this.#tellReady();
    this.reports.begin();
    this.#leavePage = watchPage((away) => this.#move(away));
    this.#isAway = isAway();
    // A page that begins in the background gets its values, and no stream until it is looked at.
    if (this.#isAway) void this.#session.fetch();
    else this.#session.begin();
  }

  /** Whose values are served: the former one's until `setContext` has brought those of another. */
  get context(): Context {
    return this.#context;
  }

  /** What the page was rendered from; also where it was of another context, and is not what the client began with. */
  get bootstrap(): Bootstrap | undefined {
    return this.#bootstrap;
  }

  /** Calls back on an event. Answers how to end it. */
  on<K extends keyof TurnoutEvents>(name: K, call: Listener<K>): () => void {
    return this.#listeners.on(name, call);
  }

  /** Calls back whenever an answer, or how the client stands, may have changed. Answers how to end it. */
  subscribe(look: () => void): () => void {
    return this.#listeners.on('look', look);
  }

  /**
   * Waits until the server has given the values, or until the time is over (5 s unless `timeoutMs` says otherwise), and
   * says what there is. Never rejects: without values every question is answered by its coded default.
   */
  async ready({ timeoutMs = READY_WITHIN_MS }: { timeoutMs?: number } = {}): Promise<Readiness> {
    let stop = () => {};
    const late = new Promise<void>((resolve) => {
      stop = this.#ports.sleep(timeoutMs, resolve);
    });
    await Promise.race([this.#hearing, late]);
    stop();
    const error = this.#problem ?? ({ code: 'unreachable', message: `no answer in ${timeoutMs} ms` } as const);
    return { ...(this.#source === 'server' ? {} : { error }), ...this.#readiness() };
  }

  /** How it is connected, where the values are from, and how old they may be. */
  status(): Status {
    const { state } = this.#session;
    let said: ClientState = this.#trouble?.code ?? 'connecting';
    if (state === 'closed' || state === 'polling') said = state;
    else if (this.#isAway) said = 'paused';
    else if (state === 'stream') said = 'live';
    return { state: said, ...this.#known() };
  }

  /**
   * From now on for somebody else: who signed in or out, or has other attributes. What is served stays until the server
   * has answered for them, and then all flags change in one step. Resolves when that is so, or with `error` when the
   * server did not answer; it is then asked again. A `contextToken` that is a text goes with the former context; a
   * function stays until another token is given.
   */
  async setContext(context: Context, options?: Pick<TurnoutOptions, 'contextToken'>): Promise<Readiness> {
    this.#token.change(options?.contextToken);
    const result = await this.#session.setContext(this.#named(context));
    if (result.kind === 'good') return this.#readiness();
    this.#isMissed = true;
    return { ...this.#readiness(), error: errorOf(result) };
  }

  /** Reports for the last time and ends the connection; nothing stays open. What is known goes on being served. */
  close(): Promise<void> {
    this.#keep();
    this.#listeners.clear();
    this.#session.end();
    this.#leavePage();
    this.#stopAge();
    this.reports.end();
    this.#heard();
    return this.reports.flush();
  }

  protected get values(): Values | undefined {
    return this.#session.values;
  }

  protected find(key: string, coded: JsonValue | undefined, type: AskedType): Evaluation {
    return this.#answers.find({ values: this.values, isStale: this.#isStale }, key, coded, type);
  }

  /** Whom to ask for: by a key, unless a token says who it is. */
  #named(context: Context): Context {
    return context.targetingKey || this.#token.isGiven ? context : { ...context, targetingKey: this.#kept.visitor() };
  }

  /** What to begin with: what the server put into the page, else what an earlier page left. */
  #start(given: Context, bootstrap: Bootstrap | undefined): ValuesStart | undefined {
    // The page was rendered from it in any case, and a page is hydrated with what it was rendered from.
    this.#bootstrap = bootstrap;
    if (bootstrap?.contextHash === contextHash(given)) {
      this.#source = 'bootstrap';
      return { items: Object.entries(bootstrap.flags).map(([key, found]) => ({ key, ...found })), ageMs: 0 };
    }
    if (bootstrap) this.#notes.once('bootstrap', 'warn', 'the bootstrap is of another context, and is left out');
    // Where a token alone says who it is, what is kept could be another one's.
    const kept = this.#context.targetingKey && this.#kept.read(this.#context);
    if (!kept) return undefined;
    this.#source = 'storage';
    this.#isStale = true;
    return kept;
  }

  #keep(): void {
    const { values, at, context } = this.#session;
    if (this.#source !== 'server' || !values || !context.targetingKey) return;
    this.#kept.write(context, { items: [...values.values()], state: at, ageMs: this.#session.ageMs() });
  }

  #move(away: boolean): void {
    if (away) this.reports.hand();
    if (away === this.#isAway) return;
    this.#isAway = away;
    this.#session[away ? 'pause' : 'begin']();
  }

  #changed({ keys }: ValuesChange): void {
    const isFirst = this.#source === 'defaults';
    const { context } = this.#session;
    if (keys.length > 0 || this.#context !== context) this.reports.cut();
    this.#source = 'server';
    this.#context = context;
    this.#keep();
    this.#listeners.tell('look', undefined);
    if (isFirst) this.#tellReady();
    else if (keys.length > 0) this.#listeners.tell('change', { position: this.#position, keys });
  }

  #confirmed(): void {
    const isBack = this.#trouble || this.#isMissed;
    this.#source = 'server';
    this.#isStale = false;
    this.#isMissed = false;
    this.#problem = undefined;
    this.#trouble = undefined;
    this.#notes.forget('trouble');
    this.#heard();
    this.#moved();
    if (isBack) this.#tellReady();
  }

  /** Tells once when nobody has confirmed the values for too long. */
  #moved(): void {
    this.#stopAge();
    this.#listeners.tell('look', undefined);
    const { state } = this.#session;
    if (state === 'stream' || state === 'closed') return;
    this.#stopAge = this.#ports.sleep(STALE_MS - this.#session.silentMs(), () => {
      this.#isStale = true;
      this.#isMissed = true;
      this.#listeners.tell('look', undefined);
      if (this.values) this.#listeners.tell('stale', this.status());
    });
  }

  #failed(problem: SessionProblem, message: string): void {
    const error = errorOf({ kind: problem === 'unauthorized' ? 'forbidden' : 'failed', message });
    const { code } = error;
    this.#problem = error;
    if (code === 'unauthorized') this.#heard();
    // While fetches bring the values, a stream that cannot be had is no trouble.
    else if (this.#session.state === 'polling') return;
    if (code === this.#trouble?.code) return;
    this.#trouble = error;
    const sequel = this.values ? 'what is known goes on being served' : 'the coded defaults hold';
    this.#notes.once('trouble', 'error', `${code}: ${message}; ${sequel}`);
    this.#listeners.tell('look', undefined);
    this.#listeners.tell('error', error);
  }

  /** A moment later, so that whoever makes a client can listen first. */
  #tellReady(): void {
    queueMicrotask(() => this.#listeners.tell('ready', this.#readiness()));
  }

  get #position(): string | null {
    return this.#session.at?.split('~')[0] ?? ((this.#source === 'bootstrap' && this.#bootstrap?.position) || null);
  }

  #known() {
    const ageMs = this.#session.ageMs();
    return {
      source: this.#source,
      position: this.#position,
      ageMs: this.values && Number.isFinite(ageMs) ? Math.round(ageMs) : null,
    };
  }

  #readiness(): Readiness {
    return { ...this.#known(), ...(this.#trouble && { error: this.#trouble }) };
  }
}
