import type { MeasuredRun, Rule, Serve } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import type { Configuration } from './configuration.ts';

type Rules = Pick<Configuration, 'rules' | 'fallthrough'>;

/**
 * What is left of a live run's mark on a flag after somebody's edit. The run owns the serve of its target and the rule
 * for its audience: where one of them changes the edit stands, and the run is over. Everything else it lives through.
 */
export function runAfter(run: MeasuredRun | null, before: Rules, after: Rules): MeasuredRun | null {
  if (run === null) return null;
  const isSame = canonicalJson(ownedBy(run, before)) === canonicalJson(ownedBy(run, after));
  return isSame ? run : null;
}

function ownedBy(run: MeasuredRun, { rules, fallthrough }: Rules): { serve?: Serve; audience?: Rule } {
  const find = (id: string | undefined) => rules.find((rule) => rule.id === id);
  const serve = run.target === 'fallthrough' ? fallthrough : find(run.target)?.serve;
  const audience = run.audienceRule === undefined ? undefined : find(run.audienceRule);
  return { ...(serve ? { serve } : {}), ...(audience ? { audience } : {}) };
}
