import type { Configuration, FlagContent } from '../flags/configuration.ts';

/**
 * A flag in an environment as an author would write it: what a release keeps, an export shows and a rollback writes back.
 * Where a rollout is in flight it is the form at the run's anchor; a kill stands beside it.
 */
export interface FlagForm {
  content: FlagContent;
  configuration: Configuration;
}

/** A flag in a release. */
export interface ReleasedFlag {
  /** Under this hash its whole form is kept. */
  body: string;
  /** Of what decides what users get, and of nothing else: known good is said of this. */
  served: string;
  /** It was off, so that nobody got anything but its offVariant. */
  off?: true;
  killed?: true;
  /** The run that was live on it. */
  inFlight?: string;
}

export type ReleaseOrigin = 'departure' | 'rollout' | 'manual';

/** An environment at a moment, under a tag; nothing of it is ever changed. */
export interface Release {
  /** Random. */
  id: string;
  projectId: number;
  environmentId: number;
  /** Counts all releases, in the order in which they were made. */
  seq: number;
  /** Unique in the environment. */
  tag: string;
  /** The git reference: a commit, 40 hex digits. */
  commit: string | null;
  origin: ReleaseOrigin;
  /** The departure or the rollout that it comes from. */
  originId: string | null;
  position: string;
  /** The change that led there; null for one made on demand. */
  changeId: number | null;
  note: string | null;
  shedLevel: number;
  flags: Readonly<Record<string, ReleasedFlag>>;
  /** By key: the hash under which the form of the segment is kept. */
  segments: Readonly<Record<string, string>>;
  createdBy: string;
  createdAt: Date;
}

/** By what a form is known to be good: a run that finished with its guards passed, or a long time in force. */
export type Proof = 'run' | 'stood';

/** What is known of a form of a flag in an environment. */
export interface GoodForm {
  environmentId: number;
  flag: string;
  served: string;
  proof: Proof | null;
  /** The run that proved it. */
  proofId: string | null;
  provenAt: Date | null;
  revokedAt: Date | null;
  revokedBecause: string | null;
}

/** A form that stands for so long, with nothing found against it, is known good by that. */
export const STOOD_MS = 7 * 86_400_000;
