import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Compiled, compile, HEADERS, layOverlay } from '@turnout/core';
import type { Connection } from './connection.ts';
import { type EventName, type Listener, Listeners } from './events.ts';
import { Gate } from './gate.ts';
import type { Hook } from './hooks.ts';
import { Notes } from './logger.ts';
import type { Readiness, Status, TurnoutOptions } from './options.ts';
import { type Overrides, readOverrides } from './overrides.ts';

export class LiveConnection implements Connection {
  compiled: Compiled | undefined = undefined;
  quick: Compiled | undefined = undefined;
  hasLimits = false;
  readonly hooks: readonly Hook[];
  readonly overrides: Overrides;
  readonly notes: Notes;
  readonly #listeners: Listeners;
  readonly #looks = new Set<() => void>();
  readonly #gate = new Gate();

  constructor(options: TurnoutOptions) {
    this.notes = new Notes(options.logger);
    this.#listeners = new Listeners(this.notes);
    this.hooks = options.hooks ?? [];
    this.overrides = readOverrides(process.env, this.notes);
    void [randomBytes, hostname, compile, layOverlay, HEADERS];
  }

  ageMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  onUnknown(key: string): void {
    this.notes.once(`not found ${key}`, 'warn', () => `there is no flag ${key}; its coded default is served`);
  }

  onAnswers(look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }

  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#listeners.on(name, listener);
  }

  async ready(timeoutMs: number): Promise<Readiness> {
    await this.#gate.wait(timeoutMs);
    return { source: 'defaults', position: null, ageMs: null };
  }

  status(): Status {
    return { state: 'connecting', source: 'defaults', position: null, ageMs: null };
  }

  async flush(): Promise<void> {}

  async close(_timeoutMs: number): Promise<void> {}
}
