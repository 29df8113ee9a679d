import type { Context } from '../model/evaluation.ts';
import { writeFrame } from './sse.ts';
import type { ValuesListener, ValuesParts, ValuesPorts, ValuesStart, Visitor } from './values-parts.ts';
import { ValuesSession } from './values-session.ts';
import type { ValueItem, ValueItems, ValuesAsk, ValuesEvent, ValuesStreamEvent } from './values-wire.ts';
import { VirtualTime } from './virtual-time.fixture.ts';

export function itemOf(key: string, variant: string, changes: Partial<ValueItem> = {}): ValueItem {
  return { key, value: variant === 'on', variant, reason: 'STATIC', ...changes };
}

/** Flags by key and variant, as events have them. */
export function itemsOf(flags: Record<string, string>): ValueItems {
  return Object.fromEntries(Object.entries(flags).map(([key, variant]) => [key, itemOf(key, variant)]));
}

/** An event that says that this state is reached. */
export function eventOf(to: string, changes: Partial<ValuesEvent> = {}): ValuesEvent {
  return { to, flags: {}, removed: [], held: {}, settled: [], ...changes };
}

/** The first event of a stream that brings all values. */
export function wholeOf(to: string, flags: Record<string, string>, changes: Partial<ValuesEvent> = {}): ValuesEvent {
  return eventOf(to, { flags: itemsOf(flags), tag: `tag of ${to}`, ageMs: 0, beatMs: 4_000, retryMs: 0, ...changes });
}

/** A stream that was asked for, in the hands of a test. */
export class ScriptedValues {
  readonly ask: ValuesAsk;
  readonly context: Context;
  readonly #listener: ValuesListener;
  isClosed = false;

  constructor(ask: ValuesAsk, { context }: Visitor, listener: ValuesListener) {
    this.ask = ask;
    this.context = context;
    this.#listener = listener;
  }

  head(status = 200, retryAfter = Number.NaN): this {
    this.#listener.onHead(status, retryAfter);
    return this;
  }

  text(text: string): this {
    this.#listener.onText(text);
    return this;
  }

  say(data: ValuesStreamEvent['data'], event = 'values'): this {
    return this.text(writeFrame({ event, data: JSON.stringify(data) }));
  }

  end(error: unknown = new Error('it broke off')): this {
    this.#listener.onEnd(error);
    return this;
  }

  /** Is answered, but not with values. */
  refuse(status: number, body = '', retryAfter = Number.NaN): this {
    return this.head(status, retryAfter).text(body).end(undefined);
  }
}

/** A world in the hands of a test: it says what comes, and when. */
export class ValuesScript implements ValuesPorts {
  readonly time = new VirtualTime();
  readonly streams: ScriptedValues[] = [];

  /** The stream that was asked for last. */
  get stream(): ScriptedValues {
    return this.streams.at(-1) as ScriptedValues;
  }

  open(ask: ValuesAsk, visitor: Visitor, listener: ValuesListener): () => void {
    const stream = new ScriptedValues(ask, visitor, listener);
    this.streams.push(stream);
    return () => {
      stream.isClosed = true;
    };
  }

  sleep = (ms: number, then: () => void) => this.time.after(ms, then);
  random = () => 0.5;
  now = () => this.time.now;
}

/** A session of values in the hands of a test. */
export function begin(changes: Partial<ValuesParts<Visitor>> = {}, start?: ValuesStart) {
  const ports = new ValuesScript();
  const told: string[] = [];
  const session = new ValuesSession(
    {
      ports,
      visitor: { context: { targetingKey: 'u' } },
      onChange: (keys, isOther) => told.push(`change ${keys}${isOther ? ' of another' : ''}`),
      onState: () => told.push(`is ${session.state}`),
      ...changes,
    },
    start,
  );
  const variants = () => Object.fromEntries([...(session.values ?? [])].map(([key, { variant }]) => [key, variant]));
  /** How many streams are open or asked for. */
  const open = () => ports.streams.filter(({ isClosed }) => !isClosed).length;
  return { ports, session, variants, open, heard: () => told.splice(0), pass: (ms: number) => ports.time.pass(ms) };
}

export type Begun = ReturnType<typeof begin>;

/** A session that follows a stream which began with these flags. */
export function beginAt(state: string, flags: Record<string, string>, changes: Partial<ValuesEvent> = {}): Begun {
  const begun = begin();
  begun.session.begin();
  begun.ports.stream.head().say(wholeOf(state, flags, changes));
  begun.heard();
  return begun;
}
