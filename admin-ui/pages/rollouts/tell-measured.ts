import type { RunAnswer } from '@turnout/server/contracts';

type Measured = Pick<RunAnswer, 'exposed' | 'minUnits' | 'full' | 'ratioOverridden'>;

/** What is said below the arms: how many got it, and what of the numbers is not to be gone by. */
export function tellMeasured({ exposed, minUnits, full, ratioOverridden }: Measured, to: string) {
  const units = exposed?.to ?? 0;
  const needs = minUnits === null ? '' : `; each arm needs ${count(minUnits)}`;
  const given = `${count(units)} ${units === 1 ? 'unit was' : 'units were'} given ${to} in this entry${needs}.`;
  return {
    given: `${given} A unit counts once, whichever app saw it.`,
    doubts: [...(full ? [FULL] : []), ...(ratioOverridden ? [OVERRIDDEN] : [])],
  };
}

/** The way out stands with it: whoever sees this sees it once in years. */
const FULL = {
  tag: 'full',
  says:
    'More came in than may be measured: what comes now is left out, and guards have no data by it. Where nobody knows who ' +
    'sent it, revoke their key; Pause and Resume begin the stage anew.',
};
const OVERRIDDEN = { tag: 'not compared', says: 'Somebody went on past unequal arms.' };

export const count = (units: number) => units.toLocaleString('en');
