import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Flag, Ruleset } from '../model/ruleset.ts';
import { contexts, rulesets } from './any-ruleset.fixture.ts';
import { compile } from './compile.ts';
import { constantAnswer } from './constant-answer.ts';
import { evaluate } from './evaluate.ts';
import { flagWith, rulesetWith } from './ruleset.fixture.ts';

const BY_CONTEXT: Partial<Flag> = {
  rules: [{ id: 'r', if: { attribute: 'plan', op: 'equals', values: ['pro'] }, serve: { variant: 'off' } }],
};
const SPLIT: Partial<Flag> = {
  fallthrough: { split: { by: 'targetingKey', salt: 's', of: 100, slices: [[0, 100, 'on']] } },
};
const needs = (...flags: string[]): Partial<Flag> => ({
  prerequisites: flags.map((flag) => ({ flag, variants: ['on'] })),
});

const shown = ({ disabledBy: _, ...rest }: Evaluation) => rest;

/** The same ruleset, in which every flag needs one that some have and one that nobody has. */
function needingTwo(ruleset: Ruleset): Ruleset {
  const prerequisites = ['some', 'nobody'].map((flag) => ({ flag, variants: ['on'] }));
  const entries = Object.entries(ruleset.flags).map(([key, flag]): [string, Flag] => [key, { ...flag, prerequisites }]);
  const needed: [string, Flag][] = [
    ['some', flagWith(BY_CONTEXT)],
    ['nobody', flagWith({ killed: true })],
  ];
  return { ...ruleset, flags: Object.fromEntries([...entries, ...needed]) };
}

/** What the flag `asked` answers to everybody, among others. */
function constantOf(asked: Partial<Flag>, others: Record<string, Partial<Flag>> = {}): string | undefined {
  const flags = Object.entries({ ...others, asked }).map(([key, change]) => [key, flagWith({ key, ...change })]);
  const compiled = compile(rulesetWith(Object.fromEntries(flags)));
  const flag = compiled.flags.get('asked');
  const answer = flag === undefined ? undefined : constantAnswer(compiled, flag);
  return answer && `${answer.reason} ${answer.errorCode ?? answer.variant ?? 'coded'}`;
}

describe('the answer to everybody', () => {
  it.each<[string, Partial<Flag>, Record<string, Partial<Flag>>, string | undefined]>([
    ['of a flag that serves one variant to all is that', {}, {}, 'STATIC on'],
    ['of one that leaves it to the caller is that', { fallthrough: { coded: true } }, {}, 'DEFAULT coded'],
    ['of one that is off is its off variant', { ...BY_CONTEXT, state: 'off' }, {}, 'DISABLED off'],
    ['of one that is killed is its off variant', { ...SPLIT, killed: true }, {}, 'DISABLED off'],
    [
      'of one that is killed without an off variant is the caller’s',
      { killed: true, offVariant: null },
      {},
      'DISABLED coded',
    ],
    ['of one with rules is none', BY_CONTEXT, {}, undefined],
    ['of one that is split is none, for some have no key', SPLIT, {}, undefined],
    ['of one whose prerequisite everybody meets is its own', needs('a'), { a: {} }, 'STATIC on'],
    [
      'of one whose prerequisite everybody meets is none where it has rules',
      { ...needs('a'), ...BY_CONTEXT },
      { a: {} },
      undefined,
    ],
    ['of one whose prerequisite some meet is none', needs('a'), { a: BY_CONTEXT }, undefined],
    [
      'of one whose prerequisite is killed is its off variant',
      { ...needs('a'), ...SPLIT },
      { a: { killed: true } },
      'DISABLED off',
    ],
    ['of one whose prerequisite is not there is its off variant', needs('gone'), {}, 'DISABLED off'],
    [
      'of one whose second prerequisite nobody meets is its off variant, whatever the first is',
      { ...needs('a', 'b'), ...BY_CONTEXT },
      { a: BY_CONTEXT, b: { killed: true } },
      'DISABLED off',
    ],
    [
      'goes through a prerequisite that lacks one itself',
      { ...needs('a'), ...BY_CONTEXT },
      { a: { ...needs('b', 'c'), ...BY_CONTEXT }, b: SPLIT, c: { state: 'off' } },
      'DISABLED off',
    ],
    ['of one on a cycle is its error', needs('a'), { a: needs('asked') }, 'ERROR GENERAL'],
    ['of one from the future is its error', { type: 'colour' as 'string' }, {}, 'ERROR PARSE_ERROR'],
  ])('%s', (_, asked, others, expected) => {
    expect(constantOf(asked, others)).toBe(expected);
  });

  it('of a flag that is to be off once it is too old is none, for it has two, unless it is off already', () => {
    const ages: Partial<Flag> = { maxStalenessMs: 1_000, whenStale: 'off' };
    expect(constantOf(ages)).toBeUndefined();
    expect(constantOf({ maxStalenessMs: 1_000, whenStale: 'keep' })).toBe('STATIC on');
    expect(constantOf({ ...ages, killed: true })).toBe('DISABLED off');
    // The age is the asked flag's own: a prerequisite is met whatever its age.
    expect(constantOf(needs('a'), { a: ages })).toBe('STATIC on');
  });

  it('is what evaluate answers for any context, but for what disabled it', () => {
    let lacking = 0;
    const assertSame = (ruleset: Ruleset, asked: Context[]) => {
      const compiled = compile(ruleset);
      for (const [key, flag] of compiled.flags) {
        const constant = constantAnswer(compiled, flag);
        if (constant === undefined) continue;
        if (flag.constant === undefined) lacking++;
        for (const context of asked) expect(shown(evaluate(compiled, key, context))).toEqual(shown(constant));
      }
    };
    fc.assert(
      fc.property(rulesets, contexts, contexts, (ruleset, one, other) => {
        assertSame(ruleset, [one, other, {}]);
        assertSame(needingTwo(ruleset), [one, other, {}]);
      }),
      { numRuns: 100 },
    );
    // Those that only a missing prerequisite makes constant must be among them, or nothing is shown of them.
    expect(lacking).toBeGreaterThan(0);
  });
});
