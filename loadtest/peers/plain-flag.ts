import type { Condition, Flag, Ruleset, Serve, Test } from '@turnout/core';

/** A boolean flag in the few words that every peer has words for: rules of tests in order, and what is left. */
export interface PlainFlag {
  key: string;
  rules: PlainRule[];
  rest: boolean | 'half';
}

export interface PlainRule {
  /** All of them hold. */
  tests: PlainTest[];
  on: boolean;
}

/** A test of the workloads, or a segment by its key. */
export type PlainTest = Test | { segment: string };

/** The flags of a workload in plain words; throws at anything that a peer would not be told rightly. */
export function readFlags(ruleset: Ruleset): PlainFlag[] {
  return Object.values(ruleset.flags).map(readFlag);
}

function readFlag({ key, rules, fallthrough }: Flag): PlainFlag {
  return {
    key,
    rules: rules.map((rule) => ({ tests: readTests(rule.if), on: isOn(rule.serve) })),
    rest: 'split' in fallthrough ? 'half' : isOn(fallthrough),
  };
}

function readTests(condition: Condition): PlainTest[] {
  if ('segment' in condition || 'op' in condition) return [condition];
  if ('all' in condition) return condition.all.flatMap(readTests);
  throw new Error('only tests, segments and all of them are told to peers');
}

function isOn(serve: Serve): boolean {
  if ('variant' in serve) return serve.variant === 'on';
  throw new Error('a rule of a workload serves one variant');
}

/** The members of each segment of a workload. */
export function readSegments(ruleset: Ruleset): Map<string, string[]> {
  return new Map(Object.values(ruleset.segments).map(({ key, included }) => [key, included]));
}
