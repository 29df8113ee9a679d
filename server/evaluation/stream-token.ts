import type { KeyPrincipal } from '../access/principal.ts';

/** A token is asked for again within this time: it is part of the bulk ETag, so the next bulk answer brings a fresh one. */
export const TOKEN_SLOT_MS = 10 * 60_000;
/** From the start of its slot; so a token is good for 5 to 15 minutes after it was given. */
const TOKEN_LIFE_MS = 15 * 60_000;

/** What a stream token says: it opens the event stream of one environment for one key, and nothing else. */
export interface StreamToken {
  keyId: string;
  environmentId: number;
  keyKind: 'server' | 'client';
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Signs and checks under the purpose `stream`; the signature names the secret that made it. */
export interface StreamSigner {
  sign(purpose: 'stream', bytes: Buffer): string;
  verify(purpose: 'stream', bytes: Buffer, signature: string): boolean;
}

/** The number of the 10-minute slot that a moment falls into. */
export function tokenSlot(nowMs: number): number {
  return Math.floor(nowMs / TOKEN_SLOT_MS);
}

/** Writes the token of a key for a slot: the same for every node and every call, so that its address stays the same. */
export function writeStreamToken(signer: StreamSigner, key: KeyPrincipal, slot: number): string {
  const claims = {
    aud: 'stream',
    kid: key.id,
    env: key.environmentId,
    kind: key.keyKind,
    exp: slot * TOKEN_SLOT_MS + TOKEN_LIFE_MS,
  };
  const body = Buffer.from(JSON.stringify(claims));
  return `${body.toString('base64url')}~${signer.sign('stream', body)}`;
}

/** Reads a token. Says `expired` only of one that was signed here, so that a forged one learns nothing. */
export function readStreamToken(
  signer: StreamSigner,
  text: string,
  nowMs: number,
): StreamToken | 'invalid' | 'expired' {
  const cut = text.indexOf('~');
  if (cut <= 0 || text.length > 1_024) return 'invalid';
  const body = Buffer.from(text.slice(0, cut), 'base64url');
  if (!signer.verify('stream', body, text.slice(cut + 1))) return 'invalid';
  const claims = JSON.parse(body.toString()) as { aud: string; kid: string; env: number; kind: string; exp: number };
  if (claims.aud !== 'stream' || (claims.kind !== 'server' && claims.kind !== 'client')) return 'invalid';
  if (claims.exp <= nowMs) return 'expired';
  return { keyId: claims.kid, environmentId: claims.env, keyKind: claims.kind, expiresAt: claims.exp };
}
