import type { AnyFlags, FlagKey, FlagTypes, FlagValue } from '@turnout/core';
import { type Compiled, compile, type Flag, type JsonValue, type Ruleset } from '@turnout/core';
import { typeOf } from './answer.ts';
import { Client } from './client.ts';
import type { Connection, Counter, Counters } from './connection.ts';
import { type EventName, type Listener, Listeners } from './events.ts';
import { Notes } from './logger.ts';
import type { Readiness, Status } from './options.ts';

/** A client for tests: it answers what it was told to, to everybody, and opens no socket. */
export class TestTurnout<F extends FlagTypes = AnyFlags> extends Client<F> {
  readonly #held: HeldValues;

  constructor(held: HeldValues) {
    super(held, undefined);
    this.#held = held;
  }

  /** Gives a flag another value, or makes one more. Watchers and listeners hear of it before this returns. */
  set<K extends FlagKey<F>>(key: K, value: FlagValue<F, K>): void {
    this.#held.set(key, value);
  }
}

/**
 * A client that answers `values`. A flag that is not among them throws: in a test it is a slip of the pen. In an app,
 * nothing throws.
 */
export function testTurnout<F extends FlagTypes = AnyFlags>(values: Partial<NoInfer<F>> = {}): TestTurnout<F> {
  const held = new HeldValues();
  for (const [key, value] of Object.entries(values)) held.set(key, value);
  return new TestTurnout<F>(held);
}

function flagOf(key: string, value: JsonValue | undefined): Flag {
  const type = typeOf(value);
  if (type === undefined || value === undefined) {
    throw new TypeError(`testTurnout: ${key} needs a boolean, a string, a number or an object`);
  }
  return {
    key,
    type,
    // A copy: compiling freezes the values of variants, and this one is the test's own.
    variants: { value: structuredClone(value) },
    state: 'on',
    offVariant: null,
    prerequisites: [],
    rules: [],
    fallthrough: { variant: 'value' },
    clientVisible: true,
  };
}

/** What a test evaluates and tracks is nobody's business. */
const UNCOUNTED: Counter & Counters['events'] = { count: () => {} };

/** A connection to nowhere: the ruleset is what the test says. */
class HeldValues implements Connection {
  readonly hasLimits = false;
  readonly hooks = [];
  readonly overrides = new Map<string, never>();
  readonly notes = new Notes(undefined);
  readonly measured = undefined;
  readonly counts = { asked: UNCOUNTED, bulk: UNCOUNTED, events: UNCOUNTED };
  readonly #listeners = new Listeners(this.notes);
  readonly #looks = new Set<() => void>();
  #ruleset: Ruleset = {
    schema: 1,
    project: 'test',
    environment: 'test',
    epoch: 'test',
    revision: 0,
    view: 'main',
    shedLevel: 0,
    flags: {},
    segments: {},
  };
  #compiled = compile(this.#ruleset);
  #isClosed = false;

  get compiled(): Compiled {
    return this.#compiled;
  }

  get quick(): Compiled {
    return this.#compiled;
  }

  set(key: string, value: JsonValue | undefined): void {
    const flags = { ...this.#ruleset.flags, [key]: flagOf(key, value) };
    this.#ruleset = { ...this.#ruleset, revision: this.#ruleset.revision + 1, flags };
    this.#compiled = compile(this.#ruleset, this.#compiled);
    for (const look of [...this.#looks]) look();
    this.#listeners.tell('change', { position: this.#position(), keys: [key], killed: [] });
  }

  onUnknown(key: string): void {
    throw new Error(`testTurnout: there is no flag ${key}; there are: ${[...this.#compiled.flags.keys()].join(', ')}`);
  }

  onAnswers(look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }

  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#listeners.on(name, listener);
  }

  ageMs(): number {
    return 0;
  }

  ready(): Promise<Readiness> {
    return Promise.resolve({ source: 'file', position: this.#position(), ageMs: 0 });
  }

  status(): Status {
    return { state: this.#isClosed ? 'closed' : 'live', source: 'file', position: this.#position(), ageMs: 0 };
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#looks.clear();
    return Promise.resolve();
  }

  #position(): string {
    return `${this.#ruleset.epoch}.${this.#ruleset.revision}`;
  }
}
