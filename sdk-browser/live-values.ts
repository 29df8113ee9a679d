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
import { type FindAnswer, makeAnswers } from './answers.ts';
import { ContextToken } from './context-token.ts';
import { makeCounts } from './counts.ts';
import { type KeptValues, keepValues } from './kept-values.ts';
import { makeNotes, type Note } from './notes.ts';
import type { Listener, Readiness, Source, Status, TurnoutEvents, TurnoutOptions } from './options.ts';
import { isAway, watchPage } from './page.ts';
import { makeReports, type Reports } from './reports.ts';
import { makePorts } from './transport.ts';
import { VERSION } from './version.ts';

/** What nobody has confirmed for so long says that it is stale. */
const STALE_MS = 60_000;
const READY_WITHIN_MS = 5_000;

interface Listening {
  /** Of what; of everything where it is empty. */
  name: string;
  call(what: never): void;
}

/** Whom values are asked for, and what proves it. */
interface Visitor {
  context: Context;
  token: ContextToken;
}

/** What a client knows and what keeps that up to date: the session, the page, the storage, what is reported. */
export class LiveValues {
  /** What the page was rendered from; also where it was of another context, and is not what the client began with. */
  readonly bootstrap: Bootstrap | undefined;
  readonly #note: Note;
  readonly #find: FindAnswer;
  readonly #kept: KeptValues;
  readonly #session: ValuesSession;
  protected readonly reports: Reports;
  protected readonly counts = makeCounts();
  #listeners: Listening[] = [];
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
  #ageTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #leavePage: () => void;

  constructor(options: TurnoutOptions) {
    const { url, key, context, contextToken, bootstrap, logger, storage } = { ...options };
    const place = `${url}`.replace(/\/+$/, '');
    const secret = `${key}`.trim();
    const ports = makePorts(place);
    const now = () => performance.now();
    this.#note = makeNotes(logger);
    this.#find = makeAnswers(this.#note);
    this.#kept = keepValues(storage, secret);
    this.bootstrap = bootstrap;
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
        onChange: (keys) => this.#changed(keys),
        onConfirm: () => this.#confirmed(),
        onState: () => this.#moved(),
        onProblem: (problem) => this.#failed(problem),
      },
      start,
    );
    const whose = () => ({ ...this.#visitor, position: this.#position });
    this.reports = makeReports({ ports, url: place, key: secret, now, counts: this.counts, whose });
    if (start) this.#tellReady();
    this.#leavePage = watchPage((away) => {
      if (away) this.reports.hand();
      this.#session[away ? 'pause' : 'begin']();
    });
    // A page that begins in the background gets its values, and no stream until it is looked at.
    this.#session[isAway() ? 'fetch' : 'begin']();
  }

  /** Whose values are served: the former one's until `setContext` has brought those of another. */
  get context(): Context {
    return this.#visitor.context;
  }

  /** Calls back on an event. Answers how to end it. What a listener throws is logged once, and the others are told. */
  on<K extends keyof TurnoutEvents>(name: K, call: Listener<K>): () => void {
    // The same function given twice is told twice, and taken back once.
    const own = { name, call };
    this.#listeners.push(own);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
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
    return { ...(this.#source !== 'server' && { error: late }), ...this.#readiness() };
  }

  /** How it is connected, where the values are from, and how old they may be. */
  status(): Status {
    const { state } = this.#session;
    const said = { idle: 'paused', stream: 'live', connecting: this.#trouble?.code ?? 'connecting' } as const;
    return { state: said[state as keyof typeof said] ?? state, ...this.#known() };
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
    this.#listeners = [];
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
    return this.#find({ values: this.values, isStale: this.#isStale }, key, coded);
  }

  /** Whom to ask for: by a key, unless a token says who it is. */
  #named(given: Context | undefined, token: ContextToken): Visitor {
    const context = { ...given };
    if (!token.source) context.targetingKey ||= this.#kept.visitor();
    return { context, token };
  }

  /** What to begin with: what the server put into the page for a context of this hash, else what an earlier page left. */
  #start(hash: string): ValuesStart | undefined {
    const { bootstrap } = this;
    if (bootstrap?.contextHash === hash) {
      this.#source = 'bootstrap';
      const { flags, position } = bootstrap;
      const items = Object.entries(flags).map(([key, found]) => ({ key, ...found }));
      // It names no kills, and a node that has not come so far is not asked.
      return { items, state: position ? `${position}~0` : undefined, ageMs: 0 };
    }
    if (bootstrap) this.#note('warn', 'the bootstrap is of another context');
    // Where a token alone says who it is, what is kept could be another one's.
    const kept = this.context.targetingKey && this.#kept.read(this.context);
    if (!kept) return undefined;
    this.#source = 'storage';
    this.#isStale = true;
    return kept;
  }

  #changed(keys: string[]): void {
    const { context, at: state, values = new Map() } = this.#session;
    const isOther = context !== this.context;
    const isNews = keys.length > 0 && this.#source !== 'defaults';
    if (keys.length > 0 || isOther) this.reports.cut();
    if (isOther) this.#visitor = this.#wanted;
    this.#source = 'server';
    if (context.targetingKey) {
      this.#kept.write(context, { items: [...values.values()], state, ageMs: this.#session.ageMs() });
    }
    this.#tell(isNews && 'change', { position: this.#position, keys });
  }

  #confirmed(): void {
    const isBack = this.#trouble || this.#isMissed;
    this.#source = 'server';
    this.#isStale = this.#isMissed = false;
    this.#trouble = undefined;
    this.#heard();
    this.#moved();
    if (isBack) this.#tellReady();
  }

  /** Tells once when nobody has confirmed the values for too long. */
  #moved(): void {
    clearTimeout(this.#ageTimer);
    this.#tell();
    if (this.#session.state === 'stream' || this.#session.state === 'closed') return;
    this.#ageTimer = setTimeout(() => {
      this.#isStale = this.#isMissed = true;
      this.#tell(this.values && 'stale', this.status());
    }, STALE_MS - this.#session.silentMs());
  }

  #failed(problem: ValuesProblem): void {
    const { code, message } = problem;
    const isTold = code === this.#trouble?.code;
    this.#trouble = problem;
    if (code === 'unauthorized') this.#heard();
    if (isTold) return;
    this.#note('error', `${code}: ${message}`);
    this.#tell('error', problem);
  }

  /** A moment later, so that whoever makes a client can listen first. */
  #tellReady(): void {
    this.#isMissed = false;
    queueMicrotask(() => this.#tell('ready', this.#readiness()));
  }

  /** Whoever looks is told of everything: an answer or the status may have changed. */
  #tell<K extends keyof TurnoutEvents>(told?: K | false, what?: TurnoutEvents[K]): void {
    for (const { name, call } of [...this.#listeners]) {
      try {
        if (!name || name === told) call(what as never);
      } catch (error) {
        this.#note('error', `a listener threw: ${error}`, 'listener');
      }
    }
  }

  get #position(): string | null {
    return this.#session.at?.split('~')[0] ?? null;
  }

  #known() {
    const ageMs = this.#session.ageMs();
    return {
      source: this.#source,
      position: this.#position,
      ageMs: this.values && ageMs < Number.POSITIVE_INFINITY ? Math.round(ageMs) : null,
    };
  }

  #readiness(): Readiness {
    return { ...this.#known(), ...(this.#trouble && { error: this.#trouble }) };
  }
}
