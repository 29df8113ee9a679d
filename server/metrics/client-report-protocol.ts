import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Report } from '@turnout/core';
import { faultsOf } from '../access/field-faults.ts';
import type { Served } from '../delivery/served.ts';
import type { ContextTokens } from '../evaluation/context-tokens.ts';
import { PageDoor, type PageDoorParts } from '../evaluation/page-door.ts';
import { findUnstorable } from '../platform/json-body.ts';
import { invalid } from '../platform/problem.ts';
import { type ClientReport, clientReport } from './client-report-contract.ts';
import { unitsOfPage } from './page-units.ts';
import type { ReportWriter } from './report-writer.ts';

export interface ClientReportParts extends PageDoorParts {
  /** For pages alone: what they send never waits before what apps send. */
  writer: Pick<ReportWriter, 'put'>;
  contexts: Pick<ContextTokens, 'contextOf'>;
  flags: { served(environmentId: number): Served | undefined; load(environmentId: number): Promise<Served> };
}

export const CLIENT_REPORTS = '/client/v1/reports';

const ROUTE = {
  ...{ path: CLIENT_REPORTS, one: 'A report', many: 'Reports' },
  forApps: 'Apps send their reports to /sdk/v1/reports.',
};

/** `POST /client/v1/reports`: what pages have shown. All of it is bounded, and counted apart. */
export class ClientReportProtocol {
  readonly #parts: ClientReportParts;
  readonly #door: PageDoor;

  constructor(parts: ClientReportParts) {
    this.#parts = parts;
    this.#door = new PageDoor(parts, ROUTE);
  }

  /** Takes a request if it is one for this path; false leaves it to whoever comes next. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#door.handle(request, response, async () => {
      await this.#take(request);
      if (!response.destroyed) response.writeHead(202, this.#door.headers(request)).end();
      return 202;
    });
  }

  async #take(request: IncomingMessage): Promise<void> {
    const { key, body } = await this.#door.read(request);
    const report = readReport(body);
    const source = key.context === undefined ? 'open' : 'signed';
    const context = await this.#parts.contexts.contextOf(key, report.contextToken, report.context);
    const { projectId, environmentId } = key;
    await this.#parts.writer.put(
      { projectId, environmentId, source },
      await this.#asReport(environmentId, report, context, source),
    );
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

function readReport(body: unknown): ClientReport {
  const parsed = clientReport.safeParse(body);
  if (!parsed.success) throw invalid(faultsOf(parsed.error.issues).slice(0, 20));
  // Other names are held against those that there are before anything is stored.
  const fault = findUnstorable({ position: parsed.data.position });
  if (fault !== undefined) throw invalid([fault]);
  return parsed.data;
}
