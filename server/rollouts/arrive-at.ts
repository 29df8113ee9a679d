import type { Serve } from '@turnout/core';
import { checkStart } from '../decisions/layout-start.ts';
import { beginRun } from '../decisions/move-run.ts';
import type { Run } from '../decisions/rollout.ts';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import type { PinnedRollout } from './rollout-store.ts';

/** What a target serves; undefined where there is no such rule. */
export function serveOf(
  { rules, fallthrough }: Pick<FlagInEnvironment['configuration'], 'rules' | 'fallthrough'>,
  target: string,
): Serve | undefined {
  return target === 'fallthrough' ? fallthrough : rules.find(({ id }) => id === target)?.serve;
}

/**
 * The run of a rollout that comes into the environment where its step is, or why it cannot: it waits there for its first
 * stage, and owns what its target serves from now on.
 */
export function arriveAt(
  rollout: PinnedRollout,
  { flag, configuration, environment }: FlagInEnvironment,
  { isProtected, isFirst, now }: { isProtected: boolean; isFirst: boolean; now: Date },
): Run | string {
  const { target, from, to, pinned, step } = rollout;
  const anchor = serveOf(configuration, target);
  if (flag.archived) return `the flag ${flag.key} is archived`;
  if (anchor === undefined) return `the rule ${target} is not in ${environment.key} any more`;
  const stages = pinned.path[step]?.stages ?? [];
  const salt = Object.hasOwn(configuration.salts, target) ? (configuration.salts[target] ?? '') : '';
  const check = checkStart(anchor, { from, to, by: pinned.unit, salt, stages });
  if (!check.may) return `in ${environment.key} ${check.because}`;
  const place = { id: `${rollout.id}-${step}`, rollout: rollout.id, environmentId: environment.id };
  const pressedBy = isFirst ? rollout.startedBy : null;
  return beginRun({ ...place, environment: environment.key, isProtected, anchor }, { target, pressedBy, now });
}
