import type { Action } from './decision.ts';
import type { PageAbout, PauseCause } from './rollout.ts';

/** What stands for longer than that may be forgotten: somebody is told. */
export const LONG_PAUSE_MS = 7 * 86_400_000;

/** What one step of the precedence comes to. */
export interface Outcome {
  action: Action;
  reason: string;
  because: string[];
  cause?: PauseCause;
  askFor?: number[];
  page?: PageAbout;
  /** A guard that failed does less than its policy asks for: a person has to do the rest. */
  isLess?: boolean;
  /** It did so for the first time: somebody is told, also where they were told of something else within the day. */
  isNews?: boolean;
  /** Nobody is told before. */
  pageFrom?: Date | null;
  /** Moments at which time alone may change it; null for those that do not come while it stands still. */
  until: (Date | null)[];
}

export function holds(because: string[], more: Partial<Outcome> = {}): Outcome {
  return {
    action: 'hold',
    reason: `Holds: ${because[0] ?? 'nothing speaks for going on.'}`,
    because,
    until: [],
    ...more,
  };
}

export function pauses(cause: PauseCause, because: string[], more: Partial<Outcome> = {}): Outcome {
  return { action: 'pause', cause, reason: `Pauses: ${because[0]}`, because, until: [], ...more };
}
