import { check } from 'k6';
import http from 'k6/http';
import { bodies, bulkUrl, listFlagKeys, params } from './callers.ts';
import { describeLoad } from './settings.ts';

export { handleSummary } from './summary.ts';

/** One flag for one user over OFREP. */
export const options = describeLoad({ rate: 500, callers: 10, p95: 25 });

export function setup(): string[] {
  return listFlagKeys().map((key) => `${bulkUrl}/${encodeURIComponent(key)}`);
}

let asked = 0;

export default function evaluate(addresses: string[]): void {
  const address = addresses[asked % addresses.length] as string;
  const response = http.post(address, bodies[asked % bodies.length], { ...params, tags: { name: 'evaluate' } });
  asked += 1;
  check(response, { 'is answered': ({ status }) => status === 200 });
}
