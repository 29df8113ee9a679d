/** How far back is looked, in which steps. */
export interface Range {
  words: string;
  ms: number;
  step: 'minute' | 'hour' | 'day';
}

const HOUR = 3_600_000;
/** By what they are called in an address. Minutes are told apart for some hours only, so longer spans have longer steps. */
export const RANGES = {
  '1h': { words: 'Hour', ms: HOUR, step: 'minute' },
  '24h': { words: '24 hours', ms: 24 * HOUR, step: 'hour' },
  '7d': { words: '7 days', ms: 7 * 24 * HOUR, step: 'hour' },
  '30d': { words: '30 days', ms: 30 * 24 * HOUR, step: 'day' },
} as const satisfies Record<string, Range>;
export type RangeName = keyof typeof RANGES;

/** The range that an address names; a day where it names none. */
export function readRange(name: string | undefined): RangeName {
  return name !== undefined && Object.hasOwn(RANGES, name) ? (name as RangeName) : '24h';
}

/** What the API is asked for, so that the last step is the present one. */
export function askForRange(name: RangeName, now: number): { from: string; step: string } {
  const { ms, step } = RANGES[name];
  return { from: new Date(now - ms).toISOString(), step };
}
