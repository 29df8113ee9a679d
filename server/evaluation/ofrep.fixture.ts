import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compile, type Flag, layOverlay, overlayHash, ReportFold, type Ruleset } from '@turnout/core';
import { flagWith } from '@turnout/core/fixtures';
import type { Refusal } from '../access/access-list.ts';
import { mintSecret } from '../access/mint-secret.ts';
import type { KeyKind, KeyPrincipal, Principal } from '../access/principal.ts';
import type { JournalEntry, Served } from '../delivery/served.ts';
import { Admission, DEFAULT_LIMITS } from '../platform/admission.ts';
import { openOutbound } from '../platform/outbound.ts';
import { Problem } from '../platform/problem.ts';
import { Secrets } from '../platform/secrets.ts';
import { ContextTokens } from './context-tokens.ts';
import { KeySets } from './key-sets.ts';
import { Ofrep, type OfrepParts } from './ofrep.ts';

export const ENVIRONMENT = 7;

/** A boolean flag that is on for everybody, changed by what a test is about. */
export function flag(key: string, change: Partial<Flag> = {}): Flag {
  return flagWith({ key, ...change });
}

/** What a node serves of these flags. */
export function serve(flags: Flag[], revision = 1, overlay: JournalEntry[] = []): Served {
  const base: Ruleset = {
    schema: 1,
    project: 'shop',
    environment: 'production',
    epoch: 'e1',
    revision,
    view: 'main',
    shedLevel: 0,
    flags: Object.fromEntries(flags.map((one) => [one.key, one])),
    segments: {},
  };
  return {
    environmentId: ENVIRONMENT,
    projectId: 1,
    position: `e1.${revision}`,
    digest: '',
    base,
    overlay,
    overlayHash: overlayHash(overlay),
    settled: [],
    compiled: compile(layOverlay(base, overlay)),
    etag: `"${revision}"`,
  };
}

/** A kill as a node holds it before a revision records it. */
export function killOf(key: string): JournalEntry {
  const at = '2026-01-01T00:00:00.000Z';
  const id = randomBytes(16).toString('hex');
  return { kind: 'kill', id, epoch: 'e1', flag: key, at, environmentId: ENVIRONMENT, actor: 'root', reason: 'test' };
}

const isKey =
  (id?: string) =>
  (one: Principal | Refusal): one is KeyPrincipal =>
    typeof one === 'object' && one.kind === 'key' && (id === undefined || one.id === id);

/** One node that answers OFREP on a port: its flags, keys and clock are set by the test. */
export class TestNode {
  now: Served;
  ageMs = 12;
  wallMs = Date.parse('2026-03-01T12:00:00Z');
  heard: string | undefined;
  databaseDown = false;
  readonly errors: unknown[] = [];
  readonly events: string[] = [];
  /** The SDKs that keys were used by. */
  readonly used: string[] = [];
  readonly answers: string[] = [];
  readonly counts = { asked: new ReportFold(), bulk: new ReportFold() };
  readonly secrets = Secrets.open({ dataDir: '', fromEnv: randomBytes(32).toString('base64') });
  readonly ofrep: Ofrep;
  readonly #principals = new Map<string, Principal | Refusal>();
  readonly #listeners = new Set<(now: Served) => void>();
  readonly #server: Server;

  constructor(served: Served, change: Partial<OfrepParts> = {}) {
    this.now = served;
    this.ofrep = new Ofrep({ ...this.#parts(), ...change });
    this.#server = createServer((request, response) => {
      if (!this.ofrep.handle(request, response)) response.writeHead(418).end();
    });
  }

  #parts(): OfrepParts {
    return {
      gate: {
        list: {
          findCredential: (secret) => this.#principals.get(secret) ?? 'unknown',
          lookAgain: async () => {
            if (this.databaseDown) throw new Problem('database_unavailable', 'no database', { retryAfterSeconds: 2 });
          },
          findKey: (id) => [...this.#principals.values()].find(isKey(id)) as KeyPrincipal | undefined,
          listOrigins: () => new Set([...this.#principals.values()].filter(isKey()).flatMap((key) => key.origins)),
        },
        admission: new Admission(DEFAULT_LIMITS),
        events: { note: (_principal, action, route) => this.events.push(`${action} ${route}`) },
        used: { note: (_key, _address, sdk) => this.used.push(sdk ?? '') },
        trustProxy: 0,
      },
      flags: {
        served: () => this.now,
        load: async () => this.now,
        ageMs: () => this.ageMs,
        onServed: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      counts: { of: () => this.counts },
      heard: () => this.heard,
      secrets: this.secrets,
      contexts: this.#openContexts(),
      clock: { now: () => new Date(this.wallMs), monotonic: () => performance.now() },
      limits: DEFAULT_LIMITS,
      onError: (error) => this.errors.push(error),
      onAnswer: (route, status) => this.answers.push(`${status} ${route}`),
    };
  }

  #openContexts(): ContextTokens {
    const clock = { now: () => new Date(this.wallMs), monotonic: () => this.wallMs };
    const onFault = (message: string) => this.errors.push(message);
    const keySets = new KeySets({ outbound: openOutbound({ allowed: [] }), allowed: [], clock, onFault });
    return new ContextTokens({ keySets, secrets: this.secrets, clock, onFault });
  }

  /** Makes a key of this kind; answers its secret. */
  key(kind: KeyKind, change: Partial<KeyPrincipal> = {}): string {
    const { id, secret } = mintSecret(kind);
    const scope = { projectId: 1, environmentId: ENVIRONMENT, origins: [], flags: null, tags: null };
    this.#principals.set(secret, { kind: 'key', keyKind: kind, id, name: kind, ...scope, ...change });
    return secret;
  }

  /** Lets this secret stand for any principal. */
  grant(secret: string, principal: Principal): void {
    this.#principals.set(secret, principal);
  }

  /** What the access list says of this secret from now on. */
  refuse(secret: string, refusal: Refusal): void {
    this.#principals.set(secret, refusal);
  }

  /** Puts other flags in the place of those that are served. */
  publish(served: Served): void {
    this.now = served;
    for (const listener of this.#listeners) listener(served);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.ofrep.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Asks for one flag, or for all of them when `key` is undefined, with a server key unless headers say otherwise. */
export async function ask(
  node: TestNode,
  key: string | undefined,
  body: unknown,
  headers: Record<string, string>,
  query = '',
): Promise<{ status: number; headers: Headers; text: string; json: unknown }> {
  const path = key === undefined ? '' : `/${key}`;
  const response = await fetch(`http://127.0.0.1:${node.port}/ofrep/v1/evaluate/flags${path}${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body instanceof Uint8Array ? new Uint8Array(body) : textOf(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

function textOf(body: unknown): string | null {
  return typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body);
}
