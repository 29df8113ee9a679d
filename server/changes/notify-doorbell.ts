import { randomBytes } from 'node:crypto';
import type { Database } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ring } from './doorbell.ts';
import { LocalDoorbell } from './local-doorbell.ts';

const CHANNEL = 'turnout_doorbell';
/** NOTIFY takes payloads below 8,000 bytes. */
const MOST_BYTES = 7_900;
const MOST_AGE_MS = 60_000;

/** What the doorbell needs of its surroundings. */
export interface NotifyParts {
  database: Database;
  clock: Clock;
  /** HMAC under the installation's `doorbell` key. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
  /** At each (re)connection: messages may have been missed, so the database is read. */
  onConnected(): void;
  /** A message that was not ours, altered, or too old. */
  onDropped(why: string): void;
  onFailed(error: unknown): void;
}

interface Message {
  node: string;
  at: number;
  ring?: Ring;
  access?: number;
}

/** The doorbell over LISTEN/NOTIFY. Every message is authenticated, and only a hint all the same. */
export class NotifyDoorbell extends LocalDoorbell {
  readonly #parts: NotifyParts;
  readonly #node = randomBytes(8).toString('hex');
  #stop: (() => Promise<void>) | undefined;

  constructor(parts: NotifyParts) {
    super();
    this.#parts = parts;
  }

  /** Begins to listen. Resolves when connected; afterwards the driver reconnects by itself. */
  async open(): Promise<void> {
    const { database, onConnected } = this.#parts;
    this.#stop = await database.listen(CHANNEL, (payload) => this.#receive(payload), onConnected);
  }

  override ring(ring: Ring): void {
    super.ring(ring);
    this.#send({ ring });
  }

  override ringAccess(revision: number): void {
    super.ringAccess(revision);
    this.#send({ access: revision });
  }

  #send(what: { ring: Ring } | { access: number }): void {
    const { database, clock, sign, onFailed } = this.#parts;
    const pack = (content: object) => {
      const text = JSON.stringify({ node: this.#node, at: clock.now().getTime(), ...content } satisfies Message);
      return `${sign(text)}\n${text}`;
    };
    let payload = pack(what);
    if (Buffer.byteLength(payload) > MOST_BYTES && 'ring' in what) {
      const { patch: _patch, ...small } = what.ring;
      payload = pack({ ring: small });
    }
    database.notify(CHANNEL, payload).catch(onFailed);
  }

  #receive(payload: string): void {
    const { clock, verify, onDropped } = this.#parts;
    const cut = payload.indexOf('\n');
    const text = payload.slice(cut + 1);
    if (cut < 0 || !verify(text, payload.slice(0, cut))) {
      onDropped('signature');
      return;
    }
    const message = JSON.parse(text) as Message;
    if (message.node === this.#node) return;
    if (Math.abs(clock.now().getTime() - message.at) > MOST_AGE_MS) {
      onDropped('age');
      return;
    }
    if (message.ring) this.hear(message.ring, 'elsewhere');
    if (message.access !== undefined) super.ringAccess(message.access);
  }

  override async close(): Promise<void> {
    await this.#stop?.().catch(() => undefined);
    await super.close();
  }
}
