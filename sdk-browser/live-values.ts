import {
  type Bootstrap,
  type Context,
  contextHash,
  type Evaluation,
  type JsonValue,
  type Values,
  ValuesSession,
  type ValuesStart,
} from '@turnout/core';
import { type FindAnswer, makeAnswers } from './answers.ts';
import { makeCounts } from './counts.ts';
import { type KeptValues, keepValues } from './kept-values.ts';
import { makeNotes, type Note } from './notes.ts';
import type { ConnectionError, Listener, Readiness, Source, Status, TurnoutEvents, TurnoutOptions } from './options.ts';
import { isAway, watchPage } from './page.ts';
import { makeReports, type Reports } from './reports.ts';
import { type ContextToken, makePorts, type Whom } from './transport.ts';

/** What nobody has confirmed for so long says that it is stale. */
const STALE_MS = 60_000;
const READY_WITHIN_MS = 5_000;

/** Of what, which is everything where it is empty, and who is told. */
type Listening = [name: string, call: (what: never) => void];

/** What a client knows and what keeps that up to date: the session, the page, the storage, what is reported. */
export class LiveValues {
  /** What the page was rendered from; also where it was of another context, and is not what the client began with. */
  readonly bootstrap: Bootstrap | undefined;
  readonly #note: Note;
  readonly #find: FindAnswer;
  readonly #kept: KeptValues;
  readonly #session: ValuesSession<Whom>;
  protected readonly reports: Reports;
  protected readonly counts = makeCounts();
  readonly #listeners = new Set<Listening>();
  #source: Source = 'defaults';
  /** Values of storage until a server confirmed them, and any that nobody has confirmed for a minute. */
  #isStale = false;
  /** The problem that was told and is not over. */
  #told: string | undefined;
  /** Nothing is well yet, or something is not: when it is, that is told. */
  #isMissed = true;
  #heard = () => {};
  readonly #hearing = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });
  #ageTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #leavePage: () => void;

  constructor(options: TurnoutOptions) {
    const { url, key, context, contextToken, bootstrap, logger, storage } = { ...options };
    const place = `${url}`.replace(/\/+$/, '');
    const secret = `${key}`.trim();
    const ports = makePorts(place, secret);
    this.#note = makeNotes(logger);
    this.#find = makeAnswers(this.#note);
    this.#kept = keepValues(storage, secret);
    this.bootstrap = bootstrap;
    const visitor = this.#named(context, { source: contextToken });
    const start = this.#start(contextHash({ ...context }), visitor.context);
    this.#session = new ValuesSession(
      {
        ports,
        visitor,
        onChange: (keys, isOther) => this.#changed(keys, isOther),
        onState: () => this.#moved(),
      },
      start,
    );
    this.reports = makeReports(ports, this.counts, this.#session, () => this.#position);
    if (start) this.#tellReady();
    this.#leavePage = watchPage((away) => {
      if (away) this.reports.hand();
      this.#session[away ? 'pause' : 'begin']();
    });
    // A page that begins in the background gets its values, and no stream until it is looked at.
    if (isAway()) void this.#session.fetch(visitor);
    else this.#session.begin();
  }

  /** Whose values are served: the former one's until `setContext` has brought those of another. */
  get context(): Context {
    return this.#session.visitor.context;
  }

  /** Calls back on an event. Answers how to end it. What a listener throws is logged once, and the others are told. */
  on<K extends keyof TurnoutEvents>(name: K, call: Listener<K>): () => void {
    // The same function given twice is told twice, and taken back once.
    const own: Listening = [name, call];
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Calls back whenever an answer, or how the client stands, may have changed. Answers how to end it. */
  subscribe(look: () => void): () => void {
    return this.on('' as never, look);
  }

  /**
   * Waits until the server has given the values, or until the time is over (5 s unless `timeoutMs` says otherwise), and
   * says what there is. Never rejects: without values every question is answered by its coded default.
   */
  async ready({ timeoutMs = READY_WITHIN_MS }: { timeoutMs?: number } = {}): Promise<Readiness> {
    await Promise.race([this.#hearing, new Promise((resolve) => setTimeout(resolve, timeoutMs))]);
    const late = { code: 'unreachable', message: `no answer in ${timeoutMs} ms` } as const;
    return this.#readiness(this.#session.problem ?? (this.#source === 'server' ? undefined : late));
  }

  /** How it is connected, where the values are from, and how old they may be. */
  status(): Status {
    return { state: this.#session.state, ...this.#known() };
  }

  /**
   * From now on for somebody else: who signed in or out, or has other attributes. What is served stays until the server
   * has answered for them, and then all flags change in one step. Resolves when that is so, or with `error` when the
   * server did not answer; it is then asked again. A `contextToken` that is a text goes with the former context; a
   * function stays until another token is given.
   */
  async setContext(context: Context, options?: Pick<TurnoutOptions, 'contextToken'>): Promise<Readiness> {
    const { source } = this.#session.wanted.token;
    const own = options?.contextToken ?? (typeof source === 'function' ? source : undefined);
    const error = await this.#session.fetch(this.#named(context, { source: own }));
    if (error) this.#isMissed = true;
    return this.#readiness(error);
  }

  /** Reports for the last time and ends the connection; nothing stays open. What is known goes on being served. */
  close(): Promise<void> {
    this.#listeners.clear();
    this.#session.end();
    this.#leavePage();
    clearTimeout(this.#ageTimer);
    this.reports.end();
    this.#heard();
    return this.reports.flush();
  }

  protected get values(): Values | undefined {
    return this.#session.values;
  }

  protected find(key: string, coded: JsonValue | undefined): Evaluation {
    return this.#find(this.values, this.#isStale, key, coded);
  }

  /** Whom to ask for: by a key, unless a token says who it is. */
  #named(given: Context | undefined, token: ContextToken): Whom {
    const context = { ...given };
    if (!token.source) context.targetingKey ||= this.#kept.visitor();
    return { context, token };
  }

  /** What to begin with: what the server put into the page for a context of this hash, else what an earlier page left. */
  #start(hash: string, context: Context): ValuesStart | undefined {
    const { bootstrap } = this;
    if (bootstrap?.contextHash === hash) {
      this.#source = 'bootstrap';
      // It names no kills, and a node that has not come so far does not answer.
      return { items: bootstrap.flags, state: bootstrap.position, ageMs: 0 };
    }
    if (bootstrap) this.#note('warn', 'the bootstrap is of another context');
    // Where a token alone says who it is, what is kept could be another one's.
    const kept = context.targetingKey && this.#kept.read(context);
    if (!kept) return undefined;
    this.#source = 'storage';
    this.#isStale = true;
    return kept;
  }

  #changed(keys: string[], isOther: boolean): void {
    const { visitor, start } = this.#session;
    const { context } = visitor;
    const isNews = keys.length > 0 && this.#source !== 'defaults';
    if (keys.length > 0 || isOther) this.reports.cut();
    this.#source = 'server';
    this.#isStale = false;
    if (context.targetingKey) this.#kept.write(context, { ...start, ageMs: this.#session.ageMs() });
    this.#tell(isNews && 'change', { position: this.#position, keys });
    this.#heard();
    this.#moved();
    if (this.#isMissed) this.#tellReady();
  }

  /** Tells of a problem once, and once when nobody has confirmed the values for too long. */
  #moved(): void {
    const { state, problem } = this.#session;
    clearTimeout(this.#ageTimer);
    const told = this.#told;
    this.#told = problem?.code;
    if (problem && problem.code !== told) {
      this.#isMissed = true;
      if (problem.code === 'unauthorized') this.#heard();
      this.#note('error', `${problem.code}: ${problem.message}`);
      this.#tell('error', problem);
    } else this.#tell();
    if (state === 'live' || state === 'closed') return;
    this.#ageTimer = setTimeout(() => {
      this.#isStale = this.#isMissed = true;
      this.#tell(this.values && 'stale', this.status());
    }, STALE_MS - this.#session.silentMs());
  }

  /** A moment later, so that whoever makes a client can listen first. */
  #tellReady(): void {
    this.#isMissed = false;
    queueMicrotask(() => this.#tell('ready', this.#readiness()));
  }

  /** Whoever looks is told of everything: an answer or the status may have changed. */
  #tell<K extends keyof TurnoutEvents>(told?: K | false, what?: TurnoutEvents[K]): void {
    for (const [name, call] of [...this.#listeners]) {
      try {
        if (!name || name === told) call(what as never);
      } catch (error) {
        this.#note('error', `a listener threw: ${error}`, 'listener');
      }
    }
  }

  get #position(): string | null {
    return this.#session.start.state?.split('~')[0] ?? null;
  }

  #known() {
    const ageMs = this.#session.ageMs();
    return {
      source: this.#source,
      position: this.#position,
      ageMs: ageMs < Number.POSITIVE_INFINITY ? Math.round(ageMs) : null,
    };
  }

  #readiness(error: ConnectionError | undefined = this.#session.problem): Readiness {
    return { ...this.#known(), ...(error && { error }) };
  }
}
