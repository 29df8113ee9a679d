import { check } from 'k6';
import http from 'k6/http';
import { params } from './callers.ts';
import { describeLoad, settings } from './settings.ts';

export { handleSummary } from './summary.ts';

/** The whole ruleset, as an app takes it that starts, compressed as apps ask for it. */
export const options = describeLoad(
  settings.isLarge ? { rate: 20, callers: 4, p95: 250 } : { rate: 200, callers: 10, p95: 25 },
);

const compressed = { ...params, headers: { ...params.headers, 'Accept-Encoding': 'gzip' } };

/** The first answer compresses the ruleset, once a position: that is a flip's cost, and `admin` has it. */
export function setup(): void {
  http.get(`${settings.url}/sdk/v1/ruleset`, compressed);
}

export default function snapshot(): void {
  const response = http.get(`${settings.url}/sdk/v1/ruleset`, compressed);
  check(response, { 'is whole': ({ status }) => status === 200 });
}
