import { check, fail } from 'k6';
import http from 'k6/http';
import { params } from './callers.ts';
import { describeLoad, settings } from './settings.ts';

export { handleSummary } from './summary.ts';

/** The ruleset, as an app asks for it that has it already. */
export const options = describeLoad({ rate: 500, callers: 10, p95: 25 });

const address = `${settings.url}/sdk/v1/ruleset`;

export function setup(): string {
  const tag = http.get(address, params).headers.Etag;
  if (tag === undefined) fail('the ruleset has no tag');
  return tag ?? '';
}

export default function unchanged(tag: string): void {
  const response = http.get(address, { ...params, headers: { ...params.headers, 'If-None-Match': tag } });
  check(response, { 'is unchanged': ({ status }) => status === 304 });
}
