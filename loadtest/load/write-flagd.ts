import type { Condition } from '@turnout/core';
import type { AuthoredFlag } from '../prove/flag-set.ts';

/** Flags as a document of flagd: thousands are taken over in one import, where one by one would take minutes. */
export function writeFlagd(flags: readonly AuthoredFlag[]): { flags: Record<string, object> } {
  return { flags: Object.fromEntries(flags.map((flag) => [flag.key, writeFlag(flag)])) };
}

function writeFlag({ variants, offVariant, on, rules, rest }: AuthoredFlag): object {
  const last = 'half' in rest ? { fractional: rest.half.map((name) => [name, 50]) } : rest.variant;
  const branches = rules.flatMap((rule) => [writeCondition(rule.if), rule.variant]);
  const hasTargeting = branches.length > 0 || 'half' in rest;
  return {
    state: on ? 'ENABLED' : 'DISABLED',
    variants,
    defaultVariant: 'half' in rest ? offVariant : rest.variant,
    ...(hasTargeting ? { targeting: branches.length > 0 ? { if: [...branches, last] } : last } : {}),
  };
}

function writeCondition(condition: Condition): object {
  if ('all' in condition) return { and: condition.all.map(writeCondition) };
  if (!('op' in condition)) throw new Error('the flags of load tests ask for tests and all of them');
  const { attribute, op, values } = condition;
  if (op === 'equals') return { in: [{ var: attribute }, values] };
  if (op === 'gte') return { '>=': [{ var: attribute }, values[0]] };
  throw new Error(`the flags of load tests do not ask for ${op}`);
}
