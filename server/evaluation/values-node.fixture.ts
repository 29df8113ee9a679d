import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Context,
  type Flag,
  ReportFold,
  type Segment,
  type ValueItems,
  type ValuesAnswer,
  type ValuesAsk,
  type ValuesEvent,
} from '@turnout/core';
import { TestRulesets } from '../delivery/held-rulesets.fixture.ts';
import { StreamReader, TestGate } from '../delivery/sdk-node.fixture.ts';
import { StreamAdmission } from '../delivery/stream-admission.ts';
import { DEFAULT_LIMITS } from '../platform/admission.ts';
import { Secrets } from '../platform/secrets.ts';
import { Ofrep } from './ofrep.ts';
import { VALUES, ValuesProtocol, type ValuesProtocolParts } from './values-protocol.ts';

export type Asked = Partial<ValuesAsk> & { context?: Context };

/** Some node that serves values on a port: what it serves is moved by the test. */
export class ValuesNode {
  readonly flags: TestRulesets;
  readonly gate = new TestGate();
  readonly secrets = Secrets.open({ dataDir: '', fromEnv: 'a'.repeat(32) });
  /** The requests that were answered, by status and route. */
  readonly answers: string[] = [];
  readonly errors: unknown[] = [];
  wallMs = Date.parse('2026-03-01T12:00:00Z');
  readonly stream: ValuesProtocol;
  readonly #ofrep: Ofrep;
  readonly #readers: StreamReader[] = [];
  readonly #server: Server;

  constructor(flags: Flag[], segments: Segment[] = [], change: Partial<ValuesProtocolParts> = {}) {
    this.flags = new TestRulesets(flags, segments);
    const { gate, secrets } = this;
    const parts = {
      ...{ gate, flags: this.flags, secrets },
      clock: { now: () => new Date(this.wallMs), monotonic: () => performance.now() },
      contexts: { claimsOf: () => undefined, contextOf: (_key: unknown, _token: unknown, given: Context) => given },
      onError: (error: unknown) => this.errors.push(error),
      onAnswer: (route: string, status: number) => this.answers.push(`${status} ${route}`),
    };
    const counts = { of: () => ({ asked: new ReportFold(), bulk: new ReportFold() }) };
    this.stream = new ValuesProtocol({
      ...{ ...parts, counts, admission: new StreamAdmission(DEFAULT_LIMITS), onRevoked: gate.onRevoked },
      ...{ limits: DEFAULT_LIMITS, heard: () => undefined },
      ...{ onStuck: () => undefined, times: { beatMs: 80, stuckMs: 20_000 }, ...change },
    });
    this.#ofrep = new Ofrep({ ...parts, counts, heard: () => undefined, limits: DEFAULT_LIMITS });
    this.#server = createServer((request, response) => {
      if (!this.#ofrep.handle(request, response) && !this.stream.handle(request, response)) {
        response.writeHead(418).end();
      }
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What is served, as streams name it. */
  get state(): string {
    return `${this.flags.current.position}~${this.flags.current.overlayHash}`;
  }

  /** All values for a context; `text` is the whole body. */
  async bulk(key: string, context: object = {}, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.address}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ context }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, answer: JSON.parse(text) as ValuesAnswer };
  }

  /** Opens the stream of a key and takes its first event; `ask` is what its client says that it has, and for whom. */
  async open(key: string, ask: Asked = {}, headers: Record<string, string> = {}) {
    const reader = await this.ask(key, ask, headers);
    return { reader, first: await nextValues(reader) };
  }

  async ask(key: string, ask: Asked = {}, headers: Record<string, string> = {}): Promise<StreamReader> {
    const body = JSON.stringify({ key, context: {}, ...ask });
    const reader = await StreamReader.open(`${this.address}${VALUES}`, headers, body);
    this.#readers.push(reader);
    return reader;
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.close();
    this.stream.close();
    this.#ofrep.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The data of the next event of this name. */
export async function nextOf(reader: StreamReader, name: 'values' | 'goodbye' | 'revoked'): Promise<unknown> {
  return (await reader.next(name)).data;
}

export async function nextValues(reader: StreamReader): Promise<ValuesEvent> {
  return (await nextOf(reader, 'values')) as ValuesEvent;
}

/** Items in short: keys with their values. */
export function shortly(items: ValueItems): string[] {
  return Object.entries(items).map(([key, { value, errorCode }]) => `${key} ${errorCode ?? value ?? 'coded'}`);
}

/** What each kill brings about, in short and without the ids. */
export function heldShortly({ held }: ValuesEvent): string[][] {
  return Object.values(held).map(shortly);
}
