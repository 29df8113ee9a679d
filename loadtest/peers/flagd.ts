import type { Context, Ruleset } from '@turnout/core';
import { importPeer, type Peer, type PeerClient, silence } from './peer.ts';
import { type PlainFlag, type PlainTest, readFlags, readSegments } from './plain-flag.ts';

interface FlagdCore {
  setConfigurations(text: string): unknown;
  resolveBooleanEvaluation(key: string, coded: boolean, context: Context, logger: object): { value: boolean };
  resolveAll(context: Context, logger: object): { value: unknown }[];
}

export const flagd: Peer = {
  name: '@openfeature/flagd-core',
  asked: 'resolveBooleanEvaluation; resolveAll for all flags',
  async open(ruleset): Promise<PeerClient<Context>> {
    const module = await importPeer<{ FlagdCore: new (storage?: object, logger?: object) => FlagdCore }>(flagd.name);
    const core = new module.FlagdCore(undefined, silence);
    core.setConfigurations(JSON.stringify(writeFlagd(ruleset)));
    return {
      user: (context) => context,
      one: (key, user) => core.resolveBooleanEvaluation(key, false, user, silence).value,
      all: (user) => core.resolveAll(user, silence).filter(({ value }) => value === true).length,
      close() {},
    };
  },
};

type Logic = Record<string, unknown>;

/** The flags of a workload as a flagd document. */
export function writeFlagd(ruleset: Ruleset): { flags: Record<string, object>; $evaluators: Record<string, Logic> } {
  const segments = [...readSegments(ruleset)];
  return {
    flags: Object.fromEntries(readFlags(ruleset).map((flag) => [flag.key, writeFlag(flag)])),
    $evaluators: Object.fromEntries(
      segments.map(([key, members]) => [key, { in: [{ var: 'targetingKey' }, members] }]),
    ),
  };
}

function writeFlag({ rules, rest }: PlainFlag): object {
  const last = rest === 'half' ? HALF : nameOf(rest);
  const branches = rules.flatMap(({ tests, on }) => [writeTests(tests), nameOf(on)]);
  const targeting = branches.length > 0 ? { targeting: { if: [...branches, last] } } : {};
  return {
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: rest === 'half' ? 'off' : nameOf(rest),
    ...(rest === 'half' && branches.length === 0 ? { targeting: HALF } : targeting),
  };
}

const HALF = {
  fractional: [
    ['on', 50],
    ['off', 50],
  ],
};

const nameOf = (on: boolean) => (on ? 'on' : 'off');

function writeTests(tests: readonly PlainTest[]): Logic {
  const written = tests.map(writeTest);
  return written.length === 1 ? (written[0] as Logic) : { and: written };
}

function writeTest(test: PlainTest): Logic {
  if ('segment' in test) return { $ref: test.segment };
  const attribute = { var: test.attribute };
  const [value] = test.values;
  switch (test.op) {
    case 'equals':
      return test.values.length === 1 ? { '==': [attribute, value] } : { in: [attribute, test.values] };
    case 'endsWith':
      return { ends_with: [attribute, value] };
    case 'contains':
      return { in: [value, attribute] };
    case 'gte':
      return { '>=': [attribute, value] };
    case 'lt':
      return { '<': [attribute, value] };
    default:
      throw new Error(`flagd is not told of ${test.op}`);
  }
}
