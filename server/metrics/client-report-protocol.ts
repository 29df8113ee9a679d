import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, HEADERS, type Report } from '@turnout/core';
import { faultsOf } from '../access/field-faults.ts';
import type { KeyPrincipal, Principal } from '../access/principal.ts';
import {
  callerAddress,
  callerNetwork,
  findCaller,
  type Gate,
  readBearer,
  refuseBrowser,
} from '../access/raw-caller.ts';
import type { Served } from '../delivery/served.ts';
import { CONTEXT_ERROR, ContextRefusal } from '../evaluation/context-refusal.ts';
import type { ContextTokens } from '../evaluation/context-tokens.ts';
import { KnownOrigins, originAllowed } from '../evaluation/cross-origin.ts';
import { RequestRate } from '../evaluation/request-rate.ts';
import type { Limits } from '../platform/admission.ts';
import type { Clock } from '../platform/clock.ts';
import { findUnstorable } from '../platform/json-body.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { answerPost, pathOf, type RawWatch } from '../platform/raw-answer.ts';
import { readRawJson } from '../platform/raw-body.ts';
import { type ClientReport, clientReport } from './client-report-contract.ts';
import { unitsOfPage } from './page-units.ts';
import type { ReportWriter } from './report-writer.ts';

export interface ClientReportParts extends RawWatch {
  gate: Gate;
  /** For pages alone: what they send never waits before what apps send. */
  writer: Pick<ReportWriter, 'put'>;
  contexts: Pick<ContextTokens, 'contextOf'>;
  flags: { served(environmentId: number): Served | undefined; load(environmentId: number): Promise<Served> };
  clock: Clock;
  limits: Pick<Limits, 'CLIENT_REQUESTS'>;
}

export const CLIENT_REPORTS = '/client/v1/reports';

const BOUNDS = { what: 'A report', mostBytes: 65_536 };
/** Pages of several keys may stand behind one address. */
const KEYS_OF_AN_ADDRESS = 4;
/** A beacon of text goes out without a preflight, and some browsers name no type. */
const TYPES = new Set(['', 'text/plain', 'application/json']);

/**
 * `POST /client/v1/reports`: what pages have shown, with a client key in the body, for a beacon can put it nowhere else.
 * The key is in every page, so a hostile one is the normal case: all of it is bounded, and counted apart.
 */
export class ClientReportProtocol {
  readonly #parts: ClientReportParts;
  readonly #origins: KnownOrigins;
  /** A budget of its own: reports take nothing from evaluations. */
  readonly #rate: RequestRate;
  /** The key stands in the body, so that much is read of an address before anybody knows whose it is. */
  readonly #arrivals: RequestRate;

  constructor(parts: ClientReportParts) {
    this.#parts = parts;
    this.#origins = new KnownOrigins(() => parts.gate.list.listOrigins(), parts.clock);
    this.#rate = new RequestRate(parts.limits.CLIENT_REQUESTS);
    this.#arrivals = new RequestRate(parts.limits.CLIENT_REQUESTS * KEYS_OF_AN_ADDRESS);
  }

  /** Takes a request if it is one for this path; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (pathOf(request) !== CLIENT_REPORTS) return false;
    const answer = () => this.#answer(request, response);
    const more = (error: unknown) => this.#problemHeaders(request, error);
    void answerPost(this.#parts, CLIENT_REPORTS, [request, response], answer, more);
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<number> {
    const { origin } = request.headers;
    const headers = { 'Cache-Control': 'private, no-cache', Vary: 'Authorization, X-API-Key, Origin' };
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { ...headers, ...this.#origins.preflightHeaders(origin) }).end();
      return 204;
    }
    await this.#take(request);
    if (!response.destroyed) response.writeHead(202, { ...headers, ...this.#origins.answerHeaders(origin) }).end();
    return 202;
  }

  #problemHeaders({ method, headers }: IncomingMessage, error: unknown): Record<string, string> {
    return {
      ...this.#origins.answerHeaders(headers.origin),
      ...(error instanceof ContextRefusal ? { [CONTEXT_ERROR]: error.fault } : {}),
      ...(method === 'POST' ? {} : { Allow: 'POST, OPTIONS' }),
    };
  }

  async #take(request: IncomingMessage): Promise<void> {
    if (request.method !== 'POST') throw new Problem('method_not_allowed', 'Reports are sent with POST.');
    const [type = ''] = (request.headers['content-type'] ?? '').split(';');
    if (!TYPES.has(type.trim().toLowerCase())) {
      throw new Problem('bad_media_type', 'Send JSON as text/plain or application/json.');
    }
    const { gate, clock } = this.#parts;
    if (!this.#arrivals.admit(callerNetwork(request, gate.trustProxy), clock.monotonic())) throw tooMany();
    const body = await readRawJson(request, BOUNDS);
    const secret = readBearer(request.headers) ?? keyOf(body);
    if (secret === undefined) {
      throw new Problem('unauthorized', 'Send a client key: as `key` in the body, or as Authorization: Bearer.');
    }
    const key = this.#admit(await findCaller(gate, request, secret), request);
    const report = readReport(body);
    const source = key.context === undefined ? 'open' : 'signed';
    const context = await this.#parts.contexts.contextOf(key, report.contextToken, report.context);
    const { projectId, environmentId } = key;
    await this.#parts.writer.put(
      { projectId, environmentId, source },
      await this.#asReport(environmentId, report, context, source),
    );
  }

  /** The client key of who sends, from a page that may use it and not too often. Throws otherwise. */
  #admit(found: Principal, request: IncomingMessage): KeyPrincipal {
    const { gate, clock } = this.#parts;
    const route = `POST ${CLIENT_REPORTS}`;
    if (found.kind !== 'key' || found.keyKind !== 'client') {
      refuseBrowser(gate, found, request, route);
      gate.events.note(found, 'access.denied', route);
      throw new Problem('forbidden', 'This is for client keys. Apps send their reports to /sdk/v1/reports.');
    }
    const { origin } = request.headers;
    if (origin !== undefined && !originAllowed(origin, found.origins)) {
      throw new Problem('forbidden', 'This client key is not for pages of this origin; add it to the key’s origins.');
    }
    if (!this.#rate.admit(`${found.id} ${callerNetwork(request, gate.trustProxy)}`, clock.monotonic())) throw tooMany();
    gate.used.note(
      found,
      callerAddress(request, gate.trustProxy),
      request.headers[HEADERS.sdk]?.toString() ?? request.headers['user-agent'],
    );
    return found;
  }

  async #asReport(
    environmentId: number,
    told: ClientReport,
    context: Context,
    source: 'signed' | 'open',
  ): Promise<Report> {
    const { batchId, position, ageMs, durationMs, flags, events } = told;
    const { flags: rulesets } = this.#parts;
    // Without flags nothing is measured, and what was counted is true all the same.
    const served = rulesets.served(environmentId) ?? (await rulesets.load(environmentId).catch(() => undefined));
    return {
      ...{ batchId, position, ageMs, durationMs, bulk: [], overflow: 0, dropped: 0, events },
      flags: flags.map((flag) => ({ ...flag, codedDefaults: [] })),
      runs: served === undefined ? [] : unitsOfPage(served.compiled, told, context, source),
    };
  }
}

function tooMany(): Problem {
  return new Problem('too_many', 'Too many reports from this address; send it later.', { retryAfterSeconds: 1 });
}

/** The key of a body, before anything else in it is looked at. */
function keyOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'key')) return undefined;
  const { key } = body as { key: unknown };
  return typeof key === 'string' && key !== '' ? key : undefined;
}

function readReport(body: unknown): ClientReport {
  const parsed = clientReport.safeParse(body);
  if (!parsed.success) throw invalid(faultsOf(parsed.error.issues).slice(0, 20));
  // Other names are held against those that there are before anything is stored.
  const fault = findUnstorable({ position: parsed.data.position });
  if (fault !== undefined) throw invalid([fault]);
  return parsed.data;
}
