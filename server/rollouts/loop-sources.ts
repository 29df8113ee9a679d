import type { Db, Tx } from '../database/connect.ts';
import type { StoppedLine } from '../decisions/decision.ts';
import type { FreezeTurn } from '../environments/freeze.ts';
import type { FrozenFlag } from '../environments/freeze-store.ts';
import type { CheckRow } from '../gates/check-store.ts';
import type { ProbeShot } from '../gates/probe.ts';
import type { Calm, CalmPlace, OpenIncident } from '../incidents/calm.ts';
import type { MeasuredMetric } from '../metrics/entry-units.ts';
import type { EntryEvidence } from '../metrics/evidence.ts';
import type { QueryAnswer } from '../metrics/query-answer.ts';
import type { CheckGate, ProbeGate } from '../policies/policy.ts';
import type { GuardedPlace } from '../signals/signal-store.ts';
import type { RolloutSources } from './rollout-parts.ts';

/** A place that a change led to, which every node and app is to have in force. */
export interface Written {
  projectId: number;
  environmentId: number;
  position: string;
  flag: string;
}

/** Everything that the loop asks of other rooms: where evidence comes from. */
export interface LoopSources extends RolloutSources {
  readEntry(
    asked: { environmentId: number; run: string; entry: number; below: number; metrics: readonly MeasuredMetric[] },
    now: Date,
  ): Promise<EntryEvidence>;
  suggestBelow(below: number, units: number, sinceMs: number): number;
  askSource(projectId: number, source: string, query: string, now: Date): Promise<QueryAnswer>;
  /** The newest signal that fires, holds all of the labels, and came by a hook that lists the flag there. */
  firingSignal(
    place: GuardedPlace,
    labels: Record<string, string>,
    since: Date,
  ): Promise<{ at: string; summary: string } | null>;
  runProbe(gate: ProbeGate): Promise<ProbeShot>;
  checkResult(projectId: number, gate: CheckGate, commit: string): Promise<CheckRow | undefined>;
  /** Distinct hosts whose apps are live and have this place in force. */
  hostsAt(environmentId: number, position: string | undefined): Promise<number>;
  openIncident(inside: Db | Tx, environmentId: number, flag: string): Promise<OpenIncident | undefined>;
  incidentFree(inside: Db | Tx, place: CalmPlace, withinMs: number, now: Date): Promise<Calm>;
  /** The freeze in which a flag is there: by its tags, too, and by those of flags that need it. */
  freezeOf(environmentId: number, flag: string, now: Date): Promise<FrozenFlag | null>;
  /** The same over a time in which nobody looked: what held at its beginning, and each turn since. */
  freezeTurns(environmentId: number, flag: string, from: Date, to: Date): Promise<FreezeTurn[]>;
  /** The train that a rollout left with, where somebody has stopped the line. */
  lineStopped(inside: Db | Tx, rolloutId: string): Promise<StoppedLine | null>;
  /** Whether what was written is served here, and in force in every app that was there. */
  seeReach(written: Written): Promise<{ effective: boolean; laggards: string[] }>;
}
