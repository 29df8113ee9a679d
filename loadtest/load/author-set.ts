import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '@turnout/core';
import { HOUSE } from '../prove/child.ts';
import { type AuthoredFlag, nthFlag } from '../prove/flag-set.ts';
import type { HouseProcess } from '../prove/house-process.ts';
import type { SetName } from './read-plan.ts';
import { writeFlagd } from './write-flagd.ts';

const LARGE = 10_000;

/** Failures that a shop can switch on to try its alarms, as the OpenTelemetry demo has them: off, or so strong. */
const SWITCHES = ['ads-fail', 'ads-busy', 'ads-collect', 'readiness-fails', 'payment-away', 'advice-cache-fails'];
const STRENGTHS: Record<string, Record<string, number>> = {
  'cart-fails': { off: 0, '10%': 0.1, '25%': 0.25, '50%': 0.5, '75%': 0.75, '90%': 0.9, '100%': 1 },
  'payment-fails': { off: 0, '10%': 0.1, '25%': 0.25, '50%': 0.5, '75%': 0.75, '90%': 0.9, '100%': 1 },
  'mail-leaks': { off: 0, '1x': 1, '10x': 10, '100x': 100, '1000x': 1_000, '10000x': 10_000 },
  'images-slow': { off: 0, '5sec': 5_000, '10sec': 10_000 },
  'shipping-slow': { off: 0, '5sec': 5, '10sec': 10 },
  'queue-lags': { off: 0, on: 100 },
  traffic: { off: 0, on: 1 },
  visitors: { '5': 5, '10': 10, '25': 25, '50': 50 },
};

function shopFlag(key: string, type: AuthoredFlag['type'], variants: Record<string, JsonValue>): AuthoredFlag {
  const off = 'off' in variants ? 'off' : (Object.keys(variants)[0] as string);
  return { key, type, variants, offVariant: off, on: true, rules: [], rest: { variant: off } };
}

/** 15 flags, of which one looks at the context. */
export function listShopFlags(): AuthoredFlag[] {
  const catalog: AuthoredFlag = {
    ...shopFlag('catalog-fails', 'boolean', { off: false, on: true }),
    rules: [{ if: { attribute: 'product_id', op: 'equals', values: ['OLJCESPC7Z'] }, variant: 'on' }],
  };
  return [
    ...SWITCHES.map((key) => shopFlag(key, 'boolean', { off: false, on: true })),
    ...Object.entries(STRENGTHS).map(([key, variants]) => shopFlag(key, 'number', variants)),
    catalog,
  ];
}

/** Where the flags lie that the OpenTelemetry demo runs with, where somebody has them beside the house. */
const DEMO = join(HOUSE, '..', 'shared', 'vectors', 'demo', 'otel-demo.flagd.json');

function documentOf(set: SetName): object {
  if (set === 'large') return writeFlagd(Array.from({ length: LARGE }, (_, index) => nthFlag(index)));
  return existsSync(DEMO) ? JSON.parse(readFileSync(DEMO, 'utf8')) : writeFlagd(listShopFlags());
}

/** Imports the flags of a set into a project; answers how many. What could not be taken over is an error. */
export async function authorSet(house: HouseProcess, project: string, set: SetName): Promise<number> {
  const path = `/projects/${project}/import?format=flagd&environment=production`;
  const answer = (await house.call('POST', path, documentOf(set))) as { flags?: unknown[]; notImported?: unknown[] };
  if (answer.flags === undefined || answer.notImported?.length !== 0) {
    throw new Error(`not every flag was imported: ${JSON.stringify(answer).slice(0, 1_000)}`);
  }
  return answer.flags.length;
}
