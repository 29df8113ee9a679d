import type { JsonValue } from '@turnout/core';
import type { FlagForm } from '../releases/release.ts';

/**
 * `scheduled`: nobody may come aboard yet. `boarding`. `closed`: the manifest is frozen, and who comes later needs an
 * uplift. `departing`: its change is committed, and not in force everywhere yet. `under-way`: each change follows its
 * policy. The others are ends: `arrived`, `recalled`, and `missed`, where it did not leave at all.
 */
export type DepartureState =
  | 'scheduled'
  | 'boarding'
  | 'closed'
  | 'departing'
  | 'under-way'
  | 'arrived'
  | 'recalled'
  | 'missed';

/** Why and by whom something leaves now, and what is owed for it. */
export interface Chemspill {
  by: string;
  reason: string;
  /** Nobody else was asked; `reason` says why. */
  breakGlass: boolean;
  /** Who agreed; empty until somebody has, and where glass was broken. */
  secondBy: string[];
  /** What was written about it afterwards; null as long as it is owed. */
  postmortem: { by: string; at: string; text: string; url: string | null } | null;
  postmortemDue: string;
}

/** One run of a train. */
export interface Departure {
  /** Random. People call it by its train and its number: `weekly 12`. */
  id: string;
  projectId: number;
  trainId: number;
  environmentId: number;
  number: number;
  kind: 'regular' | 'chemspill';
  state: DepartureState;
  opensAt: Date | null;
  /** The cut-off; null for trains that leave when something is ready. */
  closesAt: Date | null;
  leavesAt: Date | null;
  closedAt: Date | null;
  departedAt: Date | null;
  /** When all nodes and apps had what it wrote in force. */
  effectiveAt: Date | null;
  endedAt: Date | null;
  /** Why it missed, or was recalled. */
  because: string | null;
  /** Who pressed for it to leave. */
  pressedBy: string | null;
  releaseId: string | null;
  changeId: number | null;
  /** Where its change led. */
  position: string | null;
  chemspill: Chemspill | null;
  createdAt: Date;
  version: number;
}

/**
 * `aboard`; `uplift`: came late, and waits for an approval. `under-way`, then `arrived`. Ends: `left-behind` (it did not
 * go, `because` says why; `movedTo` names the departure that it waits for now), `withdrawn` by somebody, `failed` (its
 * own guards sent it back), `ejected` with another or by hand, `recalled`, `kept` (edited since, so a recall left it).
 */
export type CarState =
  | 'aboard'
  | 'uplift'
  | 'under-way'
  | 'arrived'
  | 'left-behind'
  | 'withdrawn'
  | 'failed'
  | 'ejected'
  | 'recalled'
  | 'kept';

/** What a car found, or left, of all that it changes: for recalls. Null where it was not there. */
export interface Forms {
  flags: Record<string, FlagForm | null>;
  segments: Record<string, JsonValue>;
}

/** A change that is aboard. What it would do, its base versions and its approvals are those of its request. */
export interface Car {
  id: string;
  departureId: string;
  projectId: number;
  requestId: string;
  state: CarState;
  because: string | null;
  boardedBy: string;
  boardedAt: Date;
  /** People who put it aboard, by themselves or by a token: none of them may approve it. */
  boarders: string[];
  /** The written risk of one that came after the cut-off. */
  uplift: { risk: string; by: string } | null;
  movedTo: string | null;
  /** Flags that it changes. */
  flags: string[];
  /** The rollouts that it started; empty before it left, and where it starts none. */
  rollouts: string[];
  before: Forms | null;
  departed: Forms | null;
  endedAt: Date | null;
  version: number;
}
