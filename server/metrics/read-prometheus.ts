import type { QueryAnswer } from './query-answer.ts';

/** What Prometheus calls its errors; its own words are left out, for they repeat what stands in its answer. */
const ERRORS = new Map([
  ['bad_data', 'Prometheus does not understand the query'],
  ['execution', 'Prometheus could not compute the query'],
  ['timeout', 'Prometheus gave the query up because it took too long'],
  ['canceled', 'Prometheus gave the query up'],
  ['internal', 'something broke in Prometheus'],
  ['unavailable', 'Prometheus is not ready'],
  ['not_found', 'Prometheus does not know this API'],
]);

type Fields = Record<string, unknown>;

/** Reads the answer of Prometheus' HTTP API to an instant query. Warnings beside a result change nothing of it. */
export function readPrometheus(status: number, text: string): QueryAnswer {
  if (status >= 300 && status < 400) return failed(`it answers ${status}, a redirect, and redirects are not followed`);
  if (status === 401 || status === 403) return failed(`it answers ${status}: the token or password is not right`);
  const body = parse(text);
  if (body?.status === 'error') {
    return failed(ERRORS.get(String(body.errorType)) ?? `Prometheus answers ${status} with an error`);
  }
  if (status !== 200) return failed(`it answers ${status}`);
  const data = asFields(body?.data);
  if (body?.status !== 'success' || data === undefined) return failed('what answers there is not Prometheus');
  if (data.resultType === 'scalar') return readSample(data.result);
  if (data.resultType === 'vector' && Array.isArray(data.result)) return readVector(data.result);
  if (data.resultType === 'matrix') return failed('the query gives values over time; one value at a time is needed');
  if (data.resultType === 'string') return failed('the query gives a text; a number is needed');
  return failed('Prometheus answers in a way that is not known here');
}

function readVector(series: readonly unknown[]): QueryAnswer {
  if (series.length === 0) return { kind: 'no-data' };
  if (series.length > 1) return { kind: 'several-series', count: series.length };
  return readSample(asFields(series[0])?.value);
}

/** `[seconds, "value"]`; numbers stand in texts, so that NaN and the infinities can be written. */
function readSample(sample: unknown): QueryAnswer {
  const text = Array.isArray(sample) ? sample[1] : undefined;
  if (typeof text !== 'string') return failed('the query gives no plain number');
  if (/^(NaN|[+-]?Inf)$/.test(text)) return { kind: 'not-a-number' };
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? { kind: 'value', value } : failed('the query gives no plain number');
}

function parse(text: string): Fields | undefined {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

const failed = (message: string): QueryAnswer => ({ kind: 'error', message });
