import type { JsonValue } from '@turnout/core';
import type { Configuration } from '../flags/configuration.ts';
import { logConfiguration } from '../flags/configuration.ts';
import { logSegment } from '../segments/segment.ts';
import type { RollbackAnswer } from './contract.ts';
import type { FlagPlan } from './plan-rollback.ts';
import type { RollbackDone } from './roll-back.ts';
import type { RolledBack } from './rollback-work.ts';

/** What went back, what waits, what stays and why; what is the same is only counted. */
export function showRollback({ rolled, applied, refusal, request, change }: RollbackDone, dryRun: boolean) {
  const { to, plan, endsRollouts } = rolled;
  const shown = [...plan.flags].flatMap(([key, one]) =>
    one.effect === 'same' ? [] : showFlag(rolled, key, one, applied),
  );
  return {
    to: { ...to, at: to.at.toISOString() },
    ...{ dryRun, applied, flags: shown, endsRollouts },
    segments: [...plan.segments].map(([key, { before, write }]) => {
      return { key, before: before && logSegment(before), after: logSegment(write) };
    }),
    same: [...plan.flags.values()].filter(({ effect }) => effect === 'same').length,
    refusal: (refusal?.toBody() ?? null) as RollbackAnswer['refusal'],
    request,
    ...(change === undefined ? {} : { change }),
  } satisfies Omit<RollbackAnswer, 'receipts'>;
}

function showFlag(
  { split, now }: RolledBack,
  key: string,
  plan: Exclude<FlagPlan, { effect: 'same' }>,
  applied: RollbackDone['applied'],
): RollbackAnswer['flags'] {
  const is = now.flags.get(key);
  const before = is === undefined ? null : sideOf(is.configuration, is.killed);
  if (plan.effect === 'kept') {
    return [{ key, effect: 'kept', direction: null, because: plan.because, before, after: before }];
  }
  const waits = split.waits.has(key);
  const at = split.atOnce.get(key);
  const partly = waits && applied !== 'all' && at !== undefined;
  const because = partly
    ? `${at.state === 'off' ? 'It is off' : 'Its rollout is at its anchor'} now; the rest waits.`
    : plan.because;
  return [
    {
      ...{ key, effect: waits && applied !== 'all' ? ('waits' as const) : ('changed' as const) },
      ...{ direction: waits ? ('growing' as const) : ('safe' as const), because, before },
      after: sideOf(plan.write, is?.killed ?? false),
    },
  ];
}

const sideOf = (configuration: Configuration, killed: boolean): JsonValue => ({
  ...logConfiguration(configuration),
  ...(killed ? { killed } : {}),
});
