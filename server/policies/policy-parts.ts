import type { Door } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { MetricDefinition } from '../metrics/evidence.ts';
import type { RecentRate, RecentTraffic, UnitsNeeded } from './ground.ts';

/** What policies are held against, read from other rooms; whoever builds the house hands it in. */
export interface PolicyReaders {
  metrics(db: Db | Tx, projectId: number): Promise<MetricDefinition[]>;
  /** The sources that queries may ask. */
  sources(db: Db | Tx, projectId: number): Promise<{ key: string; url: string }[]>;
  /** Why this server would refuse to call an address; undefined where nothing is seen to speak against it. */
  whyRefused(url: string): string | undefined;
  /** How often units had these metrics' events in an environment in the last seven days. */
  rates(
    db: Db | Tx,
    place: { environmentId: number; environment: string },
    metrics: readonly MetricDefinition[],
  ): Promise<RecentRate[]>;
  unitsNeeded: UnitsNeeded;
  /** How often a flag was asked for in an environment in the last week; undefined where nobody ever asked. */
  traffic(
    db: Db,
    place: { projectId: number; environmentId: number },
    flag: string,
    now: Date,
  ): Promise<RecentTraffic | undefined>;
  /** Whether a rollout that goes by some version of this policy is not over yet. */
  hasLiveRollout(tx: Tx, projectId: number, policy: string): Promise<boolean>;
}

/** What the use cases of policies need. */
export interface PolicyParts {
  door: Door;
  readers: PolicyReaders;
}

/** What policies touch of a ruleset: nothing. */
export const NO_RULESET = { flags: [], segments: [] };
