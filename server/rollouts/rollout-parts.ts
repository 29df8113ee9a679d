import type { Door } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { Names } from '../flags/plan-configuration.ts';
import type { MetricDefinition } from '../metrics/evidence.ts';
import type { FieldFault } from '../platform/problem.ts';
import type { RecentRate, UnitsNeeded } from '../policies/ground.ts';
import type { Policy } from '../policies/policy.ts';

/** A version of a policy, as it acts. */
export interface FoundPolicy {
  key: string;
  version: number;
  policy: Policy;
}

/** A flag as policies are attached to it. */
export interface AttachedTo {
  key: string;
  tags: readonly string[];
  kind: string;
  type: string;
}

/** What rollouts read of other rooms; whoever builds the house hands it in. */
export interface RolloutSources {
  /** A policy of the project, in its newest version or the one that is named. */
  findPolicy(db: Db | Tx, projectId: number, key: string, version?: number): Promise<FoundPolicy | undefined>;
  /** What speaks against a version now that did not when it was saved. */
  policyFaults(db: Db | Tx, projectId: number, found: FoundPolicy): Promise<FieldFault[]>;
  /** The key of the policy that is attached to a flag; the most specific wins. */
  policyFor(db: Db | Tx, projectId: number, flag: AttachedTo): Promise<string | undefined>;
  listMetrics(db: Db | Tx, projectId: number): Promise<MetricDefinition[]>;
  /** Where the sources of the project ask. */
  listSources(db: Db | Tx, projectId: number): Promise<{ key: string; kind: string; url: string }[]>;
  /** How often units had these metrics' events lately in an environment. */
  recentRates(
    db: Db | Tx,
    place: { environmentId: number; environment: string },
    metrics: readonly MetricDefinition[],
  ): Promise<RecentRate[]>;
  unitsNeeded: UnitsNeeded;
}

/** What the use cases of rollouts need. */
export interface RolloutParts {
  door: Door;
  sources: RolloutSources;
  names: Pick<Names, 'salt'> & { id(): string };
  /** Told when something was pressed or started, so that nobody waits for the next look. */
  wake(): void;
}
