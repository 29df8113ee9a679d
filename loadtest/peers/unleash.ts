import type { Context, Ruleset, Scalar, Test } from '@turnout/core';
import { importPeer, type Peer, type PeerClient } from './peer.ts';
import { type PlainFlag, type PlainRule, type PlainTest, readFlags, readSegments } from './plain-flag.ts';

type User = { userId: string; properties: Record<string, string> };

interface UnleashClient {
  once(event: 'ready', listener: () => void): void;
  on(event: 'warn' | 'error', listener: () => void): void;
  start(): Promise<void>;
  isEnabled(key: string, user: User): boolean;
  getFeatureToggleDefinitions(): { name: string }[];
  destroy(): void;
}

export const unleash: Peer = {
  name: 'unleash-client',
  asked: 'isEnabled; for all flags isEnabled of each; flags from its own bootstrap; sends no metrics',
  async open(ruleset): Promise<PeerClient<User>> {
    const module = await importPeer<{
      Unleash: new (options: object) => UnleashClient;
      InMemStorageProvider: new () => object;
    }>(unleash.name);
    const client = new module.Unleash({
      appName: 'bench',
      url: 'http://127.0.0.1:9/',
      refreshInterval: 0,
      disableMetrics: true,
      disableAutoStart: true,
      skipInstanceCountWarning: true,
      storageProvider: new module.InMemStorageProvider(),
      bootstrap: { data: writeFeatures(ruleset), segments: writeSegments(ruleset) },
    });
    client.on('error', () => {});
    client.on('warn', () => {});
    const ready = new Promise<void>((resolve) => client.once('ready', resolve));
    void client.start();
    await ready;
    const keys = client.getFeatureToggleDefinitions().map(({ name }) => name);
    return {
      user: writeUser,
      one: (key, user) => client.isEnabled(key, user),
      all: (user) => {
        const answers: Record<string, boolean> = {};
        let count = 0;
        for (const key of keys) {
          answers[key] = client.isEnabled(key, user);
          if (answers[key]) count += 1;
        }
        return count;
      },
      close: () => client.destroy(),
    };
  },
};

/** Its attributes are texts. */
function writeUser({ targetingKey, ...attributes }: Context): User {
  const properties = Object.entries(attributes).map(([name, value]) => [name, String(value)]);
  return { userId: targetingKey ?? '', properties: Object.fromEntries(properties) };
}

interface Constraint {
  contextName: string;
  operator: string;
  values?: string[];
  value?: string;
  inverted?: boolean;
}

export interface Strategy {
  name: string;
  parameters: Record<string, string>;
  constraints: Constraint[];
  segments?: number[];
}

export function writeFeatures(ruleset: Ruleset): { name: string; strategies: Strategy[] }[] {
  const segments = [...readSegments(ruleset).keys()];
  return readFlags(ruleset).map((flag) => ({
    name: flag.key,
    type: 'release',
    enabled: true,
    stale: false,
    impressionData: false,
    variants: [],
    strategies: writeStrategies(flag, segments),
  }));
}

function writeStrategies({ key, rules, rest }: PlainFlag, segments: readonly string[]): Strategy[] {
  if (rules.length === 0 && rest !== false) return [rest === 'half' ? halfOf(key) : always()];
  if (rest !== false) throw new Error('rules end in off where Unleash is told of them');
  return rules.flatMap((rule, index) => (rule.on ? strategiesOfRule(rule, rules.slice(0, index), segments) : []));
}

const always = (): Strategy => ({ name: 'default', parameters: {}, constraints: [] });

const halfOf = (key: string): Strategy => ({
  name: 'flexibleRollout',
  parameters: { rollout: '50', stickiness: 'userId', groupId: key },
  constraints: [],
});

/**
 * Its strategies only ever turn a flag on, and any that holds does. A rule that turns off before one that turns on
 * becomes: the latter, and not the former; one strategy for each test of the former that may fail.
 */
function strategiesOfRule(rule: PlainRule, before: readonly PlainRule[], segments: readonly string[]): Strategy[] {
  let ways: Constraint[][] = [[]];
  for (const { tests, on } of before) {
    if (!on) ways = ways.flatMap((way) => tests.map((test) => [...way, { ...writeConstraint(test), inverted: true }]));
  }
  const named = rule.tests.flatMap((test) => ('segment' in test ? [segments.indexOf(test.segment) + 1] : []));
  const constraints = rule.tests.filter((test) => !('segment' in test)).map(writeConstraint);
  return ways.map((way) => ({
    ...always(),
    constraints: [...constraints, ...way],
    ...(named.length > 0 ? { segments: named } : {}),
  }));
}

const OPERATORS: Partial<Record<Test['op'], string>> = {
  equals: 'IN',
  endsWith: 'STR_ENDS_WITH',
  contains: 'STR_CONTAINS',
  gte: 'NUM_GTE',
  lt: 'NUM_LT',
};

function writeConstraint(test: PlainTest): Constraint {
  const operator = 'op' in test ? OPERATORS[test.op] : undefined;
  if ('segment' in test || operator === undefined) throw new Error('Unleash is told of this in no constraint');
  const values = test.values.map((value: Scalar) => String(value));
  const compared = operator.startsWith('NUM_') ? { value: values[0] as string } : { values };
  return { contextName: test.attribute, operator, ...compared };
}

function writeSegments(ruleset: Ruleset): object[] {
  return [...readSegments(ruleset)].map(([, values], index) => ({
    id: index + 1,
    constraints: [{ contextName: 'userId', operator: 'IN', values }],
  }));
}
