import { createHash } from 'node:crypto';
import type { Db } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import {
  claimRequest,
  dropOldRequests,
  dropRequest,
  findRequest,
  keepAnswer,
  reclaimRequest,
} from './idempotency-store.ts';
import { withoutSecrets } from './mint-secret.ts';
import { actorOf, type Principal } from './principal.ts';

/** SHA-256(principal ‖ method ‖ path ‖ Idempotency-Key): the name of a request, here, in the log and in the journal. */
export function requestIdOf(principal: Principal, method: string, path: string, key: string): string {
  return createHash('sha256')
    .update([actorOf(principal), method, path, key].join('\n'))
    .digest('hex');
}

const SECRET_NOTICE =
  'The secret was shown once, in the first answer, and is not stored. If it was lost, revoke this one and make another.';
const WAIT_MS = 2_000;
const LOOK_EVERY_MS = 50;
const SWEEP_EVERY_MS = 600_000;

interface KeptAnswer {
  text: string;
  etag: string | null;
}

/**
 * Answers a repeated POST with what it was answered the first time. Only what succeeded is kept: a refused request
 * changed nothing and may be tried again. Between a commit and its kept answer a crash may fall; then the door knows
 * the request by its id, and the retry is told what had been done.
 */
export class Idempotency {
  readonly #db: Db;
  readonly #clock: Clock;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Runs `work` once for a request and its body, or gives the kept answer. */
  async once(
    principal: Principal,
    requestId: string,
    body: Uint8Array | undefined,
    work: () => Promise<Response>,
  ): Promise<Response> {
    const who = actorOf(principal);
    const kept = await this.#claim(
      who,
      requestId,
      createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
    );
    if (kept) return kept;
    let answer: Response;
    try {
      answer = await work();
    } catch (error) {
      await this.#forget(who, requestId);
      throw error;
    }
    if (!answer.ok) {
      await this.#forget(who, requestId);
      return answer;
    }
    const keep: KeptAnswer = { text: hideSecrets(await answer.clone().text()), etag: answer.headers.get('etag') };
    // The change is committed: its answer goes out even where it cannot be kept.
    await keepAnswer(this.#db, who, requestId, answer.status, JSON.stringify(keep)).catch(() => undefined);
    return answer;
  }

  /** Undefined when the request is ours to run. */
  async #claim(who: string, requestId: string, bodyHash: string): Promise<Response | undefined> {
    this.#sweepSometimes();
    const until = this.#clock.monotonic() + WAIT_MS;
    for (;;) {
      if (await claimRequest(this.#db, who, requestId, bodyHash)) return undefined;
      if (await reclaimRequest(this.#db, who, requestId, bodyHash)) return undefined;
      const found = await findRequest(this.#db, who, requestId);
      if (found && found.bodyHash !== bodyHash) {
        throw new Problem(
          'idempotency_mismatch',
          'This Idempotency-Key came before with another body. Use a new key for a new request.',
        );
      }
      if (found && found.status !== null) return replay(found.status, found.body ?? '{}');
      if (this.#clock.monotonic() >= until) {
        throw new Problem('busy', 'The same request is being worked on; ask again for its answer.', {
          retryAfterSeconds: 1,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async #forget(who: string, requestId: string): Promise<void> {
    await dropRequest(this.#db, who, requestId).catch(() => undefined);
  }

  #sweepSometimes(): void {
    if (this.#clock.monotonic() - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = this.#clock.monotonic();
    dropOldRequests(this.#db).catch(() => undefined);
  }
}

function replay(status: number, body: string): Response {
  const { text, etag } = JSON.parse(body) as KeptAnswer;
  const headers = new Headers({ 'Content-Type': 'application/json', 'Idempotency-Replayed': 'true' });
  if (etag !== null) headers.set('ETag', etag);
  return new Response(text === '' ? null : text, { status, headers });
}

/** Takes secrets out by their form, wherever an answer has them, and says so in their place. */
function hideSecrets(text: string): string {
  if (withoutSecrets(text) === text) return text;
  const answer = JSON.parse(withoutSecrets(text)) as Record<string, unknown>;
  return JSON.stringify({ ...answer, secret: null, secretNotice: SECRET_NOTICE });
}
