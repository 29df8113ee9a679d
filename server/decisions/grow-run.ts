import type { Rule, Serve } from '@turnout/core';
import type { Configuration } from '../flags/configuration.ts';
import type { RunWrites } from './rollout.ts';

/** What of a flag in an environment a run may write. */
export type Served = Pick<Configuration, 'rules' | 'fallthrough'> & { run: RunWrites['run'] };

/**
 * The flag with what a stage of a run writes. The audience's rule comes directly before the target, and once it is there
 * it stays in its place: rules that others put between are theirs.
 */
export function growRun(served: Served, writes: RunWrites): Served {
  const { rules, fallthrough } = writeServe(served, writes.target, writes.serve);
  return { rules: placeAudience(rules, writes), fallthrough, run: writes.run };
}

/**
 * The flag without the run: its target serves what is given (the anchor after a rollback, `to` after a finish), and the
 * audience's rule is gone. Nothing else is touched, so what others added stays.
 */
export function leaveRun(served: Served, { target, audienceRule }: RunWrites, serve: Serve): Served {
  const rules = served.rules.filter(({ id }) => id !== audienceRule?.id);
  return { ...writeServe({ ...served, rules }, target, serve), run: null };
}

function writeServe(served: Served, target: string, serve: Serve): Served {
  if (target === 'fallthrough') return { ...served, fallthrough: serve };
  requireRule(served.rules, target);
  return { ...served, rules: served.rules.map((rule) => (rule.id === target ? { ...rule, serve } : rule)) };
}

function placeAudience(rules: Rule[], { target, audienceRule }: RunWrites): Rule[] {
  if (audienceRule === null) return rules;
  if (rules.some(({ id }) => id === audienceRule.id)) {
    return rules.map((rule) => (rule.id === audienceRule.id ? audienceRule : rule));
  }
  const at = target === 'fallthrough' ? rules.length : requireRule(rules, target);
  return [...rules.slice(0, at), audienceRule, ...rules.slice(at)];
}

/** A live run's rule cannot be deleted, so that it is missing is a mistake of the caller. */
function requireRule(rules: readonly Rule[], id: string): number {
  const at = rules.findIndex((rule) => rule.id === id);
  if (at === -1) throw new RangeError(`the flag has no rule ${id}`);
  return at;
}
