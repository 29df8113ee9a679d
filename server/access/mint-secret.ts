import { hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { KeyKind } from './principal.ts';

/**
 * The kinds of secrets: one for each kind of key, `admin` for tokens of the admin API, `check` for those that post the
 * results of one check, `link` for links that work once, and `hook` for what alerts come with. With the last two no
 * request of the admin API is let in.
 */
export const SECRET_KINDS = ['server', 'client', 'kill', 'admin', 'check', 'link', 'hook'] as const;
export type SecretKind = KeyKind | 'admin' | 'check' | 'link' | 'hook';

/** A fresh secret. `secret` is shown once and never stored; `verifier` is what is stored. */
export interface MintedSecret {
  id: string;
  secret: string;
  verifier: string;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
const SHAPE = /^turnout_(server|client|kill|admin|check|link|hook)_([0-9a-z]{12})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;

/** A random name of twelve letters, for what is found by its id. */
export function newId(): string {
  return Array.from({ length: 12 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('');
}

/** Makes `turnout_<kind>_<id>_<43 base62>_<6 checksum>` out of 256 random bits. */
export function mintSecret(kind: SecretKind): MintedSecret {
  const id = newId();
  const body = `turnout_${kind}_${id}_${toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43)}`;
  const secret = `${body}_${checksumOf(body)}`;
  return { id, secret, verifier: verifierOf(secret) };
}

/** Reads kind and id of a secret whose checksum holds; undefined for anything else, before any look-up. */
export function parseSecret(text: string): { kind: SecretKind; id: string } | undefined {
  const parts = SHAPE.exec(text);
  if (!parts) return undefined;
  const [, kind, id, , checksum] = parts;
  if (checksumOf(text.slice(0, -7)) !== checksum) return undefined;
  return { kind: kind as SecretKind, id: id ?? '' };
}

/** What is stored of a secret: its SHA-256 in hex. 256 random bits need no slow hash. */
export function verifierOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compares two verifiers in a time that tells nothing about where they differ. */
export function sameVerifier(one: string, other: string): boolean {
  const left = Buffer.from(one, 'hex');
  const right = Buffer.from(other, 'hex');
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}

/** Takes whole secrets out of a text, for whatever is stored or logged. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(
    /turnout_(?:server|client|kill|admin|check|link|hook)_[0-9a-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}/g,
    '',
  );
}

function checksumOf(body: string): string {
  // A checksum fits into a number, and every request of a key has one to check.
  let text = '';
  for (let rest = crc32(body); text.length < 6; rest = Math.floor(rest / 62)) text = (BASE62[rest % 62] ?? '') + text;
  return text;
}

function toBase62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = (BASE62[Number(rest % 62n)] ?? '') + text;
  return text;
}
