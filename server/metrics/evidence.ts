/**
 * What was measured in one entry of one run, as `decide` is given it. Units are counted once; an event counts only after
 * its unit's first exposure in this entry. Plain data: it is stored beside each decision.
 */
export interface EntryEvidence {
  run: string;
  entry: number;
  /** When the newest report of this entry came in; null before the first. */
  newestAt: string | null;
  /** Distinct measured units in the two equal arms, and all units that got `to`, with or without an arm. */
  exposed: { treatment: number; control: number; to: number };
  /**
   * What pages told of this entry, by which metrics with `source: client` go and nothing else does. Left out where no
   * page has told anything.
   */
  pages?: PageEvidence;
  /** By metric key, also those that nobody hit yet. */
  metrics: Record<string, MetricEvidence>;
  /** By event, for `minHits`: units that got `to` and had the event after it. */
  events?: Record<string, number>;
  /** Records for which some process had no room: the numbers are short of them, in both arms alike. */
  dropped?: number;
  /** More came in than may be measured of one entry: what came then is left out, and `newestAt` stands still. */
  full?: true;
}

export interface PageEvidence {
  /** Whether tokens vouch for its units. Where any such came in, what open contexts told is left out. */
  source: 'signed' | 'open';
  newestAt: string;
  exposed: EntryEvidence['exposed'];
  dropped?: number;
  full?: true;
}

export interface MetricEvidence {
  /** Units with the event after their exposure, by arm. For a rate that is what is tested. */
  hits: { treatment: number; control: number; to: number };
  /** Of a ratio: units with the event below the line. */
  denominator?: { treatment: number; control: number; to: number };
  /** Cumulative (treatment, control) hits at every 200th event-unit: where the e-process opened anew. */
  restarts: [treatment: number, control: number][];
  /** Each unit's first value, capped: count, mean and variance (unbiased) by arm. Only for metrics with values. */
  values?: { treatment: Moments; control: Moments };
  /** Exposed units whose window is over: with a hit inside of it, and without; with restarts. By window in ms. */
  absolute?: Record<string, { bad: number; good: number; restarts: [bad: number, good: number][] }>;
}

export interface Moments {
  n: number;
  mean: number;
  variance: number;
}

export type MetricKind = 'rate' | 'mean' | 'ratio';

/** What a metric is: made once per project, named by guards. `ratio` is shown and never tested. */
export interface MetricDefinition {
  key: string;
  kind: MetricKind;
  /** The tracked event that it counts, or whose value it takes. */
  event: string;
  /** Of a ratio: what is below the line. */
  denominator?: string;
  /** Which way is worse. */
  direction: 'up' | 'down';
  /** What its values are, in words: ms, EUR. */
  unit: string;
  /** Values are cut here; required for means. */
  cap?: number;
  /**
   * Who sends the event: apps with server keys, or pages with client keys. What pages make up may hold or pause; it decides
   * more only with signed contexts, and never advances, rolls back or kills in a protected environment.
   */
  source: 'server' | 'client';
}
