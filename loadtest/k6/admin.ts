import { check } from 'k6';
import execution from 'k6/execution';
import http from 'k6/http';
import { listFlagKeys } from './callers.ts';
import { describeLoad, settings } from './settings.ts';

export { handleSummary } from './summary.ts';

/** Flips: each caller turns a flag of its own on and off, through the one door and into the log. */
export const options = describeLoad(
  settings.isLarge ? { rate: 2, callers: 2, p95: 1_000 } : { rate: 20, callers: 4, p95: 250 },
);

const root = { headers: { Authorization: `Bearer ${settings.token}`, 'Content-Type': 'application/json' } };

export function setup(): string[] {
  return listFlagKeys();
}

let isOn = true;

export default function flip(keys: string[]): void {
  const key = keys[execution.vu.idInTest % keys.length] as string;
  isOn = !isOn;
  const address = `${settings.url}/api/v1${settings.environment}/flags/${encodeURIComponent(key)}/${isOn ? 'on' : 'off'}`;
  const response = http.post(address, '{}', { ...root, tags: { name: 'flip' } });
  check(response, { 'is flipped': ({ status }) => status === 200 });
}
