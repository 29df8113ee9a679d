import type { Condition, MeasuredRun, Rule, Serve } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import type { Configuration } from './configuration.ts';

type Rules = Pick<Configuration, 'rules' | 'fallthrough'>;

/** What an edit by somebody leaves of a live run's mark on a flag, and of the rule that it put there for its audience. */
export interface Settled {
  run: MeasuredRun | null;
  rules: Rule[];
  /** What became of that rule, for whoever edited something else. */
  told?: string;
}

const same = (one: unknown, other: unknown) => canonicalJson(one ?? null) === canonicalJson(other ?? null);

/**
 * What is left of a live run after somebody's edit. The run owns the serve of its target and the rule for its audience:
 * where one of them changes the edit stands, and the run is over. Everything else it lives through.
 *
 * The rule for its audience was put there for the target's sake, so it goes the way of the target, unless it was edited
 * itself: it holds only where the target does, and where the target gives the new variant to nobody any more, nobody else
 * gets it either. `named` says that the target was set, be it to what it serves already: before the first share is served
 * a target serves its anchor, and whoever sets 0 % then means the audience.
 */
export function settleRun(run: MeasuredRun | null, before: Rules, after: Rules, named?: string): Settled {
  const stood = ruleOf(before, run?.audienceRule);
  const stands = ruleOf(after, run?.audienceRule);
  if (run === null || stood === undefined || stands === undefined) {
    return { run: runAfter(run, before, after), rules: after.rules };
  }
  const { target, to } = run;
  const follows = followTarget(stood, ruleOf(before, target)?.if, ruleOf(after, target)?.if);
  // Whoever edits the rule itself says what becomes of it.
  if (!same(stands, stood) && !same(stands, follows)) return { run: null, rules: after.rules };
  const serve = serveOf(after, target);
  const gives = serve !== undefined && givesSome(serve, to);
  const put = (rule: Rule) => after.rules.map((one) => (one.id === rule.id ? rule : one));
  if (same(serveOf(before, target), serve) && (named !== target || gives)) {
    const told = `The rule ${stood.id} of the rollout holds only where ${target} does, so its condition is another too.`;
    return { run, rules: put(follows), ...(same(stood, follows) ? {} : { told }) };
  }
  const over = `The rollout of ${to} ended by this.`;
  if (gives) {
    const told = `${over} Its rule ${stood.id} stays, for ${target} still gives ${to} to some: take it away where its audience should not get it.`;
    return { run: null, rules: put(follows), told };
  }
  if (serve !== undefined && !standsBefore(after, stands, target)) {
    const told = `${over} Its rule ${stood.id} gives what ${target} gives now: nobody gets ${to} by it any more.`;
    return { run: null, rules: put({ ...follows, serve }), told };
  }
  const told = `${over} Its rule ${stood.id} went with it: nobody gets ${to} by it any more.`;
  return { run: null, rules: after.rules.filter(({ id }) => id !== stood.id), told };
}

/** The same where the rules are as they shall be: of an import, or of something that is undone. */
export function runAfter(run: MeasuredRun | null, before: Rules, after: Rules): MeasuredRun | null {
  if (run === null) return null;
  return same(ownedBy(run, before), ownedBy(run, after)) ? run : null;
}

/** The rule of an audience once the condition of the target is another: it holds only where that does. */
export function followTarget(audience: Rule, was: Condition | undefined, is: Condition | undefined): Rule {
  if (is === undefined || same(was, is)) return audience;
  const condition = audience.if;
  const own = 'all' in condition && same(condition.all[0], was) ? condition.all.slice(1) : [condition];
  return { ...audience, if: { all: [is, ...own] } };
}

function ownedBy(run: MeasuredRun, rules: Rules): { serve?: Serve | undefined; audience?: Rule | undefined } {
  return { serve: serveOf(rules, run.target), audience: ruleOf(rules, run.audienceRule) };
}

const ruleOf = ({ rules }: Rules, id: string | undefined) => rules.find((rule) => rule.id === id);

const serveOf = (rules: Rules, target: string): Serve | undefined =>
  target === 'fallthrough' ? rules.fallthrough : ruleOf(rules, target)?.serve;

function givesSome(serve: Serve, variant: string): boolean {
  if ('variant' in serve) return serve.variant === variant;
  return 'split' in serve && serve.split.slices.some(([start, end, name]) => name === variant && end > start);
}

/** Others may have put rules between the two: whom those would catch must not get something new by what goes. */
function standsBefore({ rules }: Rules, audience: Rule, target: string): boolean {
  const next = rules[rules.indexOf(audience) + 1];
  return target === 'fallthrough' ? next === undefined : next?.id === target;
}
