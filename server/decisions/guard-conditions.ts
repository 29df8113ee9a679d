import type { ConditionState, Verdict } from './decision.ts';
import type { Judged } from './judge-guard.ts';

const SAYS: Partial<Record<Verdict, string>> = {
  ...{ inconclusive: 'cannot say yet', 'no-data': 'has no data', error: 'cannot be read', fail: 'failed' },
};

/** Enforced guards for which a stage is not left, as they are found on the checklist. Only listed while they are. */
export function guardConditions(guards: readonly Judged[]): ConditionState[] {
  const found = guards.flatMap(({ guard, verdict }): ConditionState[] => {
    const says = guard.mode === 'enforce' ? SAYS[verdict.verdict] : undefined;
    if (says === undefined) return [];
    const because = `Guard ${guard.id} ${says}. ${verdict.because}`;
    return [{ id: `guard:${guard.id}`, kind: 'guard', met: false, because }];
  });
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}
