import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@turnout/core';
import { rightsOf } from '../access/permissions.ts';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import { callerAddress, findCaller, type Gate, readBearer, refuseBrowser } from '../access/raw-caller.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { pathOf, sendProblem } from '../platform/raw-answer.ts';
import { readReport } from './read-report.ts';
import type { ReportWriter } from './report-writer.ts';

export interface ReportProtocolParts {
  gate: Gate;
  writer: Pick<ReportWriter, 'put'>;
  clock: Clock;
  /** Told of what should not happen; the caller gets a 500 that says nothing of it. */
  onError(error: unknown): void;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
}

export const REPORTS = '/sdk/v1/reports';

/** `POST /sdk/v1/reports`, on Node's raw requests. */
export class ReportProtocol {
  readonly #parts: ReportProtocolParts;

  constructor(parts: ReportProtocolParts) {
    this.#parts = parts;
  }

  /** Takes a request if it brings a report; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (pathOf(request) !== REPORTS) return false;
    void this.#answer(request, response);
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, onAnswer, onError } = this.#parts;
    const begun = clock.monotonic();
    let status = 202;
    try {
      await this.#take(request);
      if (!response.destroyed) response.writeHead(status, { 'Cache-Control': 'private, no-cache' }).end();
    } catch (error) {
      const problem = sendProblem(response, error, {
        ...(request.method === 'POST' ? {} : { Allow: 'POST' }),
        // What was not read of a body must not be taken for the next request.
        ...(request.complete ? {} : { Connection: 'close' }),
      });
      status = problem.status;
      if (status === 500) onError(error);
    }
    onAnswer(REPORTS, status, clock.monotonic() - begun);
  }

  async #take(request: IncomingMessage): Promise<void> {
    const { gate, writer } = this.#parts;
    if (request.method !== 'POST') throw new Problem('method_not_allowed', 'Reports are sent with POST.');
    const secret = readBearer(request.headers);
    if (secret === undefined) throw new Problem('unauthorized', 'Send Authorization: Bearer <server key>.');
    const key = this.#checkKey(await findCaller(gate, request, secret), request);
    gate.used.note(key, callerAddress(request, gate.trustProxy), request.headers[HEADERS.sdk]?.toString());
    const { projectId, environmentId } = key;
    await writer.put({ projectId, environmentId }, await readReport(request));
  }

  #checkKey(caller: Principal, request: IncomingMessage): KeyPrincipal {
    const { gate } = this.#parts;
    if (caller.kind !== 'key' || !rightsOf(caller).has('ruleset')) {
      gate.events.note(caller, 'access.denied', `POST ${REPORTS}`);
      throw new Problem('forbidden', 'This needs the right "ruleset" (server keys have it).');
    }
    refuseBrowser(gate, caller, request, `POST ${REPORTS}`);
    return caller;
  }
}
