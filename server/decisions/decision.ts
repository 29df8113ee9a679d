import type { InFlight } from '../environments/freeze.ts';
import type { EntryEvidence, MetricDefinition } from '../metrics/evidence.ts';
import type { Policy } from '../policies/policy.ts';
import type { PageAbout, PauseCause, Rollout, Run } from './rollout.ts';

/** `end`: somebody edited what the run owns, or its flag is gone; it stops without writing anything. */
export type Action = 'advance' | 'hold' | 'rollBack' | 'kill' | 'pause' | 'finish' | 'needApproval' | 'end';

/** What `decide` answers: the action, a sentence why, everything that spoke for it, and when to look again. */
export interface Decision {
  action: Action;
  /** One sentence for a person: what happens now, and why. */
  reason: string;
  /** The guards, gates, freezes and conditions that it rests on, each in one sentence, most important first. */
  because: string[];
  /** RFC 3339; null where only something from outside can change it. */
  checkAgainAt: string | null;
  /** What each guard, condition and gate was found to be: the screen's checklist. */
  guards: GuardVerdict[];
  conditions: ConditionState[];
  /** Set with `pause`. */
  cause: PauseCause | null;
  /** Which approvals of the next stage, by their place, are to be asked for now, for the first time or again. */
  askFor: number[];
  /** Set where a person must hear of it now; null where nobody needs to, or was told within the day. */
  page: PageAbout | null;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-data' | 'error' | 'not-applicable';

export interface GuardVerdict {
  id: string;
  mode: 'enforce' | 'shadow';
  verdict: Verdict;
  because: string;
  /** Clients made what it sees, and nothing shows that it is true: it may hold or pause, and nothing else. */
  mayBeForged?: boolean;
  /** What it fails at and where it stands: logE against its bound, a lower bound against 0, a value against a limit. */
  statistic?: { name: string; value: number; bound: number };
}

/**
 * `effective`: the stage is in force everywhere. `witness`: something that clients cannot make speaks for the stage.
 * `guard`: an enforced one that failed, cannot say, or cannot be read; only listed where it does. `refused`: what was to be
 * done was not let through; only listed where it was not.
 */
export interface ConditionState {
  id: string;
  kind:
    | 'bake'
    | 'units'
    | 'hits'
    | 'guard'
    | 'gate'
    | 'approval'
    | 'button'
    | 'freeze'
    | 'incident'
    | 'line'
    | 'effective'
    | 'witness'
    | 'refused';
  met: boolean;
  because: string;
  /** RFC 3339: since when a gate is open, where that is known. */
  at?: string;
  /** Nothing will come of it by itself any more: a person has to do something. */
  isStuck?: boolean;
}

/** Everything that a decision rests on, gathered beforehand. Plain data, stored with the decision. */
export interface Evidence {
  /** Counts of the present entry; undefined where nothing is measured in it. */
  entry: EntryEvidence | undefined;
  /** By key: the metrics that the policy's guards name. */
  metrics: Record<string, MetricDefinition>;
  /** By guard id: what its source said. */
  thresholds: Record<string, ThresholdReading>;
  /** By guard id: the newest matching signal that fires since the entry, or null where there is silence. */
  signals: Record<string, { at: string; summary: string } | null>;
  /** By gate id. */
  gates: Record<string, GateReading>;
  /** For the next stage, in the order of its `approvals`. */
  approvals: ApprovalReading[];
  /** Of all that hold for the flag here; `inFlight` is that of the strictest. `through`: which flag that needs it is frozen. */
  freeze: { name: string; until: string | null; inFlight: InFlight; through?: string } | null;
  /** `flag`: the one that it names; null where it names the environment as a whole. */
  incident: { id: string; title: string; flag: string | null } | null;
  /** The train that it left with, where somebody has stopped the line. */
  line: StoppedLine | null;
  /** What the flag is in the environment now. */
  flag: FlagReading;
  /** The environment is protected, and was not when somebody said last that this may grow there. */
  isProtectedSince?: true;
  /** Whether all nodes and apps are at what the run last wrote. */
  readBack: { effective: boolean; laggards: string[] };
  /** Whoever pressed for the next stage may not do so any more; left out where they may. */
  pressIsVoid?: boolean;
  /** What was decided on all of this a moment ago, and could not be done. */
  refused?: Refusal[];
}

/** A move that was decided and not let through: what it would have written is wrong by now, or something forbids it. */
export interface Refusal {
  action: Action;
  /** The code of the problem. */
  code: string;
  because: string;
}

/**
 * One value of a query, or why there is none since a while: these are four different things. `beyondMs` says for how long
 * values had been seen beyond the bound when they stopped coming.
 */
export type ThresholdReading =
  | {
      kind: 'value';
      value: number /** Since when it is beyond the bound without a break; null where it is not. */;
      beyondSince: string | null;
      at: string;
    }
  | { kind: 'no-data'; since: string; beyondMs?: number }
  | { kind: 'not-a-number'; since: string; beyondMs?: number }
  | { kind: 'several-series'; count: number; since: string; beyondMs?: number }
  | { kind: 'error'; message: string; since: string; beyondMs?: number };

/** A train of which nothing goes on until a release manager starts it again, and why. */
export interface StoppedLine {
  train: string;
  reason: string;
}

export interface GateReading {
  open: boolean;
  because: string;
  /** RFC 3339: when it opened, where that is known; left out, when it was looked at. */
  at?: string;
  /** When it is worth asking again. */
  nextAt?: string;
}

export interface ApprovalReading {
  role: string;
  needed: number;
  given: { by: string; at: string }[];
  /** How often it was asked for; 0 before the first time. */
  asks: number;
  /** The last one asked for lapsed before enough was given. */
  expired: boolean;
  /** Who said no to the last one asked for, as they are called; null where nobody did. */
  rejected?: { by: string; reason: string | null } | null;
  /** When the one asked for now lapses; it stands still during a freeze. */
  expiresAt?: string | null;
}

/** `edited`: what the run owns is not what it last wrote. */
export interface FlagReading {
  exists: boolean;
  state: 'on' | 'off';
  killed: boolean;
  shed: boolean;
  edited: boolean;
}

export interface Decided {
  rollout: Rollout;
  run: Run;
  policy: Policy;
}
