import type { JsonValue } from '@turnout/core';

/**
 * What must be remembered of sources between two looks, by the id of its guard or gate: since when a value is beyond its
 * bound, how often a probe was answered well. Of one entry: what a new one finds it asks anew.
 */
export interface Readings {
  entry?: number;
  thresholds?: Record<string, JsonValue>;
  gates?: Record<string, JsonValue>;
  /** By the place of an approval of the next stage: how often it was asked for. */
  asks?: Record<string, number>;
}

/** What is remembered in this entry; nothing of an earlier one. */
export function readingsOf(kept: Readings, entry: number): Required<Readings> {
  const own = kept.entry === entry ? kept : {};
  return { entry, thresholds: own.thresholds ?? {}, gates: own.gates ?? {}, asks: own.asks ?? {} };
}
