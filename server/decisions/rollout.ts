import type { MeasuredRun, Rule, Serve } from '@turnout/core';

/**
 * `waiting`: started, and not in its first stage yet. `running` walks. `paused` stands until Resume or Roll back. The
 * others are ends: `finished` everywhere, `rolledBack`, `killed` by a guard, `ended` by somebody's edit or stop.
 */
export type RolloutState = 'waiting' | 'running' | 'paused' | 'finished' | 'rolledBack' | 'killed' | 'ended';

/** One target of one flag walking the path of its pinned policy. */
export interface Rollout {
  /** Random; in the actor `rollout:<id>`. */
  id: string;
  projectId: number;
  flag: string;
  /** A rule's id, or `fallthrough`. */
  target: string;
  from: string;
  to: string;
  policy: { key: string; version: number };
  /** The git reference that checks are matched by: a commit, 40 hex digits. */
  commit: string | null;
  state: RolloutState;
  /** Where on the path: index into `policy.path`. */
  step: number;
  startedBy: string;
  startedAt: Date;
  /** The rollout that this one tries again. */
  retryOf: string | null;
  /** Counts every write of it: the loop writes by compare-and-set. */
  version: number;
}

/** Why a run stands still. Time in which it is not on, frozen or paused is no bake, and no deadline runs in it. */
export type PauseCause =
  | 'person'
  | 'flag-off'
  | 'flag-killed'
  | 'shed'
  | 'guard'
  | 'evidence'
  | 'deadline'
  | 'incident'
  | 'train'
  | 'protection';

/**
 * Why a person must hear of it now: an unanswered deadline, an approval that was rejected or lapsed for good, a pause that nobody made,
 * a pause of days.
 */
export type PageAbout = 'deadline' | 'approval' | 'stopped' | 'long-pause';

/** A rollout in one environment. */
export interface Run {
  id: string;
  rollout: string;
  environmentId: number;
  environment: string;
  isProtected: boolean;
  state: RolloutState;
  /** −1 before the first stage is entered. */
  stage: number;
  /** Counts entries of stages, from 1: each has evidence of its own. */
  entry: number;
  /** Which measured entry this one is, from 1; 0 where no guard of this entry has anything to measure. */
  measuredEntry: number;
  /** How many measured entries there were so far, this one included: unmeasured ones come between. */
  measuredEntries: number;
  /** When it came into the environment; the deadline of waiting for the first stage runs from here. */
  arrivedAt: Date;
  /** When the entry was decided; deadlines run from here. */
  enteredAt: Date | null;
  /** When all nodes and apps had it in force: bake runs from here. Null until it was read back. */
  effectiveAt: Date | null;
  /** Frozen, paused and off time since the entry (or the arrival), in ms: neither bake nor deadline. */
  stoodMs: number;
  /** What `stoodMs` was at `effectiveAt`: it came before the bake and is not taken from it. */
  stoodBeforeEffectMs: number;
  /** Since when it stands still; null while it runs. */
  standsSince: Date | null;
  /** Time since the entry in which a freeze let the stage go on, in ms: it is baked, and is no time of the deadline. */
  waitedMs: number;
  /** Since when only the deadline waits; null while it does not, and while all of it stands still. */
  waitsSince: Date | null;
  pausedBy: { cause: PauseCause; actor: string; reason: string; at: Date } | null;
  /** What it replaced when it came into the environment: what a rollback writes back. */
  anchor: Serve;
  /**
   * What it last wrote of the flag, or found there when it came; a difference means that somebody else wrote. Null only
   * where it owns nothing.
   */
  wrote: RunWrites | null;
  /** Whether this entry goes on past a sample-ratio alarm of the one before: what compares with the control does not apply. */
  overriddenRatio: boolean;
  /** Units that each arm needs before this stage can be left, settled at entry; null where none is asked for. */
  minUnits: number | null;
  /** Guards that failed in this entry, latched with the sentence that says why. */
  failed: Record<string, { at: string; because: string; mayBeForged?: boolean }>;
  /** Event gates that passed for the next stage, and approvals' state, by id. */
  passedGates: Record<string, string>;
  /** The last press of Advance that was not used up yet (mode: button). */
  pressedBy: string | null;
  /** How long it had run since the entry, in ms, when its deadline was asked about; null before. */
  askedAfterMs: number | null;
  /** What somebody was paged about last. The same is paged again after a day. */
  paged: { about: PageAbout; at: Date } | null;
  version: number;
}

/** Everything of a flag that a live run owns. */
export interface RunWrites {
  target: string;
  serve: Serve;
  /** The audience rule that was put before the target, if one was. */
  audienceRule: Rule | null;
  run: MeasuredRun | null;
}

export const isLive = (state: RolloutState): boolean =>
  state === 'waiting' || state === 'running' || state === 'paused';

/** To start a rollout is to press for the first stage of its first environment; each one after it takes a press of its own. */
export function hasPressedByStarting(
  { startedBy, startedAt }: Pick<Rollout, 'startedBy' | 'startedAt'>,
  { stage, pressedBy, arrivedAt }: Pick<Run, 'stage' | 'pressedBy' | 'arrivedAt'>,
): boolean {
  return stage < 0 && pressedBy === startedBy && arrivedAt.getTime() === startedAt.getTime();
}
