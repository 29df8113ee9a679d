import { createHmac, timingSafeEqual } from 'node:crypto';

/** `X-Turnout-Signature: t=<seconds>,v1=<HMAC-SHA-256 in hex over "<seconds>.<body>">`. */
export interface SignatureHeader {
  at: number;
  /** Several while the sender takes over another secret. */
  signatures: readonly Buffer[];
}

/** A signature is good for so long before and after its time: what was recorded yesterday is not played again. */
const WINDOW_MS = 300_000;
const MOST_SIGNATURES = 4;

/** Undefined where it is none. */
export function readSignature(header: string | undefined): SignatureHeader | undefined {
  const parts = (header ?? '').split(',').map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const signatures = parts
    .filter((part) => /^v1=[0-9a-f]{64}$/i.test(part))
    .map((part) => Buffer.from(part.slice(3), 'hex'));
  if (!/^[0-9]{1,12}$/.test(time) || signatures.length === 0 || signatures.length > MOST_SIGNATURES) return undefined;
  return { at: Number(time) * 1_000, signatures };
}

export const isInTime = ({ at }: SignatureHeader, now: Date): boolean => Math.abs(now.getTime() - at) <= WINDOW_MS;

/** True where one of these secrets made one of the signatures over these bytes. */
export function isSignedBy(secrets: readonly string[], { at, signatures }: SignatureHeader, body: Uint8Array): boolean {
  const expected = secrets.map((secret) => signatureOf(secret, at / 1_000, body));
  return expected.some((own) => signatures.some((given) => timingSafeEqual(own, given)));
}

/** What a sender signs with. */
export function signatureOf(secret: string, seconds: number, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}
