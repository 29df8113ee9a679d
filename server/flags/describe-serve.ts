import { type Flag, type Serve, weightsOf } from '@turnout/core';
import type { ServedToUsers } from './contract.ts';

/**
 * What users get of a flag, in words: what every verb answers of before and after. It describes the configuration, not
 * the users: of rules it says how many there are.
 */
export function describeServe(flag: Flag, shedLevel: number): ServedToUsers {
  return { state: flag.state, killed: flag.killed === true, serves: describe(flag, shedLevel) };
}

function describe(flag: Flag, shedLevel: number): string {
  const off = flag.offVariant === null ? 'the coded default' : `variant ${flag.offVariant}`;
  if (flag.killed) return `killed: ${off}`;
  if (flag.state === 'off') return `off: ${off}`;
  if (flag.shedAt !== undefined && shedLevel >= flag.shedAt) return `shed: ${off}`;
  const served = describeRules(flag);
  if (flag.prerequisites.length === 0) return served;
  return `${served}; where ${flag.prerequisites.map(({ flag: key }) => key).join(', ')} allows it, else ${off}`;
}

/** What a flag gives that is on, whatever it needs of other flags. */
export function describeRules(flag: Pick<Flag, 'rules' | 'fallthrough'>): string {
  const rules = flag.rules.length;
  if (rules === 0)
    return 'split' in flag.fallthrough ? nameServe(flag.fallthrough) : `${nameServe(flag.fallthrough)} for everyone`;
  return `${rules} ${rules === 1 ? 'rule' : 'rules'}, else ${nameServe(flag.fallthrough)}`;
}

export function nameServe(serve: Serve): string {
  if ('variant' in serve) return serve.variant;
  if ('coded' in serve) return 'the coded default';
  const { slices, of } = serve.split;
  const shares = Object.entries(weightsOf(slices)).map(([variant, weight]) => `${variant} ${percent(weight / of)}`);
  return `split ${shares.join(', ')}`;
}

/** At most three decimals, which is as fine as native weights are. */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
