import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { Problem } from '../platform/problem.ts';

/** 32 MiB and three passes: about a fifth of a second on a usual machine, for us as for whoever guesses. */
const COST = { ln: 15, r: 8, p: 3 };
const BYTES = 32;
const FORM = /^scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

export interface HashingOptions {
  /** As scrypt's own: 2 to the power of `ln` rounds of `r` blocks, `p` times. */
  cost?: typeof COST;
  /** So many are worked on at once. The rest of the machine is for evaluation. */
  atOnce?: number;
  mostWaiting?: number;
}

/**
 * Hashes passwords with scrypt, few at once and the rest in a queue with an end: however many sign in or guess, what
 * else this process does goes on.
 */
export class PasswordHashing {
  readonly #cost: typeof COST;
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** What a login that nobody has is compared with, so that it takes as long as one that somebody has. */
  #nobody: Promise<string> | undefined;

  constructor({ cost = COST, atOnce = 2, mostWaiting = 64 }: HashingOptions = {}) {
    this.#cost = cost;
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** What is stored of a password: how it was hashed, the salt and the result. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const { ln, r, p } = this.#cost;
    const result = await this.#work(password, salt, this.#cost);
    return `scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${result.toString('base64url')}`;
  }

  /** Whether a password is the one that was stored. Where none was, the answer is no, after the same work. */
  async verify(password: string, stored: string | null | undefined): Promise<boolean> {
    this.#nobody ??= this.hash(randomBytes(16).toString('hex')).catch((error: unknown) => {
      this.#nobody = undefined;
      throw error;
    });
    const [, ln, r, p, salt = '', expected = ''] = FORM.exec(stored ?? (await this.#nobody)) ?? [];
    const result = await this.#work(password, Buffer.from(salt, 'base64url'), {
      ...{ ln: Number(ln), r: Number(r), p: Number(p) },
    });
    const isSame = timingSafeEqual(result, Buffer.from(expected, 'base64url'));
    return isSame && typeof stored === 'string';
  }

  async #work(password: string, salt: Buffer, { ln, r, p }: typeof COST): Promise<Buffer> {
    await this.#takeTurn();
    try {
      const N = 2 ** ln;
      return await derive(password.normalize('NFKC'), salt, { N, r, p, maxmem: 256 * N * r });
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #takeTurn(): Promise<void> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#mostWaiting) {
        const problem = 'Too many people are signing in at this moment. Try again in a few seconds.';
        throw new Problem('busy', problem, { retryAfterSeconds: 3 });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
