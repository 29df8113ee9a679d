import type { JsonValue } from '@turnout/core';
import type { LeftOut, Remark } from './not-carried.ts';

/** A document for somebody else, and what of the environment it does not say. */
export interface Outgoing {
  document: { [name: string]: JsonValue };
  notExported: LeftOut[];
  notes: Remark[];
}
