import type { Condition, FlagType, JsonValue } from '@turnout/core';

/** What a flag of the proof is to be, in the words in which an author would set it. */
export interface AuthoredFlag {
  key: string;
  type: FlagType;
  variants: Record<string, JsonValue>;
  offVariant: string;
  on: boolean;
  /** The first rule that holds serves its variant. */
  rules: { if: Condition; variant: string }[];
  /** One variant for the rest, or the first of the variants for a share of all units. */
  rest: { variant: string } | { half: [string, string] };
}

export const FLAG_COUNT = 200;
const SWITCH: AuthoredFlag['variants'] = { on: true, off: false };

/**
 * 200 flags of five kinds in turn: on for all, half of the users, a text by two rules of two conditions, a number by
 * one rule, and off. What an ordinary house has: most flags are simple, some look at the user.
 */
export const FLAG_SET: readonly AuthoredFlag[] = Array.from({ length: FLAG_COUNT }, (_, index) => nthFlag(index));

/** The flag of a number, from 0 on without an end. */
export function nthFlag(index: number): AuthoredFlag {
  const key = `flag-${String(index).padStart(3, '0')}`;
  const base = { key, type: 'boolean' as FlagType, variants: SWITCH, offVariant: 'off', on: true };
  switch (index % 5) {
    case 0:
      return { ...base, rules: [], rest: { variant: 'on' } };
    case 1:
      return { ...base, rules: [], rest: { half: ['on', 'off'] } };
    case 2:
      return {
        ...base,
        type: 'string',
        variants: { blue: 'blue', green: 'green', grey: 'grey' },
        offVariant: 'grey',
        rules: [
          { if: both('country', ['DE', 'AT', 'CH'], 'plan', ['pro']), variant: 'blue' },
          { if: both('country', ['US'], 'plan', ['free', 'team']), variant: 'green' },
        ],
        rest: { variant: 'grey' },
      };
    case 3:
      return {
        ...base,
        type: 'number',
        variants: { few: 10, many: 50 },
        offVariant: 'few',
        rules: [{ if: { attribute: 'age', op: 'gte', values: [40] }, variant: 'many' }],
        rest: { variant: 'few' },
      };
    default:
      return { ...base, on: false, rules: [], rest: { variant: 'on' } };
  }
}

function both(first: string, firstValues: string[], second: string, secondValues: string[]): Condition {
  return {
    all: [
      { attribute: first, op: 'equals', values: firstValues },
      { attribute: second, op: 'equals', values: secondValues },
    ],
  };
}

const COUNTRIES = ['DE', 'FR', 'US', 'JP', 'AT'];
const PLANS = ['free', 'team', 'pro'];

/** The user of a number: 1,000 of them make every rule hold for some and fail for others. */
export function userContext(number: number): Record<string, JsonValue> {
  return {
    targetingKey: `user-${number}`,
    country: COUNTRIES[number % COUNTRIES.length] as string,
    plan: PLANS[number % PLANS.length] as string,
    age: 18 + (number % 50),
    email: `user-${number}@example.com`,
  };
}
