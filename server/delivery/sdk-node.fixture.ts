import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamEvent } from '@turnout/core';
import type { Refusal } from '../access/access-list.ts';
import { mintSecret } from '../access/mint-secret.ts';
import type { KeyKind, KeyPrincipal, Principal } from '../access/principal.ts';
import type { Gate } from '../access/raw-caller.ts';
import { Admission, DEFAULT_LIMITS } from '../platform/admission.ts';
import { Problem } from '../platform/problem.ts';
import { ENVIRONMENT, type TestRulesets } from './held-rulesets.fixture.ts';
import { type SdkParts, SdkProtocol } from './sdk-protocol.ts';
import { StreamAdmission } from './stream-admission.ts';

/** Beats come fast, so that tests need not wait, and nobody counts as stuck before a loaded machine has had time. */
const QUICK = { beatMs: 80, stuckMs: 20_000 };

const isKey = (one: Principal | Refusal): one is KeyPrincipal => typeof one === 'object' && one.kind === 'key';

/** Who may come in, as a test says. */
export class TestGate implements Gate {
  readonly principals = new Map<string, Principal | Refusal>();
  readonly events: { note: (principal: Principal, action: string, route: string) => void };
  readonly noted: string[] = [];
  readonly used = { note: () => undefined };
  readonly admission = new Admission(DEFAULT_LIMITS);
  trustProxy = 0;
  databaseDown = false;
  readonly #listeners = new Set<(keyId: string) => void>();
  readonly list: Gate['list'];

  constructor() {
    this.events = { note: (_principal, action, route) => this.noted.push(`${action} ${route}`) };
    this.list = {
      findCredential: (secret) => this.principals.get(secret) ?? 'unknown',
      lookAgain: async () => {
        if (this.databaseDown) throw new Problem('database_unavailable', 'no database', { retryAfterSeconds: 2 });
      },
      findKey: (id) => [...this.principals.values()].filter(isKey).find((key) => key.id === id),
      listOrigins: () => new Set([...this.principals.values()].filter(isKey).flatMap((key) => key.origins)),
    };
  }

  /** Makes a key of this kind; answers its secret. */
  key(kind: KeyKind, change: Partial<KeyPrincipal> = {}): string {
    const { id, secret } = mintSecret(kind);
    const scope = { projectId: 1, environmentId: ENVIRONMENT, origins: [], flags: null, tags: null };
    this.principals.set(secret, { kind: 'key', keyKind: kind, id, name: kind, ...scope, ...change });
    return secret;
  }

  /** Revokes a key, as the access list would tell. */
  revoke(secret: string): void {
    const found = this.principals.get(secret);
    this.principals.set(secret, 'revoked');
    if (found !== undefined && isKey(found)) for (const listener of this.#listeners) listener(found.id);
  }

  onRevoked = (listener: (keyId: string) => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** A node that speaks the server SDK protocol on a port. */
export class TestSdkNode {
  readonly gate = new TestGate();
  readonly errors: unknown[] = [];
  readonly answers: string[] = [];
  readonly counted: Record<string, number> = {};
  readonly sdk: SdkProtocol;
  readonly secret: string;
  readonly readers = new Set<StreamReader>();
  readonly #server: Server;

  constructor(flags: TestRulesets, change: Partial<SdkParts> = {}) {
    this.secret = this.gate.key('server');
    const count = (name: string, by = 1) => {
      this.counted[name] = (this.counted[name] ?? 0) + by;
    };
    this.sdk = new SdkProtocol({
      gate: this.gate,
      flags,
      admission: new StreamAdmission(DEFAULT_LIMITS),
      onRevoked: this.gate.onRevoked,
      clock: { now: () => new Date(), monotonic: () => performance.now() },
      node: 'node-a',
      counts: {
        patches: (by) => count('patches', by),
        whole: (how) => count(how),
        conflated: () => count('conflated'),
        stuck: () => count('stuck'),
        refused: () => count('refused'),
      },
      onError: (error) => this.errors.push(error),
      onAnswer: (route, status) => this.answers.push(`${status} ${route}`),
      times: QUICK,
      ...change,
    });
    this.#server = createServer((request, response) => {
      if (!this.sdk.handle(request, response)) response.writeHead(418).end();
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.secret}` };
  }

  /** Fetches without an Accept-Encoding of its own choice. */
  fetch(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(`${this.address}${path}`, {
      method,
      headers: { 'Accept-Encoding': 'identity', ...this.headers, ...headers },
    });
  }

  /** Opens a stream with this node's key unless the headers say otherwise. */
  async open(headers: Record<string, string> = {}): Promise<StreamReader> {
    const reader = await StreamReader.open(`${this.address}/sdk/v1/stream`, { ...this.headers, ...headers });
    this.readers.add(reader);
    return reader;
  }

  async close(): Promise<void> {
    for (const reader of this.readers) reader.close();
    this.sdk.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One event as it came; `data` is parsed. */
export interface ReadEvent {
  event: StreamEvent['event'] | undefined;
  id: string | undefined;
  data: unknown;
}

/** The reading end of a stream, on a socket that a test can stop reading from. */
export class StreamReader {
  readonly events: ReadEvent[] = [];
  ended = false;
  /** How many characters have come. */
  length = 0;
  readonly #response: IncomingMessage;
  readonly #blocks: string[] = [];
  #rest = '';
  #taken = 0;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (piece: string) => this.#take(piece));
    response.on('close', () => {
      this.ended = true;
    });
    response.on('error', () => undefined);
  }

  /** Resolves with the head, whatever its status. */
  static open(address: string, headers: Record<string, string>, body?: string): Promise<StreamReader> {
    return new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const asked = request(address, { method, headers, agent: false }, (response) =>
        resolve(new StreamReader(response)),
      );
      asked.on('error', reject).end(body);
    });
  }

  get status(): number {
    return this.#response.statusCode ?? 0;
  }

  get headers(): IncomingMessage['headers'] {
    return this.#response.headers;
  }

  /** Stops reading from the socket. */
  pause(): void {
    this.#response.socket.pause();
  }

  resume(): void {
    this.#response.socket.resume();
  }

  close(): void {
    this.#response.destroy();
  }

  /** The next event of one of these names that was not answered yet; others are passed over. */
  async next(...names: string[]): Promise<ReadEvent> {
    const until = performance.now() + 10_000;
    for (;;) {
      while (this.#taken < this.events.length) {
        const found = this.events[this.#taken++] as ReadEvent;
        if (names.length === 0 || names.includes(found.event ?? 'message')) return found;
      }
      if (this.ended) throw new Error(`the stream ended; ${names} did not come after ${this.names}`);
      if (performance.now() > until) throw new Error(`${names} did not come after ${this.names}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** The names of all events so far, without heartbeats. */
  get names(): (string | undefined)[] {
    return this.events.map(({ event }) => event).filter((name) => name !== 'heartbeat');
  }

  /** Everything that has come, as it came. */
  get text(): string {
    return [...this.#blocks, this.#rest].join('\n\n');
  }

  #take(piece: string): void {
    this.length += piece.length;
    // A piece that ends no block is only put aside: rests of megabytes are joined once.
    if (!piece.includes('\n\n') && !this.#rest.endsWith('\n')) {
      this.#rest += piece;
      return;
    }
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      this.#blocks.push(block);
      this.#takeBlock(block);
    }
  }

  #takeBlock(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      event: fields.get('event') as ReadEvent['event'],
      id: fields.get('id'),
      data: JSON.parse(data),
    });
  }
}
