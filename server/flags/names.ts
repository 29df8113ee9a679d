import { randomBytes } from 'node:crypto';
import type { Names } from './plan-configuration.ts';

/** Salts decide who gets what and ids name rules for good: neither may be guessed from the other, nor come twice. */
export const newNames: Names = {
  salt: () => randomBytes(8).toString('hex'),
  ruleId: () => `r-${randomBytes(6).toString('hex')}`,
};
