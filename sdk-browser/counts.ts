import { type Evaluation, MOST_VALUE } from '@turnout/core';

/** Names stand in code; names made of data are a mistake, and must not make a batch without bounds. */
const MOST_EVENTS = 200;
const MOST_FLAGS = 1000;
const LONGEST_NAME = 128;

/** How often flags were asked, by variant, and events tracked. Nothing of it throws. */
export interface Counts {
  count(answer: Pick<Evaluation, 'key' | 'variant'>): void;
  /** A value that is no number, or beyond what is summed, counts as none. */
  track(event: string, value: unknown): void;
  /** What was counted since the last time; undefined where that is nothing. */
  take(): { flags: object[]; events: object[] } | undefined;
}

export function makeCounts(): Counts {
  const flags = new Map<string, { flag: string; variants: Record<string, number>; coded: number }>();
  const events = new Map<string, { event: string; count: number; valued: number; sum: number }>();
  return {
    count({ key, variant }) {
      const found = flags.get(key) ?? { flag: key, variants: {}, coded: 0 };
      if (flags.size < MOST_FLAGS) flags.set(key, found);
      if (variant === undefined) found.coded++;
      else found.variants[variant] = (found.variants[variant] ?? 0) + 1;
    },
    track(event, value) {
      const name = `${event}`.length > LONGEST_NAME ? '' : `${event}`;
      const found = events.get(name) ?? { event: name, count: 0, valued: 0, sum: 0 };
      if (events.size < MOST_EVENTS) events.set(name, found);
      found.count++;
      if (typeof value !== 'number' || !(Math.abs(value) <= MOST_VALUE)) return;
      found.valued++;
      found.sum += value;
    },
    take() {
      if (flags.size + events.size === 0) return undefined;
      const taken = { flags: [...flags.values()], events: [...events.values()] };
      flags.clear();
      events.clear();
      return taken;
    },
  };
}
