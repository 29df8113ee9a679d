import type { IncomingMessage } from 'node:http';
import type { Report } from '@turnout/core';
import { faultsOf } from '../access/field-faults.ts';
import { invalid } from '../platform/problem.ts';
import { readRawJson } from '../platform/raw-body.ts';
import { report } from './contract.ts';

/** What a whole batch of either kind may take, and some. */
const BOUNDS = { what: 'A report', mostBytes: 1_048_576, mayBeGzip: true };

/** Reads a report, plain or compressed by gzip, within bounds. Throws a problem that names the field. */
export async function readReport(request: IncomingMessage): Promise<Report> {
  const parsed = report.safeParse(await readRawJson(request, BOUNDS));
  if (!parsed.success) throw invalid(faultsOf(parsed.error.issues).slice(0, 20));
  return parsed.data;
}
