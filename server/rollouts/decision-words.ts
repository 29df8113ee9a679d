import type { Action, ConditionState, Verdict } from '../decisions/decision.ts';
import type { PageAbout, PauseCause, RolloutState } from '../decisions/rollout.ts';
import { holdSame } from '../platform/same-type.ts';
import type { ReachState } from './reach.ts';

// The words of decisions as HTTP gives them, held to be the same as those that are decided with.

export const STATES = ['waiting', 'running', 'paused', 'finished', 'rolledBack', 'killed', 'ended'] as const;
export const ACTIONS = ['advance', 'hold', 'rollBack', 'kill', 'pause', 'finish', 'needApproval', 'end'] as const;
export const VERDICTS = ['pass', 'fail', 'inconclusive', 'no-data', 'error', 'not-applicable'] as const;
export const CONDITIONS = [
  'bake',
  'units',
  'hits',
  'guard',
  'gate',
  'approval',
  'button',
  'freeze',
  'incident',
  'line',
  'effective',
  'witness',
  'refused',
] as const;
export const CAUSES = [
  'person',
  'flag-off',
  'flag-killed',
  'shed',
  'guard',
  'evidence',
  'deadline',
  'incident',
  'train',
  'protection',
] as const;
export const PAGES = ['deadline', 'approval', 'stopped', 'long-pause'] as const;
export const REACHES = ['pending', 'reached', 'late'] as const;
holdSame<(typeof STATES)[number], RolloutState>(true);
holdSame<(typeof ACTIONS)[number], Action>(true);
holdSame<(typeof VERDICTS)[number], Verdict>(true);
holdSame<(typeof CONDITIONS)[number], ConditionState['kind']>(true);
holdSame<(typeof CAUSES)[number], PauseCause>(true);
holdSame<(typeof PAGES)[number], PageAbout>(true);
holdSame<(typeof REACHES)[number], ReachState>(true);
