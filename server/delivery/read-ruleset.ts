import { formatPosition, type Ruleset } from '@turnout/core';
import type { ReadRuleset } from '../changes/door.ts';
import { flagsOfEnvironment } from '../flags/flag-store.ts';
import { segmentsOfEnvironment } from '../segments/store.ts';
import { buildRuleset, rebuildRuleset } from './build-ruleset.ts';

/** Reads an environment's ruleset from the database: whole, or with `basis` only what was touched. */
export const readRuleset: ReadRuleset = async (tx, environment, basis) => {
  if (basis === undefined || basis.touched.everything) {
    const flags = await flagsOfEnvironment(tx, environment.projectId, environment.id);
    const segments = await segmentsOfEnvironment(tx, environment.id);
    return buildRuleset(environment, flags, segments);
  }
  const { ruleset, touched } = basis;
  const flags =
    touched.flags.length > 0 ? await flagsOfEnvironment(tx, environment.projectId, environment.id, touched.flags) : [];
  const segments = touched.segments.length > 0 ? await segmentsOfEnvironment(tx, environment.id, touched.segments) : [];
  return rebuildRuleset(environment, ruleset, touched, flags, segments);
};

/** What a node holds of an environment: enough to know whether the locked row is at the same place of the same history. */
export interface HeldBase {
  position: string;
  digest: string;
  base: Ruleset;
}

/**
 * The door's way to read: from the node's memory where its position and digest equal the locked row's, for equal
 * digests mean equal histories; otherwise from the database. So a change costs what it touches, not what there is.
 */
export function readRulesetThrough(held: (environmentId: number) => HeldBase | undefined): ReadRuleset {
  return async (tx, environment, basis) => {
    if (basis === undefined) {
      const mine = held(environment.id);
      const there = mine?.position === formatPosition(environment) && mine.digest === environment.digest;
      if (mine !== undefined && there && mine.base.shedLevel === environment.shedLevel) return mine.base;
    }
    return readRuleset(tx, environment, basis);
  };
}
