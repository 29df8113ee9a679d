import { hash } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import type { Clock } from '../platform/clock.ts';
import { DEPTH_LIMIT } from '../platform/json-body.ts';
import { isTooDeep } from '../platform/json-depth.ts';
import { type Outbound, OutboundFault } from '../platform/outbound.ts';
import { type AllowedTarget, hostOf, isAllowedTarget, portOf } from '../platform/outbound-address.ts';
import { Problem } from '../platform/problem.ts';

/** Finds the public key of a token's header, and looks at nothing else in it. */
export type KeySet = LocalJWKSet;

export interface KeySetParts {
  outbound: Outbound;
  /** OUTBOUND_ALLOW: from what it names keys are taken without TLS too. */
  allowed: readonly AllowedTarget[];
  clock: Pick<Clock, 'monotonic'>;
  /** Told once that keys cannot be fetched, and again when the reason is another. Names a host, and nothing of a token. */
  onFault(message: string): void;
}

interface Kept {
  set: KeySet | undefined;
  /** The hash of the answer that the set is from. */
  answer: string;
  /** Monotonic times: of the answer that the set is from, and of the last try. */
  fetchedAt: number;
  triedAt: number;
  fetching: Promise<void> | undefined;
  told: string | undefined;
}

/** In use, a set is fetched again before anybody would have to wait for it. */
const AHEAD_MS = 300_000;
/** Nobody is checked against an older one, unless the provider was asked a moment ago and did not answer. */
const FRESH_MS = 600_000;
/** A set of a provider that is away is good for so long. */
const GOOD_MS = 86_400_000;
const RETRY_MS = 60_000;
/** Without any set nobody gets an answer: then it is tried sooner. */
const RETRY_FIRST_MS = 5_000;
const MOST_SETS = 1_000;
const MOST_KEYS = 100;
const KINDS = new Set<unknown>(['RSA', 'EC', 'OKP']);
/** What is needed of a key. Certificates and the like are never looked at, and would only fill memory. */
const MEMBERS = new Set(['kty', 'kid', 'use', 'alg', 'key_ops', 'crv', 'x', 'y', 'n', 'e']);
/** As JSON; the largest RSA key that anybody uses takes a third of it. */
const LONGEST_KEY = 4_096;

/** The public keys of identity providers by their addresses, in memory: fetched when they are needed, one at a time. */
export class KeySets {
  readonly #parts: KeySetParts;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: KeySetParts) {
    this.#parts = parts;
  }

  /** The keys, where nobody has to wait for them; undefined where `take` is to be asked. */
  now(url: string): KeySet | undefined {
    const kept = this.#kept.get(url);
    if (kept?.set === undefined) return undefined;
    const age = this.#parts.clock.monotonic() - kept.fetchedAt;
    const tried = this.#triedLately(kept);
    if (age > FRESH_MS && (!tried || kept.fetching !== undefined)) return undefined;
    if (age > AHEAD_MS && !tried) void this.#fetch(url, kept);
    return age > GOOD_MS ? undefined : kept.set;
  }

  /** The keys of this address, fetched where that is due. Throws 503 while there are none. */
  async take(url: string): Promise<KeySet> {
    const ready = this.now(url);
    if (ready !== undefined) return ready;
    const kept = this.#keptOf(url);
    if (kept.fetching !== undefined || !this.#triedLately(kept)) await this.#fetch(url, kept);
    if (kept.set !== undefined && this.#parts.clock.monotonic() - kept.fetchedAt <= GOOD_MS) return kept.set;
    throw new Problem(
      'unavailable',
      'The keys that context tokens are checked with cannot be fetched now; ask again.',
      { retryAfterSeconds: RETRY_FIRST_MS / 1_000 },
    );
  }

  /** Other keys than these, for a token that names none of them: asked for once a minute, whoever comes with what. */
  async takeNewer(url: string, than: KeySet): Promise<KeySet | undefined> {
    const kept = this.#keptOf(url);
    if (kept.set === than && (kept.fetching !== undefined || !this.#triedLately(kept))) await this.#fetch(url, kept);
    return kept.set === than ? undefined : kept.set;
  }

  #keptOf(url: string): Kept {
    let kept = this.#kept.get(url);
    if (kept === undefined) {
      const [oldest] = this.#kept.keys();
      if (this.#kept.size >= MOST_SETS && oldest !== undefined) this.#kept.delete(oldest);
      const never = Number.NEGATIVE_INFINITY;
      kept = { set: undefined, answer: '', fetchedAt: never, triedAt: never, fetching: undefined, told: undefined };
      this.#kept.set(url, kept);
    }
    return kept;
  }

  #triedLately({ set, triedAt }: Kept): boolean {
    return this.#parts.clock.monotonic() - triedAt < (set === undefined ? RETRY_FIRST_MS : RETRY_MS);
  }

  #fetch(url: string, kept: Kept): Promise<void> {
    kept.fetching ??= this.#ask(url, kept).finally(() => {
      kept.fetching = undefined;
    });
    return kept.fetching;
  }

  /** Never fails: what was there before goes on being used. */
  async #ask(url: string, kept: Kept): Promise<void> {
    const { outbound, clock, onFault } = this.#parts;
    const askedAt = clock.monotonic();
    kept.triedAt = askedAt;
    try {
      this.#refusePlain(url);
      const { status, body } = await outbound.ask({ method: 'GET', url, headers: { accept: 'application/json' } });
      if (status !== 200) throw new OutboundFault('unreadable', `${new URL(url).host} answers ${status}.`);
      const answer = hash('sha256', body, 'base64url');
      // The same keys stay the same object, so that what was checked with them is still known.
      if (kept.set === undefined || kept.answer !== answer) kept.set = readKeySet(url, body);
      kept.answer = answer;
      kept.fetchedAt = askedAt;
      kept.told = undefined;
    } catch (error) {
      const message = error instanceof OutboundFault ? error.message : `${new URL(url).host}: it cannot be read.`;
      if (kept.told !== message) onFault(message);
      kept.told = message;
    }
  }

  /** Whoever stands on the way could put keys of their own into an answer that nothing protects. */
  #refusePlain(text: string): void {
    const url = new URL(text);
    const target = { host: hostOf(url), port: portOf(url) };
    if (url.protocol === 'https:' || isAllowedTarget(this.#parts.allowed, target, target.host)) return;
    throw new OutboundFault(
      'refused-address',
      `Keys are fetched from ${url.host} without TLS only where OUTBOUND_ALLOW names it.`,
    );
  }
}

/** Only public keys are taken out of what was answered; with a secret in it everybody could sign. */
function readKeySet(url: string, body: Buffer): KeySet {
  const unreadable = () => new OutboundFault('unreadable', `${new URL(url).host} does not answer with a set of keys.`);
  if (isTooDeep(body, DEPTH_LIMIT)) throw unreadable();
  const keys = parse(body)?.keys;
  if (!Array.isArray(keys)) throw unreadable();
  const small = (key: PublicKey) => JSON.stringify(key).length <= LONGEST_KEY;
  const usable = keys.filter(isPublicKey).map(publicPart).filter(small).slice(0, MOST_KEYS);
  if (usable.length === 0) throw unreadable();
  return createLocalJWKSet({ keys: usable });
}

function parse(body: Buffer): { keys?: unknown } | null | undefined {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

type PublicKey = JSONWebKeySet['keys'][number];

function publicPart(key: PublicKey): PublicKey {
  return Object.fromEntries(Object.entries(key).filter(([name]) => MEMBERS.has(name)));
}

function isPublicKey(key: unknown): key is PublicKey {
  return typeof key === 'object' && key !== null && 'kty' in key && KINDS.has(key.kty) && !('d' in key);
}
