import type { Context, Evaluation, Reason } from '../model/evaluation.ts';
import type { Answers } from './answers.ts';
import { attributeReader, unitOf } from './attribute.ts';
import { bucketing } from './bucket.ts';
import { type ConditionScope, type Holds, makeConditionInTwo } from './condition.ts';
import { isObject, note, pointer } from './fault.ts';
import { flagdReader } from './flagd-test.ts';
import { type ReadServe, readServe } from './serve.ts';
import type { Watch } from './trail.ts';

/** What a flag answers once nothing disables it: always the same, or as the context decides. */
export interface Rules {
  readonly constant: Evaluation | undefined;
  readonly decide: (context: Context) => Evaluation;
}

interface RuleScope extends ConditionScope {
  owner: { flag: string };
}

/** It holds when `first` does, and `rest` where there is any. */
interface CompiledRule {
  readonly first: Holds;
  readonly rest: Holds | undefined;
  readonly constant: Evaluation | undefined;
  readonly decide: (context: Context) => Evaluation;
}

function always(evaluation: Evaluation): Rules {
  return { constant: evaluation, decide: () => evaluation };
}

/** Finds the answer of the slice that a bucket falls into. Neighbours with the same answer are one slice. */
function chooser(slices: readonly (readonly [number, Evaluation])[]): (bucket: number) => Evaluation {
  const merged = slices.filter(([, evaluation], i) => slices[i + 1]?.[1] !== evaluation);
  const ends = merged.map(([end]) => end);
  const answers = merged.map(([, evaluation]) => evaluation);
  const [firstEnd] = ends as [number];
  const [first, second] = answers as [Evaluation, Evaluation];
  if (merged.length === 1) return () => first;
  if (merged.length === 2) return (bucket) => (bucket < firstEnd ? first : second);
  return (bucket) => {
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bucket < ends[middle]!) high = middle;
      else low = middle + 1;
    }
    return answers[low]!;
  };
}

function makeSplit(
  split: ReadServe & { kind: 'split' },
  answers: Answers,
  ruleId: string | undefined,
  path: string,
  scope: RuleScope,
): Rules {
  const byVariant = new Map<string, Evaluation>();
  for (const [, , variant] of split.slices) {
    if (!byVariant.has(variant)) byVariant.set(variant, answers.served(variant, 'SPLIT', ruleId));
  }
  const choose = chooser(split.slices.map(([, end, variant]) => [end, byVariant.get(variant)!]));
  const bucketOf = bucketing(split.salt, split.of, split.hash);
  const read = split.hash === 'flagd' || split.hash === 'flagdCat' ? flagdReader(split.by) : attributeReader(split.by);
  const missing = answers.error(split.by === 'targetingKey' ? 'TARGETING_KEY_MISSING' : 'INVALID_CONTEXT');
  const decide = (context: Context) => {
    const unit = unitOf(read(context));
    return unit === undefined ? missing : choose(bucketOf(unit));
  };
  const { watch, owner } = scope;
  if (watch === undefined) return { constant: undefined, decide };
  const watched = (context: Context) => {
    const evaluation = decide(context);
    const unit = unitOf(read(context)) ?? null;
    const bucket = unit === null ? null : bucketOf(unit);
    watch({ ...owner, path, step: 'split', by: split.by, unit, bucket, variant: evaluation.variant ?? null });
    return evaluation;
  };
  return { constant: undefined, decide: watched };
}

/** Compiles a serve. A split has a reason of its own; the other two have the given one. */
function makeServe(
  serve: unknown,
  variants: object,
  answers: Answers,
  from: { reason: Reason; ruleId?: string; path: string },
  scope: RuleScope,
): Rules | undefined {
  const read = readServe(serve, variants, from.path, scope.faults);
  if (read === undefined) return undefined;
  if (read.kind === 'variant') return always(answers.served(read.variant, from.reason, from.ruleId));
  if (read.kind === 'split') return makeSplit(read, answers, from.ruleId, pointer(from.path, 'split'), scope);
  return always(answers.coded(from.ruleId === undefined ? 'DEFAULT' : from.reason, from.ruleId));
}

function makeRule(
  rule: unknown,
  variants: object,
  answers: Answers,
  path: string,
  scope: RuleScope,
): CompiledRule | undefined {
  if (!isObject(rule)) {
    note(scope.faults, path, 'wrong_type', 'a rule with id, if and serve');
    return undefined;
  }
  const { id } = rule;
  if (typeof id !== 'string') note(scope.faults, pointer(path, 'id'), 'wrong_type', 'a string');
  const ruleId = String(id);
  const [first, rest] = makeConditionInTwo(rule.if, pointer(path, 'if'), scope);
  const from = { reason: 'TARGETING_MATCH' as const, ruleId, path: pointer(path, 'serve') };
  const served = makeServe(rule.serve, variants, answers, from, scope);
  if (served === undefined) return undefined;
  const { constant, decide } = served;
  return { first: watchedRule(first, ruleId, path, scope), rest, constant, decide };
}

function watchedRule(condition: Holds, ruleId: string, path: string, { watch, owner }: RuleScope): Holds {
  if (watch === undefined) return condition;
  return (context) => {
    const holds = condition(context);
    watch({ ...owner, path, step: 'rule', ruleId, holds });
    return holds;
  };
}

function firstOfMany(rules: readonly CompiledRule[], otherwise: Rules): Rules {
  const decide = (context: Context) => {
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      if (!rule.first(context)) continue;
      if (rule.rest === undefined || rule.rest(context)) return rule.constant ?? rule.decide(context);
    }
    return otherwise.constant ?? otherwise.decide(context);
  };
  return { constant: undefined, decide };
}

/**
 * Asks rules in turn, eight written out and the rest after them. An engine remembers, for each call in the source, what was
 * called there; in a loop over the rules that would be as much as nothing, and every rule would cost a call.
 */
function firstMatch(rules: readonly CompiledRule[], otherwise: Rules): Rules {
  const [r0, r1, r2, r3, r4, r5, r6, r7, ...more] = rules;
  if (r0 === undefined) return otherwise;
  const after = more.length === 0 ? otherwise : firstOfMany(more, otherwise);
  const decide = (context: Context) => {
    if (r0.first(context) && (r0.rest === undefined || r0.rest(context))) return r0.constant ?? r0.decide(context);
    if (r1 === undefined) return after.constant ?? after.decide(context);
    if (r1.first(context) && (r1.rest === undefined || r1.rest(context))) return r1.constant ?? r1.decide(context);
    if (r2 === undefined) return after.constant ?? after.decide(context);
    if (r2.first(context) && (r2.rest === undefined || r2.rest(context))) return r2.constant ?? r2.decide(context);
    if (r3 === undefined) return after.constant ?? after.decide(context);
    if (r3.first(context) && (r3.rest === undefined || r3.rest(context))) return r3.constant ?? r3.decide(context);
    if (r4 === undefined) return after.constant ?? after.decide(context);
    if (r4.first(context) && (r4.rest === undefined || r4.rest(context))) return r4.constant ?? r4.decide(context);
    if (r5 === undefined) return after.constant ?? after.decide(context);
    if (r5.first(context) && (r5.rest === undefined || r5.rest(context))) return r5.constant ?? r5.decide(context);
    if (r6 === undefined) return after.constant ?? after.decide(context);
    if (r6.first(context) && (r6.rest === undefined || r6.rest(context))) return r6.constant ?? r6.decide(context);
    if (r7 === undefined) return after.constant ?? after.decide(context);
    if (r7.first(context) && (r7.rest === undefined || r7.rest(context))) return r7.constant ?? r7.decide(context);
    return after.constant ?? after.decide(context);
  };
  return { constant: undefined, decide };
}

/** Reports that no rule was there to ask, so that the trail of a flag without rules is not empty. */
function watchedDefault(served: Rules, flag: string, watch: Watch | undefined): Rules {
  const { constant } = served;
  if (watch === undefined || constant === undefined) return served;
  const decide = () => {
    watch({ flag, path: '/fallthrough', step: 'flag', answer: constant });
    return constant;
  };
  return { constant: undefined, decide };
}

/**
 * Compiles rules and fallthrough: the first rule whose condition holds serves, else the fallthrough. With anything noted
 * in `scope.faults` what comes back is worthless.
 */
export function makeRules(flag: Record<string, unknown>, answers: Answers, scope: RuleScope): Rules {
  const variants = isObject(flag.variants) ? flag.variants : {};
  if (!Array.isArray(flag.rules)) note(scope.faults, '/rules', 'wrong_type', 'a list of rules');
  const given: unknown[] = Array.isArray(flag.rules) ? flag.rules : [];
  const rules: CompiledRule[] = [];
  for (const [i, rule] of given.entries()) {
    const made = makeRule(rule, variants, answers, pointer('/rules', i), scope);
    if (made !== undefined) rules.push(made);
  }
  const from = { reason: given.length === 0 ? ('STATIC' as const) : ('DEFAULT' as const), path: '/fallthrough' };
  const fallthrough = makeServe(flag.fallthrough, variants, answers, from, scope);
  if (fallthrough === undefined) return always(answers.error('PARSE_ERROR'));
  const otherwise = watchedDefault(fallthrough, scope.owner.flag, scope.watch);
  return rules.length === 0 ? otherwise : firstMatch(rules, otherwise);
}
