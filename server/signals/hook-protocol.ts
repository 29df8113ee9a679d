import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from '@hono/zod-openapi';
import { faultsOf } from '../access/field-faults.ts';
import { parseSecret, sameVerifier, verifierOf } from '../access/mint-secret.ts';
import { callerNetwork, type Gate, readBearer } from '../access/raw-caller.ts';
import { parseJson } from '../platform/json-body.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { answerPost, pathOf } from '../platform/raw-answer.ts';
import { readRawBytes } from '../platform/raw-body.ts';
import { type HookParts, unsealSecret } from './change-hook.ts';
import { isInTime, isSignedBy, readSignature } from './check-signature.ts';
import { alertmanagerDelivery, genericDelivery, genericSignal, type Taken } from './delivery-contract.ts';
import { HookAdmission } from './hook-admission.ts';
import { findHookOfDelivery, type HookRow, type HookSecretRow, liveSecrets } from './hook-store.ts';
import { readAlerts, readGeneric } from './read-delivery.ts';
import type { Signal } from './signal.ts';
import { type SignalParts, takeSignals } from './take-signals.ts';

export interface HookProtocolParts extends SignalParts, Pick<HookParts, 'secrets'> {
  gate: Pick<Gate, 'admission' | 'trustProxy'>;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
  admission?: HookAdmission;
}

const PREFIX = '/hooks/';
const PATTERN = '/hooks/v1/{source}/{id}';
const PATH = /^\/hooks\/v1\/(alertmanager|generic)\/([0-9a-z]{12})$/;
const MOST_BYTES = 1_048_576;

/** Whoever has no good secret hears the same, whatever is wrong with it and whether or not there is such a hook. */
const REFUSED =
  'This hook and this secret do not belong together. Alertmanager sends its token as Authorization: Bearer; others sign ' +
  'with X-Turnout-Signature: t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>">, within five minutes.';

/** `POST /hooks/v1/{source}/{id}`: what alerts come in by, on Node's raw requests. */
export class HookProtocol {
  readonly #parts: HookProtocolParts;
  readonly #admission: HookAdmission;

  constructor(parts: HookProtocolParts) {
    this.#parts = parts;
    this.#admission = parts.admission ?? new HookAdmission();
  }

  /** Takes a request if it is one for hooks; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    if (!path.startsWith(PREFIX)) return false;
    const { door, onAnswer, onError } = this.#parts;
    const watch = { clock: door.clock, onAnswer, onError };
    void answerPost(watch, PATTERN, [request, response], () => this.#answer(request, response, path));
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<number> {
    const taken = await this.#take(request, path);
    const body = Buffer.from(JSON.stringify(taken));
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'private, no-cache' };
    if (!response.destroyed) response.writeHead(200, { ...headers, 'Content-Length': body.length }).end(body);
    return 200;
  }

  async #take(request: IncomingMessage, path: string): Promise<Taken> {
    const [, source, id] = PATH.exec(path) ?? [];
    if (id === undefined)
      throw new Problem('not_found', `There is ${PATTERN}, with alertmanager or generic as source.`);
    if (request.method !== 'POST') throw new Problem('method_not_allowed', 'Signals are sent with POST.');
    return this.#admission.run(async (takeTurn) => {
      const token = this.#wellFormed(readBearer(request.headers));
      const signature = readSignature(request.headers['x-turnout-signature']?.toString());
      if (token === undefined && signature === undefined) return this.#refuse(request);
      const found = await this.#findHook(id, source);
      if (found === undefined) return this.#refuse(request);
      const { hook, secrets } = found;
      // A token is looked at before anything is read; a signature is one of the body.
      if (hook.auth === 'bearer' && !isHeld(token, secrets)) return this.#refuse(request);
      const body = await readRawBytes(request, { what: 'A delivery', mostBytes: MOST_BYTES });
      if (hook.auth === 'hmac') {
        const own = secrets.map((secret) => unsealSecret(this.#parts, secret));
        const isIn = signature !== undefined && isInTime(signature, this.#parts.door.clock.now());
        if (!isIn || !isSignedBy(own, signature, body)) return this.#refuse(request);
      }
      const signals = readSignals(hook, parseJson(body).value);
      return takeTurn(() => takeSignals(this.#parts, hook, signals));
    });
  }

  /** Its checksum is looked at before any look-up. */
  #wellFormed(token: string | undefined): string | undefined {
    return token !== undefined && parseSecret(token)?.kind === 'hook' ? token : undefined;
  }

  async #findHook(id: string, source: string | undefined) {
    const { db, clock } = this.#parts.door;
    const hook = await findHookOfDelivery(db, id);
    return hook?.source === source && hook ? { hook, secrets: await liveSecrets(db, id, clock.now()) } : undefined;
  }

  async #refuse(request: IncomingMessage): Promise<never> {
    const { admission, trustProxy } = this.#parts.gate;
    await admission.admitRefused(callerNetwork(request, trustProxy));
    throw new Problem('unauthorized', REFUSED);
  }
}

function isHeld(token: string | undefined, secrets: readonly HookSecretRow[]): boolean {
  if (token === undefined) return false;
  const verifier = verifierOf(token);
  return secrets.some((secret) => secret.verifier !== null && sameVerifier(verifier, secret.verifier));
}

/** Throws 422 with each fault of the body. */
function readSignals({ source }: HookRow, value: unknown): Signal[] {
  if (source === 'alertmanager') return readAlerts(read(alertmanagerDelivery, value));
  const isMany = typeof value === 'object' && value !== null && 'signals' in value;
  return readGeneric(isMany ? read(genericDelivery, value).signals : [read(genericSignal, value)]);
}

function read<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw invalid(faultsOf(found.error.issues));
}
