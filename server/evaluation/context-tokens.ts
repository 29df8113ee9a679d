import { hash } from 'node:crypto';
import type { Context } from '@turnout/core';
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { PAIR_ALGORITHMS, placeOfContextSecret, type SignedContexts } from '../access/context-rule.ts';
import type { KeyPrincipal } from '../access/principal.ts';
import type { Clock } from '../platform/clock.ts';
import { DEPTH_LIMIT } from '../platform/json-body.ts';
import { isTooDeep } from '../platform/json-depth.ts';
import { Problem } from '../platform/problem.ts';
import type { Secrets } from '../platform/secrets.ts';
import { ContextRefusal } from './context-refusal.ts';
import type { KeySet, KeySets } from './key-sets.ts';
import { layClaims, readClaims, type SignedClaims } from './signed-claims.ts';
import { refusalOf } from './tell-token-fault.ts';

export interface ContextTokenParts {
  keySets: Pick<KeySets, 'now' | 'take' | 'takeNewer'>;
  secrets: Pick<Secrets, 'unseal'>;
  clock: Pick<Clock, 'now'>;
  /** Told of a secret that does not open any more. */
  onFault(message: string): void;
}

interface Taken {
  claims: SignedClaims;
  /** The end of it in milliseconds since 1970, by the token's own word. */
  expiresAt: number;
  /** The keys that it was checked with; undefined for a shared secret. */
  keys: KeySet | undefined;
}

const MOST_BYTES = 8_192;
const MOST_TAKEN = 10_000;
/** Clocks differ. */
const TOLERANCE_S = 30;

/**
 * Says whom a context token speaks of, for client keys whose contexts are signed. All that it goes by is in memory, so
 * that a page asks on while the database is away. A token that was found good is known again until it ends, so that a
 * page's next question costs no signature.
 */
export class ContextTokens {
  readonly #parts: ContextTokenParts;
  readonly #taken = new Map<string, Taken>();
  readonly #names = new WeakMap<SignedContexts, string>();
  /** By where they are kept and how they are sealed; null for those that do not open. */
  readonly #secrets = new Map<string, Uint8Array | null>();

  constructor(parts: ContextTokenParts) {
    this.#parts = parts;
  }

  /**
   * What the token of a request says; undefined for a key whose contexts are open, whatever came with it. At once where
   * the token is known. Throws, or rejects with, a `ContextRefusal` (401), or a 503 while nobody can tell.
   */
  claimsOf(key: KeyPrincipal, token: string | undefined): SignedClaims | undefined | Promise<SignedClaims> {
    const { context } = key;
    if (context === undefined) return undefined;
    if (token === undefined || token === '') {
      throw new ContextRefusal('missing', 'This client key asks for a context token (a signed JWT), and none came.');
    }
    if (token.length > MOST_BYTES) throw tooLong();
    const name = hash('sha256', `${this.#nameOf(key.id, context)}\n${token}`, 'base64url');
    return this.#known(context, name) ?? this.#verify(key.id, context, token, name);
  }

  /**
   * The context that a request is to be answered for: what it gives itself, where the key is open, and what its token
   * says before that, where contexts are signed. Fails as `claimsOf` does.
   */
  contextOf(key: KeyPrincipal, token: string | undefined, given: Context): Context | Promise<Context> {
    const { context: rule } = key;
    const claims = this.claimsOf(key, token);
    if (rule === undefined || claims === undefined) return given;
    if (claims instanceof Promise) return claims.then((found) => layClaims(rule, found, given));
    return layClaims(rule, claims, given);
  }

  #known({ jwksUrl }: SignedContexts, name: string): SignedClaims | undefined {
    const taken = this.#taken.get(name);
    if (taken === undefined) return undefined;
    if (taken.expiresAt + TOLERANCE_S * 1_000 <= this.#parts.clock.now().getTime()) {
      this.#taken.delete(name);
      throw refusalOf(new errors.JWTExpired('over', {}));
    }
    // Of keys that were taken back no token is good any more.
    return jwksUrl === null || this.#parts.keySets.now(jwksUrl) === taken.keys ? taken.claims : undefined;
  }

  async #verify(keyId: string, context: SignedContexts, token: string, name: string): Promise<SignedClaims> {
    refuseOdd(token);
    const { payload, keys } =
      context.jwksUrl === null
        ? {
            payload: await check(token, this.#secretOf(keyId, context), optionsOf(context, this.#now())),
            keys: undefined,
          }
        : await this.#checkByKeys(context.jwksUrl, context, token);
    const claims = readClaims(payload);
    if (claims === undefined) {
      throw new ContextRefusal(
        'invalid',
        'The context token is not right: its sub must name somebody, in 1 to 512 characters.',
      );
    }
    const [oldest] = this.#taken.keys();
    if (this.#taken.size >= MOST_TAKEN && oldest !== undefined) this.#taken.delete(oldest);
    this.#taken.set(name, { claims, expiresAt: (payload.exp ?? 0) * 1_000, keys });
    return claims;
  }

  async #checkByKeys(
    url: string,
    context: SignedContexts,
    token: string,
  ): Promise<{ payload: JWTPayload; keys: KeySet }> {
    const { keySets } = this.#parts;
    const options = optionsOf(context, this.#now());
    const keys = await keySets.take(url);
    const payload = await checkByKeys(token, keys, options);
    if (payload !== undefined) return { payload, keys };
    const newer = await keySets.takeNewer(url, keys);
    const again = newer && (await checkByKeys(token, newer, options));
    if (newer === undefined || again === undefined) throw refusalOf(new errors.JWKSNoMatchingKey());
    return { payload: again, keys: newer };
  }

  #now(): Date {
    return this.#parts.clock.now();
  }

  #secretOf(keyId: string, { sealed }: SignedContexts): Uint8Array {
    const place = placeOfContextSecret(keyId);
    let secret = this.#secrets.get(`${place} ${sealed}`);
    if (secret === undefined) {
      if (this.#secrets.size >= MOST_TAKEN) this.#secrets.clear();
      secret = this.#openSecret(place, sealed ?? '');
      this.#secrets.set(`${place} ${sealed}`, secret);
      if (secret === null) {
        this.#parts.onFault(`The secret of the contexts of the key ${keyId} does not open. Set it again.`);
      }
    }
    if (secret !== null) return secret;
    throw new Problem('unavailable', 'Context tokens of this key cannot be checked now.', { retryAfterSeconds: 60 });
  }

  #openSecret(place: string, sealed: string): Uint8Array | null {
    try {
      return new TextEncoder().encode(this.#parts.secrets.unseal(place, sealed));
    } catch {
      return null;
    }
  }

  /** Changes with everything that says which tokens are good, so that an edit of the key forgets what was taken. */
  #nameOf(keyId: string, context: SignedContexts): string {
    let name = this.#names.get(context);
    if (name === undefined) {
      const { issuer, audience, algorithms, jwksUrl, sealed } = context;
      name = JSON.stringify([keyId, issuer, audience, algorithms, jwksUrl, sealed]);
      this.#names.set(context, name);
    }
    return name;
  }
}

function optionsOf({ issuer, audience, algorithms, jwksUrl }: SignedContexts, currentDate: Date): JWTVerifyOptions {
  // A public key is no secret: with one taken for the other, everybody could sign.
  const pinned = jwksUrl === null ? ['HS256'] : PAIR_ALGORITHMS.filter((one) => algorithms.includes(one));
  return {
    ...{ issuer, audience, algorithms: pinned, currentDate, clockTolerance: TOLERANCE_S },
    requiredClaims: ['exp', 'sub'],
  };
}

async function check(
  token: string,
  key: Parameters<typeof jwtVerify>[1],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Undefined where the set has no key that the token could be signed with. */
async function checkByKeys(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<JWTPayload | undefined> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw refusalOf(error);
    // Its header does not say which of several it is.
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (fault) {
        if (!(fault instanceof errors.JWSSignatureVerificationFailed)) throw refusalOf(fault);
      }
    }
    throw refusalOf(new errors.JWSSignatureVerificationFailed());
  }
}

/**
 * The parts of a token are JSON too, and deep JSON is refused everywhere. Each is written as base64url writes it: a
 * signature that may hold spaces is good in any number of ways, each of which would be checked and remembered anew.
 */
function refuseOdd(token: string): void {
  const parts = token.split('.');
  const bytes = parts.map((part) => Buffer.from(part, 'base64url'));
  if (parts.length !== 3 || bytes.some((one, at) => one.toString('base64url') !== parts[at])) {
    throw new ContextRefusal('invalid', 'The context token is not a JWT of three parts.');
  }
  if (bytes.slice(0, 2).some((part) => isTooDeep(part, DEPTH_LIMIT))) {
    throw new ContextRefusal('invalid', `The context token may be nested ${DEPTH_LIMIT} deep at most.`);
  }
}

function tooLong(): ContextRefusal {
  return new ContextRefusal('invalid', `The context token is too long; at most ${MOST_BYTES} characters are read.`);
}
