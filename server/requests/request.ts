import type { JsonValue } from '@turnout/core';
import type { Role } from '../access/principal.ts';

/** `protection` takes away what protects, and needs a second admin; `stage` is one of a rollout. */
export type RequestKind = 'change' | 'protection' | 'stage';
export type RequestState = 'open' | 'applied' | 'rejected' | 'withdrawn';

/** A call of the API that waits: what it would have been, below the path of its project. */
export interface DraftItem {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/environments/production/flags/new-cart`. */
  path: string;
  body: JsonValue;
  /** The version that its author believed to change; null for what makes something new. */
  base: number | null;
}

/** Who must approve a stage of a rollout. */
export interface StageNeeds {
  environmentId: number;
  roles: readonly Role[];
  count: number;
}
