import type { Flag, JsonValue, Patch, Segment } from '@turnout/core';
import type { Role } from '../access/principal.ts';
import type { StartedRollout } from '../changes/door.ts';

/** `protection` takes away what protects, and needs a second admin; `stage` is one of a rollout. */
export type RequestKind = 'change' | 'protection' | 'stage';
export type RequestState = 'open' | 'applied' | 'rejected' | 'withdrawn';

/** A call of the API that waits: what it would have been, below the path of its project. */
export interface DraftItem {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/environments/production/flags/new-cart`. */
  path: string;
  body: JsonValue;
  /**
   * The version that its author believed to change. Null for what makes something new, and for what an item before it in
   * the same draft changes too.
   */
  base: number | null;
}

type MembersMoved = Extract<Patch['segments'][string], { members: unknown }>['members'];

/** What a draft would come to in one environment: what is served there before and after, and what begins there. */
export interface EnvironmentDiff {
  flags: { key: string; before: Flag | null; after: Flag | null }[];
  segments: ({ key: string } & ({ before: Segment | null; after: Segment | null } | { members: MembersMoved }))[];
  /** Left out where none begins. */
  rollouts?: StartedRollout[];
}

/** Who must approve, and where they must have the role; without an environment in the whole project. */
export interface Need {
  environmentId: number | undefined;
  roles: readonly Role[];
  count: number;
}

/** Who must approve a stage of a rollout. */
export interface StageNeeds extends Need {
  environmentId: number;
  /** The flags that it is about: a freeze of one of their tags holds it. */
  flags?: readonly string[];
  /** What the subjects of all that is asked for at once begin with: nobody gives more than one approval of these. */
  together?: string;
}

/** How long a request waits for its approvals, where nobody said otherwise. */
export const LASTS_MS = 7 * 86_400_000;
/** No request lasts longer without being looked at anew. */
export const LONGEST_MS = 30 * 86_400_000;
/** Where nobody else could agree to less protection, it waits for so long, for everybody to see. */
export const ALONE_MS = 86_400_000;
/** Whoever approves has signed in no longer ago than this. */
export const FRESH_SESSION_MS = 12 * 3_600_000;
