import { check } from 'k6';
import http from 'k6/http';
import { listAnswers, params } from './callers.ts';
import { describeLoad, settings } from './settings.ts';

export { handleSummary } from './summary.ts';

/**
 * Reports of what apps evaluated. The server gathers those of a second and stores them together before it answers, so
 * that an answer takes about a second and nobody waits for it; callers are many, as apps are.
 */
export const options = describeLoad({ rate: 50, callers: 100, p95: 2_500 });

const FLAGS = 20;
const address = `${settings.url}/sdk/v1/reports`;
const posted = { ...params, tags: { name: 'ingest' } };

/** What one app says of its last seconds, but for the number of the batch. */
export function setup(): object {
  const asked = listAnswers().slice(0, FLAGS);
  return {
    position: null,
    ageMs: 0,
    durationMs: 10_000,
    flags: asked.map(({ key, variant }) => ({
      flag: key,
      variants: variant === undefined ? {} : { [variant]: 40 },
      coded: 2,
      codedDefaults: [false],
    })),
    bulk: [],
    overflow: 0,
    dropped: 0,
  };
}

const digits = () =>
  Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

export default function ingest(report: object): void {
  const batchId = digits() + digits() + digits() + digits();
  const response = http.post(address, JSON.stringify({ batchId, ...report }), posted);
  check(response, { 'is taken': ({ status }) => status === 202 });
}
