import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFile, readPrivateFile } from './private-file.ts';

/** What a key is for. Each purpose has its own, so that a signature made for one is worth nothing for another. */
export const PURPOSES = [
  'stream',
  'receipt',
  'session',
  'doorbell',
  'journal',
  'snapshot',
  'cursor',
  'unit',
  'anchor',
  'vault',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** A derived key and the name under which signatures refer to it. */
export interface DerivedKey {
  id: string;
  bytes: Buffer;
}

export interface SecretSource {
  /** Where `secret` is kept, and made when neither it nor `fromEnv` is there. */
  dataDir: string;
  /** The value of TURNOUT_SECRET: comma-separated, the first signs and all verify. */
  fromEnv: string | undefined;
}

const FEWEST_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The installation's one secret, and the keys that HKDF-SHA-256 makes of it: one for each purpose and value. */
export class Secrets {
  readonly #fingerprints: string[];
  /** Keys in the order of the values: the first signs. */
  readonly #keys = new Map<Purpose, DerivedKey[]>();

  private constructor(values: string[]) {
    this.#fingerprints = values.map((value) => derive(value, 'fingerprint').toString('hex').slice(0, 16));
    for (const purpose of PURPOSES) {
      this.#keys.set(
        purpose,
        values.map((value, index) => ({
          id: (this.#fingerprints[index] ?? '').slice(0, 8),
          bytes: derive(value, `key/${purpose}`),
        })),
      );
    }
  }

  /** Throws a sentence that says what to do when a value is too short or the file may be read by others. */
  static open(source: SecretSource): Secrets {
    const text = source.fromEnv?.trim() ? source.fromEnv : readOrMakeFile(source.dataDir);
    const values = text
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '');
    for (const value of values) {
      if (Buffer.byteLength(value) < FEWEST_BYTES) {
        throw new Error(
          `Each value of TURNOUT_SECRET must have ${FEWEST_BYTES} bytes or more; one has ${Buffer.byteLength(value)}. ` +
            'Make one with: openssl rand -base64 32',
        );
      }
    }
    if (values.length === 0) throw new Error('TURNOUT_SECRET holds no value.');
    return new Secrets(values);
  }

  /** The key that signs for a purpose. */
  key(purpose: Purpose): DerivedKey {
    return this.#of(purpose)[0] as DerivedKey;
  }

  /** All keys that are good for a purpose: those of the values that are being rotated out, too. */
  verifyKeys(purpose: Purpose): readonly DerivedKey[] {
    return this.#of(purpose);
  }

  /** `<key id>.<HMAC-SHA-256 in base64url>`. */
  sign(purpose: Purpose, bytes: Uint8Array | string): string {
    const key = this.key(purpose);
    return `${key.id}.${createHmac('sha256', key.bytes).update(bytes).digest('base64url')}`;
  }

  /** True when one of the values in force made this signature over these bytes for this purpose. */
  verify(purpose: Purpose, bytes: Uint8Array | string, signature: string): boolean {
    const dot = signature.indexOf('.');
    const key = this.#of(purpose).find(({ id }) => id === signature.slice(0, dot));
    if (!key) return false;
    const expected = createHmac('sha256', key.bytes).update(bytes).digest();
    const given = Buffer.from(signature.slice(dot + 1), 'base64url');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /**
   * Locks away what others trust this installation with, such as the token of a source: AES-256-GCM under `vault`.
   * `place` says where it is kept (`source/7/prometheus`); taken to another place, it does not open.
   */
  seal(place: string, text: string): string {
    const key = this.key('vault');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${key.id}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** What `seal` locked away for this place. Throws where no value in force did, or where it was altered. */
  unseal(place: string, sealed: string): string {
    const dot = sealed.indexOf('.');
    const key = this.#of('vault').find(({ id }) => id === sealed.slice(0, dot));
    if (!key)
      throw new Error(`A stored secret (${place}) was sealed under a value of TURNOUT_SECRET that is not here.`);
    const bytes = Buffer.from(sealed.slice(dot + 1), 'base64url');
    const [nonce, rest] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)];
    try {
      const cipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place)).setAuthTag(rest.subarray(0, TAG_BYTES));
      return Buffer.concat([cipher.update(rest.subarray(TAG_BYTES)), cipher.final()]).toString('utf8');
    } catch {
      throw new Error(`A stored secret (${place}) does not open: it was altered, or kept somewhere else before.`);
    }
  }

  /** Names of the values in force, which tell nothing of them. The database keeps these and never a value. */
  fingerprints(): string[] {
    return [...this.#fingerprints];
  }

  #of(purpose: Purpose): DerivedKey[] {
    return this.#keys.get(purpose) ?? [];
  }
}

function derive(value: string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', value, '', `turnout/v1/${info}`, 32));
}

function readOrMakeFile(dataDir: string): string {
  const path = join(dataDir, 'secret');
  const found = readPrivateFile(path);
  if (found !== undefined) return found;
  makePrivateFile(path, randomBytes(32).toString('base64url'));
  return readPrivateFile(path) ?? '';
}
