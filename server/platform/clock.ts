import { performance } from 'node:perf_hooks';

/** The two times a server needs: the wall for records, the monotonic one for durations. */
export interface Clock {
  /** Wall time, as a Date. */
  now(): Date;
  /** Monotonic milliseconds; only differences mean something. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};
