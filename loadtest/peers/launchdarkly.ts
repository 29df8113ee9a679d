import type { Context, Ruleset, Test } from '@turnout/core';
import { importPeer, type Peer, type PeerClient, silence } from './peer.ts';
import { type PlainFlag, type PlainTest, readFlags, readSegments } from './plain-flag.ts';

interface LaunchDarklyClient {
  waitForInitialization(options: { timeout: number }): Promise<unknown>;
  boolVariation(key: string, context: object, coded: boolean): Promise<boolean>;
  allFlagsState(context: object): Promise<{ allValues(): Record<string, unknown> }>;
  close(): void;
}

interface TestData {
  usePreconfiguredFlag(flag: object): Promise<unknown>;
  usePreconfiguredSegment(segment: object): Promise<unknown>;
  getFactory(): unknown;
}

type User = Record<string, unknown>;

export const launchdarkly: Peer = {
  name: '@launchdarkly/node-server-sdk',
  asked: 'boolVariation, awaited; allFlagsState for all flags; flags from its own TestData; sends no events',
  async open(ruleset): Promise<PeerClient<User>> {
    const sdk = await importPeer<{ init(key: string, options: object): LaunchDarklyClient }>(launchdarkly.name);
    const integrations = await importPeer<{ TestData: new () => TestData }>(`${launchdarkly.name}/integrations`);
    const source = new integrations.TestData();
    for (const segment of writeSegments(ruleset)) await source.usePreconfiguredSegment(segment);
    for (const flag of writeFlags(ruleset)) await source.usePreconfiguredFlag(flag);
    const options = {
      updateProcessor: source.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: silence,
    };
    const client = sdk.init('sdk-key', options);
    await client.waitForInitialization({ timeout: 10 });
    return {
      user: writeUser,
      one: (key, user) => client.boolVariation(key, user, false),
      all: async (user) => {
        const values = (await client.allFlagsState(user)).allValues();
        let count = 0;
        for (const key in values) if (values[key] === true) count += 1;
        return count;
      },
      close: () => client.close(),
    };
  },
};

function writeUser({ targetingKey, ...attributes }: Context): User {
  return { kind: 'user', key: targetingKey, ...attributes };
}

export function writeFlags(ruleset: Ruleset): object[] {
  return readFlags(ruleset).map(writeFlag);
}

function writeFlag({ key, rules, rest }: PlainFlag): object {
  return {
    key,
    version: 1,
    on: true,
    salt: key,
    variations: [true, false],
    offVariation: 1,
    targets: [],
    prerequisites: [],
    rules: rules.map(({ tests, on }, index) => ({
      id: `rule-${index}`,
      variation: indexOf(on),
      clauses: tests.map(writeClause),
    })),
    fallthrough: rest === 'half' ? { rollout: HALF } : { variation: indexOf(rest) },
  };
}

const indexOf = (on: boolean) => (on ? 0 : 1);

const HALF = {
  kind: 'rollout',
  contextKind: 'user',
  variations: [
    { variation: 0, weight: 50_000 },
    { variation: 1, weight: 50_000 },
  ],
};

const OPERATORS: Partial<Record<Test['op'], string>> = {
  equals: 'in',
  endsWith: 'endsWith',
  contains: 'contains',
  gte: 'greaterThanOrEqual',
  lt: 'lessThan',
};

function writeClause(test: PlainTest): object {
  if ('segment' in test) return { attribute: '', op: 'segmentMatch', values: [test.segment], negate: false };
  const op = OPERATORS[test.op];
  if (op === undefined) throw new Error(`LaunchDarkly is not told of ${test.op}`);
  return { contextKind: 'user', attribute: test.attribute, op, values: test.values, negate: false };
}

function writeSegments(ruleset: Ruleset): object[] {
  const segments = [...readSegments(ruleset)];
  return segments.map(([key, included]) => ({ key, version: 1, included, excluded: [], rules: [], salt: key }));
}
