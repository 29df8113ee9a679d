import type { ThresholdReading } from '../decisions/decision.ts';
import type { ProbeState } from '../gates/probe.ts';
import type { EntryEvidence } from '../metrics/evidence.ts';

/**
 * What must be remembered of sources between two looks, by the id of its guard or gate: since when a value is beyond its
 * bound, how often a probe was answered well. Of one entry: what a new one finds it asks anew.
 */
export interface Readings {
  entry?: number;
  thresholds?: Record<string, ThresholdReading>;
  /** When they were asked last. */
  askedAt?: string | null;
  probes?: Record<string, ProbeState>;
  /** By the place of an approval of the next stage: how often it was asked for. */
  asks?: Record<string, number>;
  /** How many units were measured, for the screen. */
  exposed?: EntryEvidence['exposed'] | null;
  /** More came in than may be measured of this entry, for the screen. */
  full?: boolean;
}

/** What is remembered in this entry; nothing of an earlier one. */
export function readingsOf(kept: Readings, entry: number): Required<Readings> {
  const own = kept.entry === entry ? kept : {};
  return {
    entry,
    thresholds: bare(own.thresholds),
    askedAt: own.askedAt ?? null,
    probes: bare(own.probes),
    asks: bare(own.asks),
    exposed: own.exposed ?? null,
    full: own.full ?? false,
  };
}

/** People name guards and gates, and may call one `constructor`: what is not there is not there. */
const bare = <T>(record: Record<string, T> = {}): Record<string, T> => Object.assign(Object.create(null), record);
