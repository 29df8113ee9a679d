import type { MetricDefinition } from '../metrics/evidence.ts';
import type { Floor } from './floor.ts';

/** Everything of a project that a policy is held against: plain data, gathered beforehand. */
export interface PolicyGround {
  environments: GroundEnvironment[];
  metrics: MetricDefinition[];
  /** Keys of the sources that queries may ask. */
  sources: string[];
  /** By source and by address of a probe: why this server would not call it, as far as that can be seen beforehand. */
  refused: { sources: Record<string, string>; probes: Record<string, string> };
  /** Environments in which some hook lists some flag: elsewhere no signal trips anything. */
  heard: string[];
  /** Of the last seven days, as far as there are any. */
  rates: RecentRate[];
  floor: Floor | null;
  unitsNeeded: UnitsNeeded;
}

export interface GroundEnvironment {
  key: string;
  protected: boolean;
  segments: string[];
}

/** How often units had a metric's event in an environment, and over how many hours of the last seven days that is. */
export interface RecentRate {
  environment: string;
  metric: string;
  rate: number;
  hours: number;
}

/** How many units of a flag come in an hour, and over how many hours that was seen. */
export interface RecentTraffic {
  perHour: number;
  hours: number;
}

/** How many units each arm needs so that an effect is seen with a power of 80 %; undefined where none would do. */
export type UnitsNeeded = (ask: {
  rate: number;
  /** The relative effect: 3 is a tripling. */
  factor: number;
  margin: number;
  direction: 'up' | 'down';
  alpha: number;
  /** How many guards share alpha. */
  guards: number;
}) => number | undefined;

/** What speaks against a policy without being a fault of it; `path` points into the document. */
export interface Remark {
  path: string;
  code: string;
  /** A sentence. */
  says: string;
}

export function isProtectedIn(ground: Pick<PolicyGround, 'environments'>, environment: string): boolean {
  return ground.environments.some((one) => one.key === environment && one.protected);
}
