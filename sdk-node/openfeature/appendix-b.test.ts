import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HouseServer, SERVER_KEY, snapshotOf } from '../house-server.fixture.ts';
import type { HookContext } from '../index.ts';
import { TurnoutProvider } from '../openfeature.ts';
import { convertFlag, hasAppendix, readAppendix, readAppendixFlags } from './appendix-flags.fixture.ts';
import { leaveOut, type ProviderState, play, type Stage, titled } from './appendix-steps.fixture.ts';
import { readGherkin } from './gherkin.fixture.ts';

const SCENARIO = `
# a note
@old
Feature: F
  Background:
    Given a stable provider

  @all
  Scenario Outline: S
    When <what> is "<value>"
      | key | <value> |
    @one
    Examples: first
      | what | value |
      | a    | {\\"x\\": 1} |

      | b    |       |
`;

describe('what OpenFeature’s scenarios are read by', () => {
  it('reads a background, an outline, its examples, tables, tags and notes', () => {
    const filled = (what: string, value: string) => ({
      feature: 'F',
      name: `S (${what}, ${value})`,
      tags: ['@old', '@all', '@one'],
      steps: [
        { text: 'a stable provider', table: [] },
        { text: `${what} is "${value}"`, table: [['key', value]] },
      ],
    });
    expect(readGherkin(SCENARIO)).toEqual([filled('a', '{\\"x\\": 1}'), filled('b', '')]);
    expect(() => readGherkin('Feature: F\n  Whenever it rains')).toThrow('Whenever it rains');
  });

  it('makes rules of the expressions that its flags hold', () => {
    const contextEvaluator = "!customer && email == 'a@b.c' && age > 10 ? 'on' : ''";
    const flag = convertFlag('f', {
      variants: { on: 1, off: 0 },
      defaultVariant: null,
      disabled: true,
      contextEvaluator,
    });
    const all = [
      { attribute: 'customer', op: 'equals', values: [false] },
      { attribute: 'email', op: 'equals', values: ['a@b.c'] },
      { attribute: 'age', op: 'gt', values: [10] },
    ];
    expect(flag).toMatchObject({ type: 'number', state: 'off', offVariant: null, fallthrough: { coded: true } });
    expect(flag.rules).toEqual([{ id: 'evaluator', if: { all }, serve: { variant: 'on' } }]);
    const contains = { variants: { on: 1 }, contextEvaluator: "name.contains('x') ? 'on' : ''" };
    expect(() => convertFlag('f', contains)).toThrow('name.contains');
  });
});

/** Answers from the flags of the appendix; in the other states, from a server that refuses. */
class TurnoutStage implements Stage<TurnoutProvider> {
  readonly flags = readAppendixFlags();
  readonly server = new HouseServer(...this.flags);
  readonly refusing = new HouseServer();
  #seen: object | undefined;

  async start(): Promise<void> {
    this.refusing.refusals = { '/sdk/v1/ruleset': 503, '/sdk/v1/stream': 503 };
    await Promise.all([this.server.start(), this.refusing.start()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.server.stop(), this.refusing.stop()]);
  }

  provider(state: ProviderState): TurnoutProvider {
    const hooks = [{ before: ({ context }: HookContext) => this.#see(context) }];
    const from = { key: SERVER_KEY, logger: false as const, hooks };
    const { url } = this.refusing;
    const readyWithinMs = 150;
    switch (state) {
      case 'stable':
        return new TurnoutProvider({ ...from, url: this.server.url });
      case 'not ready':
        return new TurnoutProvider({ ...from, url }, { readyWithinMs: 60_000 });
      case 'error':
        return new TurnoutProvider({ ...from, url }, { readyWithinMs });
      case 'fatal':
        return new TurnoutProvider({ ...from, url: this.server.url, key: SERVER_KEY.replace('abc', 'xyz') });
      case 'stale':
        return new TurnoutProvider({ ...from, url, bootstrap: snapshotOf(...this.flags) }, { readyWithinMs });
    }
  }

  seen(): object | undefined {
    return this.#seen;
  }

  #see(context: object): undefined {
    this.#seen = context;
  }
}

if (hasAppendix) {
  const pickles = readAppendix();
  const { left, out } = leaveOut(pickles, [
    { name: '@reason-codes-cached', because: 'nothing is cached: every evaluation is made' },
    { name: 'Resolves based on context', because: 'test-flags.json has no flag context-aware' },
  ]);

  describe('Appendix B of OpenFeature’s specification, through the provider', () => {
    const stage = new TurnoutStage();
    beforeAll(() => stage.start());
    afterAll(() => stage.stop());

    it('has 132 scenarios', () => {
      expect(pickles).toHaveLength(132);
    });

    it.each(out)('leaves out $name, $count times: $because', ({ count }) => {
      expect(count).toBeGreaterThan(0);
    });

    it.each(titled(left))('%s', (_title, pickle) => play(pickle, stage));
  });
}
