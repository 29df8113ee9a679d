import {
  type Bootstrap,
  type Context,
  contextHash,
  type Evaluation,
  type JsonValue,
  type Values,
  type ValuesProblem,
  ValuesSession,
  type ValuesStart,
} from '@turnout/core';
import { Answers, type AskedType } from './answers.ts';
import { ContextToken } from './context-token.ts';
import { type KeptValues, keepValues } from './kept-values.ts';
import { makeNotes, type Note } from './notes.ts';
import type { ClientState, Listener, Readiness, Source, Status, TurnoutEvents, TurnoutOptions } from './options.ts';
import { isAway, watchPage } from './page.ts';
import { makeReports, type Reports } from './reports.ts';
import { canStream, makePorts } from './transport.ts';
import { VERSION } from './version.ts';

/** What nobody has confirmed for so long says that it is stale. */
const STALE_MS = 60_000;
const READY_WITHIN_MS = 5_000;

/** What listeners are told of: the events of a client, and `look`: an answer or the status may have changed. */
interface Told extends TurnoutEvents {
  look: undefined;
}

/** Whom values are asked for, and what proves it. */
interface Visitor {
  context: Context;
  token: ContextToken;
}

/** What a client knows and what keeps that up to date: the session, the page, the storage, what is reported. */
export class LiveValues {
  readonly #note: Note;
  readonly #answers: Answers;
  readonly #kept: KeptValues;
  readonly #session: ValuesSession;
  readonly #bootstrap: Bootstrap | undefined;
  protected readonly reports: Reports;
  #listeners: { name: string; call: (what: never) => void }[] = [];
  /** Whose evaluations are counted at present, and whose values are asked for. */
  #visitor: Visitor;
  #wanted: Visitor;
  #source: Source = 'defaults';
  /** Values of storage until a server confirmed them, and any that nobody has confirmed for a minute. */
  #isStale = false;
  /** The problem that was told and is not over. */
  #trouble: ValuesProblem | undefined;
  /** Nothing is well yet, or something is not: when it is, that is told. */
  #isMissed = true;
  #heard = () => {};
  readonly #hearing = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });
  #stopAge = () => {};
  readonly #leavePage: () => void;

  constructor(options: TurnoutOptions) {
    const { url, key, context, contextToken, bootstrap, logger, storage } = { ...options };
    const place = `${url}`.replace(/\/+$/, '');
    const secret = `${key}`.trim();
    const ports = makePorts(place);
    const now = () => performance.now();
    this.#note = makeNotes(logger);
    this.#answers = new Answers(this.#note);
    this.#kept = keepValues(storage, secret);
    // The page was rendered from it in any case, and a page is hydrated with what it was rendered from.
    this.#bootstrap = bootstrap;
    this.#visitor = this.#wanted = this.#named(context, new ContextToken(contextToken));
    const start = this.#start(contextHash({ ...context }));
    this.#session = new ValuesSession(
      {
        ports: {
          ...ports,
          send: ({ headers, ...request }) =>
            this.#wanted.token.send((text) =>
              ports.send({ ...request, headers: text ? { ...headers, 'turnout-context': text } : headers }),
            ),
        },
        now,
        context: this.#visitor.context,
        headers: { authorization: `Bearer ${secret}`, 'turnout-sdk': `browser/${VERSION}` },
        canStream,
        onChange: (keys) => this.#changed(keys),
        onConfirm: () => this.#confirmed(),
        onState: () => this.#moved(),
        onProblem: (problem) => this.#failed(problem),
      },
      start,
    );
    const whose = () => ({ ...this.#visitor, position: this.#position });
    this.reports = makeReports({ ports, url: place, key: secret, now, whose });
    if (start) this.#tellReady();
    this.#leavePage = watchPage((away) => this.#move(away));
    // A page that begins in the background gets its values, and no stream until it is looked at.
    this.#session[isAway() ? 'fetch' : 'begin']();
  }

  /** Whose values are served: the former one's until `setContext` has brought those of another. */
  get context(): Context {
    return this.#visitor.context;
  }

  /** What the page was rendered from; also where it was of another context, and is not what the client began with. */
  get bootstrap(): Bootstrap | undefined {
    return this.#bootstrap;
  }

  /** Calls back on an event. Answers how to end it. What a listener throws is logged once, and the others are told. */
  on<K extends keyof TurnoutEvents>(name: K, call: Listener<K>): () => void {
    return this.#listen({ name, call });
  }

  /** Calls back whenever an answer, or how the client stands, may have changed. Answers how to end it. */
  subscribe(look: () => void): () => void {
    return this.#listen({ name: 'look', call: look });
  }

  /**
   * Waits until the server has given the values, or until the time is over (5 s unless `timeoutMs` says otherwise), and
   * says what there is. Never rejects: without values every question is answered by its coded default.
   */
  async ready({ timeoutMs = READY_WITHIN_MS }: { timeoutMs?: number } = {}): Promise<Readiness> {
    await Promise.race([this.#hearing, new Promise((resolve) => setTimeout(resolve, timeoutMs))]);
    const late = { code: 'unreachable', message: `no answer in ${timeoutMs} ms` } as const;
    return { ...(this.#source !== 'server' && { error: late }), ...this.#readiness() };
  }

  /** How it is connected, where the values are from, and how old they may be. */
  status(): Status {
    const { state } = this.#session;
    const said: Partial<Record<typeof state, ClientState>> = { idle: 'paused', stream: 'live' };
    const other = state === 'connecting' ? this.#trouble?.code : undefined;
    return { state: other ?? said[state] ?? (state as ClientState), ...this.#known() };
  }

  /**
   * From now on for somebody else: who signed in or out, or has other attributes. What is served stays until the server
   * has answered for them, and then all flags change in one step. Resolves when that is so, or with `error` when the
   * server did not answer; it is then asked again. A `contextToken` that is a text goes with the former context; a
   * function stays until another token is given.
   */
  async setContext(context: Context, options?: Pick<TurnoutOptions, 'contextToken'>): Promise<Readiness> {
    const { source } = this.#wanted.token;
    const own = options?.contextToken ?? (typeof source === 'function' ? source : undefined);
    this.#wanted = this.#named(context, new ContextToken(own));
    const error = await this.#session.setContext(this.#wanted.context);
    if (error) this.#isMissed = true;
    return { ...this.#readiness(), ...(error && { error }) };
  }

  /** Reports for the last time and ends the connection; nothing stays open. What is known goes on being served. */
  close(): Promise<void> {
    this.#keep();
    this.#listeners = [];
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
  #named(given: Context | undefined, token: ContextToken): Visitor {
    const context = { ...given };
    if (!token.source) context.targetingKey ||= this.#kept.visitor();
    return { context, token };
  }

  /** What to begin with: what the server put into the page for a context of this hash, else what an earlier page left. */
  #start(hash: string): ValuesStart | undefined {
    const bootstrap = this.#bootstrap;
    if (bootstrap?.contextHash === hash) {
      this.#source = 'bootstrap';
      return { items: Object.entries(bootstrap.flags).map(([key, found]) => ({ key, ...found })), ageMs: 0 };
    }
    if (bootstrap) this.#note('warn', 'the bootstrap is of another context, and is left out');
    // Where a token alone says who it is, what is kept could be another one's.
    const kept = this.context.targetingKey && this.#kept.read(this.context);
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
    this.#session[away ? 'pause' : 'begin']();
  }

  #changed(keys: string[]): void {
    const isFirst = this.#source === 'defaults';
    const isOther = this.#session.context !== this.context;
    if (keys.length > 0 || isOther) this.reports.cut();
    if (isOther) this.#visitor = this.#wanted;
    this.#source = 'server';
    this.#keep();
    this.#tell('look', undefined);
    if (!isFirst && keys.length > 0) this.#tell('change', { position: this.#position, keys });
  }

  #confirmed(): void {
    const isNews = this.#trouble || this.#isMissed;
    this.#source = 'server';
    this.#isStale = this.#isMissed = false;
    this.#trouble = undefined;
    this.#heard();
    this.#moved();
    if (isNews) this.#tellReady();
  }

  /** Tells once when nobody has confirmed the values for too long. */
  #moved(): void {
    this.#stopAge();
    this.#tell('look', undefined);
    if (this.#session.state === 'stream' || this.#session.state === 'closed') return;
    const timer = setTimeout(() => {
      this.#isStale = this.#isMissed = true;
      this.#tell('look', undefined);
      if (this.values) this.#tell('stale', this.status());
    }, STALE_MS - this.#session.silentMs());
    this.#stopAge = () => clearTimeout(timer);
  }

  #failed(problem: ValuesProblem): void {
    const { code, message } = problem;
    const isTold = code === this.#trouble?.code;
    this.#trouble = problem;
    if (code === 'unauthorized') this.#heard();
    if (isTold) return;
    const sequel = this.values ? 'what is known goes on being served' : 'the coded defaults hold';
    this.#note('error', `${code}: ${message}; ${sequel}`);
    this.#tell('look', undefined);
    this.#tell('error', problem);
  }

  /** A moment later, so that whoever makes a client can listen first. */
  #tellReady(): void {
    this.#isMissed = false;
    queueMicrotask(() => this.#tell('ready', this.#readiness()));
  }

  #listen(own: { name: string; call: (what: never) => void }): () => void {
    // The same function given twice is told twice, and taken back once.
    this.#listeners.push(own);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
  }

  #tell<K extends keyof Told>(told: K, what: Told[K]): void {
    for (const { name, call } of [...this.#listeners]) {
      try {
        if (name === told) call(what as never);
      } catch (error) {
        this.#note('error', `a listener threw: ${error}`, 'listener');
      }
    }
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
