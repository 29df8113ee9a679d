import { type Serve, weightsOf } from '@turnout/core';
import type { Configuration } from './configuration.ts';

/** What a table of flags draws of one flag in one environment. It describes the configuration, not the users. */
export interface Rollout {
  /** By variant, what the fallthrough gives of it, of 1; empty where that is the coded default. */
  shares: Record<string, number>;
  rules: number;
  /** How much of the fallthrough is not the off variant; null where there is none to compare with. */
  rollout: number | null;
}

/** State and kill are told beside it: a flag that is off keeps the shares that it will have when it is turned on. */
export function describeRollout({
  offVariant,
  rules,
  fallthrough,
}: Pick<Configuration, 'offVariant' | 'rules' | 'fallthrough'>): Rollout {
  const shares = sharesOf(fallthrough);
  const saysNothing = offVariant === null || 'coded' in fallthrough;
  const off = saysNothing || !Object.hasOwn(shares, offVariant) ? 0 : (shares[offVariant] ?? 0);
  return { shares, rules: rules.length, rollout: saysNothing ? null : tidy(1 - off) };
}

function sharesOf(serve: Serve): Record<string, number> {
  if ('variant' in serve) return { [serve.variant]: 1 };
  if ('coded' in serve) return {};
  const { slices, of } = serve.split;
  return Object.fromEntries(Object.entries(weightsOf(slices)).map(([variant, weight]) => [variant, tidy(weight / of)]));
}

/** Finer than any split that is made here, and without the noise of binary fractions. */
const tidy = (share: number) => Number(share.toFixed(9));
