import { murmur3 } from '@turnout/core';

/** What a floor's flag gives: the same fields that an OFREP item has. */
export interface FloorAnswer {
  key: string;
  value: boolean | string | number;
  reason: string;
  variant: string;
}

export interface FloorContext {
  targetingKey?: string;
  country?: string;
  plan?: string;
  age?: number;
}

type FloorFlag = (context: FloorContext) => FloorAnswer;

/** The flags of `FLAG_SET`, written by hand as an application without flags would: ifs, and nothing else. */
export function writeFloorFlag(index: number): FloorFlag {
  const key = `flag-${String(index).padStart(3, '0')}`;
  switch (index % 5) {
    case 0:
      return () => ({ key, value: true, reason: 'STATIC', variant: 'on' });
    case 1:
      return (context) => {
        if (context.targetingKey === undefined) throw new Error('no targetingKey');
        if (murmur3(`${key}/${context.targetingKey}`, 0) < 0x80000000) {
          return { key, value: true, reason: 'SPLIT', variant: 'on' };
        }
        return { key, value: false, reason: 'SPLIT', variant: 'off' };
      };
    case 2:
      return ({ country, plan }) => {
        if ((country === 'DE' || country === 'AT' || country === 'CH') && plan === 'pro') {
          return { key, value: 'blue', reason: 'TARGETING_MATCH', variant: 'blue' };
        }
        if (country === 'US' && (plan === 'free' || plan === 'team')) {
          return { key, value: 'green', reason: 'TARGETING_MATCH', variant: 'green' };
        }
        return { key, value: 'grey', reason: 'DEFAULT', variant: 'grey' };
      };
    case 3:
      return ({ age }) => {
        if (age !== undefined && age >= 40) return { key, value: 50, reason: 'TARGETING_MATCH', variant: 'many' };
        return { key, value: 10, reason: 'DEFAULT', variant: 'few' };
      };
    default:
      return () => ({ key, value: false, reason: 'DEFAULT', variant: 'off' });
  }
}
