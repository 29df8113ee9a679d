import { check } from 'k6';
import http from 'k6/http';
import { bodies, bulkUrl, listFlagKeys, params } from './callers.ts';
import { describeLoad, settings } from './settings.ts';

export { handleSummary } from './summary.ts';

/** All flags for one user over OFREP. */
export const options = describeLoad(
  settings.isLarge ? { rate: 5, callers: 4, p95: 500 } : { rate: 200, callers: 10, p95: 25 },
);

/** Finds out before the load whether there is anything to answer with. */
export function setup(): number {
  return listFlagKeys().length;
}

let asked = 0;

export default function bulk(): void {
  const response = http.post(bulkUrl, bodies[asked % bodies.length], params);
  asked += 1;
  check(response, { 'is answered': ({ status }) => status === 200 });
}
