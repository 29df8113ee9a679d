import type { JsonValue } from '@turnout/core';
import { authorFlag } from '../prove/author-flag.ts';
import { type AuthoredFlag, nthFlag } from '../prove/flag-set.ts';
import type { HouseProcess } from '../prove/house-process.ts';
import type { SetName } from './read-plan.ts';

const LARGE = 10_000;
/** Flags that are made at a time. */
const AT_ONCE = 4;

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

/** Makes the flags of a set in a project; answers how many. */
export async function authorSet(house: HouseProcess, project: string, set: SetName): Promise<number> {
  const flags = set === 'shop' ? listShopFlags() : Array.from({ length: LARGE }, (_, index) => nthFlag(index));
  const waiting = flags.values();
  const author = async () => {
    for (const flag of waiting) await authorFlag(house, flag, project);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, author));
  return flags.length;
}
