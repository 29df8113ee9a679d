import type { Context, Ruleset } from '@turnout/core';
import { importPeer, type Peer, type PeerClient } from './peer.ts';
import { type PlainFlag, type PlainTest, readFlags, readSegments } from './plain-flag.ts';

type User = { attributes: Record<string, unknown> };

interface GrowthBookClient {
  initSync(options: { payload: object }): unknown;
  isOn(key: string, user: User): boolean;
  createScopedInstance(user: User): { isOn(key: string): boolean };
  destroy(): void;
}

export const growthbook: Peer = {
  name: '@growthbook/growthbook',
  asked: 'GrowthBookClient.isOn; for all flags isOn of each on an instance for the user',
  async open(ruleset): Promise<PeerClient<User>> {
    const module = await importPeer<{ GrowthBookClient: new () => GrowthBookClient }>(growthbook.name);
    const client = new module.GrowthBookClient();
    const payload = writePayload(ruleset);
    client.initSync({ payload });
    const keys = Object.keys(payload.features);
    return {
      user: writeUser,
      one: (key, user) => client.isOn(key, user),
      all: (user) => {
        const scoped = client.createScopedInstance(user);
        const answers: Record<string, boolean> = {};
        let count = 0;
        for (const key of keys) {
          answers[key] = scoped.isOn(key);
          if (answers[key]) count += 1;
        }
        return count;
      },
      close: () => client.destroy(),
    };
  },
};

function writeUser({ targetingKey, ...attributes }: Context): User {
  return { attributes: { id: targetingKey, ...attributes } };
}

type Query = Record<string, unknown>;

export function writePayload(ruleset: Ruleset): { features: Record<string, object>; savedGroups: object } {
  return {
    features: Object.fromEntries(readFlags(ruleset).map((flag) => [flag.key, writeFeature(flag)])),
    savedGroups: Object.fromEntries(readSegments(ruleset)),
  };
}

function writeFeature({ key, rules, rest }: PlainFlag): object {
  const half = { hashAttribute: 'id', seed: key, hashVersion: 2, coverage: 0.5, force: true };
  const forced = rules.map(({ tests, on }) => ({ condition: writeCondition(tests), force: on }));
  return { defaultValue: rest === true, rules: rest === 'half' ? [...forced, half] : forced };
}

function writeCondition(tests: readonly PlainTest[]): Query {
  return Object.fromEntries(tests.map(writeTest));
}

function writeTest(test: PlainTest): [string, unknown] {
  if ('segment' in test) return ['id', { $inGroup: test.segment }];
  const [value] = test.values;
  switch (test.op) {
    case 'equals':
      return [test.attribute, test.values.length === 1 ? value : { $in: test.values }];
    case 'endsWith':
      return [test.attribute, { $regex: `${quote(String(value))}$` }];
    case 'contains':
      return [test.attribute, { $regex: quote(String(value)) }];
    case 'gte':
      return [test.attribute, { $gte: value }];
    case 'lt':
      return [test.attribute, { $lt: value }];
    default:
      throw new Error(`GrowthBook is not told of ${test.op}`);
  }
}

/** Its operators have no way to compare parts of a text but a pattern. */
const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
