import { setImmediate as nextTurn } from 'node:timers/promises';
import { tooManyTested } from './check-guards.ts';
import type { PolicyDocument } from './document-contract.ts';
import { effectsOf } from './foresee.ts';
import type { PolicyGround } from './ground.ts';
import { readGuard } from './read-document.ts';

/**
 * Asks beforehand for all numbers of units that a check of this document needs, each in a turn of its own: one takes
 * milliseconds, a long policy has hundreds of them, and a node has kills to take meanwhile. What was asked is remembered.
 * Of more guards than a policy may have nothing is asked: they are refused without it.
 */
export async function findUnits(
  { guards, alpha }: PolicyDocument,
  { metrics, rates, unitsNeeded }: Pick<PolicyGround, 'metrics' | 'rates' | 'unitsNeeded'>,
): Promise<void> {
  if (tooManyTested(guards).length > 0) return;
  const read = guards.map((guard) => readGuard(guard, metrics));
  for (const guard of read) {
    if (guard.kind !== 'versus-control' || guard.mode !== 'enforce') continue;
    for (const { rate } of rates.filter(({ metric }) => metric === guard.metric)) {
      const { large, small } = effectsOf(guard, rate, { alpha, guards: read });
      for (const effect of [large, small]) {
        unitsNeeded(effect);
        await nextTurn();
      }
    }
  }
}
