import type { Action, ConditionState, Evidence, Refusal } from './decision.ts';
import { holds, type Outcome } from './outcome.ts';

const WHAT: Partial<Record<Action, string>> = {
  advance: 'Entering the next stage',
  finish: 'Finishing',
  rollBack: 'Going back',
  kill: 'The kill',
  pause: 'Pausing',
  end: 'Ending',
};

/**
 * What was decided, or that it holds where just that was refused: what cannot be done is missing like anything else, is
 * told, and comes to its deadline. A freeze is over some day; of everything else somebody must hear.
 */
export function unlessRefused(outcome: Outcome, { refused = [] }: Pick<Evidence, 'refused'>): Outcome {
  const found = refused.find(({ action }) => action === outcome.action);
  if (found === undefined) return outcome;
  const wouldGrow = outcome.action === 'advance' || outcome.action === 'finish';
  // What spoke for going on does not say why it holds; what speaks for going back stays as true as it was.
  const because = [sayRefusal(found), ...(wouldGrow ? [] : outcome.because)];
  return holds(because, found.code === 'frozen' ? {} : { page: 'stopped' });
}

/** What could not be done, for the checklist. */
export function refusedConditions({ refused = [] }: Pick<Evidence, 'refused'>): ConditionState[] {
  return refused.map((refusal) => {
    return { id: `refused:${refusal.action}`, kind: 'refused', met: false, because: sayRefusal(refusal) };
  });
}

function sayRefusal({ action, because }: Refusal): string {
  return `${WHAT[action] ?? action} was refused: ${because.replace(/\.?$/, '.')}`;
}
