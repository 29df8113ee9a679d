import { type Outbound, OutboundFault } from '../platform/outbound.ts';
import type { QueryAnswer } from './query-answer.ts';
import { readPrometheus } from './read-prometheus.ts';

/** A source as it is asked: its secret is open here, and goes nowhere but into the call. */
export interface OpenSource {
  url: string;
  /** The value of `Authorization`; undefined where it is asked without. */
  authorization?: string;
}

/** Shorter than the whole call may take, so that Prometheus says itself that a query is too heavy for it. */
const TIMEOUT = '4s';

/** Asks Prometheus for one value at a moment. Never throws: whatever goes wrong is an answer of the kind `error`. */
export async function askPrometheus(
  outbound: Outbound,
  source: OpenSource,
  query: string,
  at: Date,
): Promise<QueryAnswer> {
  const url = new URL(`${source.url.replace(/\/+$/, '')}/api/v1/query`);
  url.search = new URLSearchParams({ query, time: String(at.getTime() / 1_000), timeout: TIMEOUT }).toString();
  const headers = source.authorization === undefined ? {} : { authorization: source.authorization };
  try {
    const { status, body } = await outbound.ask({ method: 'GET', url: url.href, headers });
    return readPrometheus(status, body.toString('utf8'));
  } catch (error) {
    if (error instanceof OutboundFault) return { kind: 'error', message: error.message };
    throw error;
  }
}
