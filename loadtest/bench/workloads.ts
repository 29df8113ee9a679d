import type { Condition, Context, Flag, Ruleset, Segment } from '@turnout/core';
import { murmur3 } from '@turnout/core';

/** One kind of work, done by hand and asked of an evaluator. Both answer the same, which is checked before timing. */
export interface Workload {
  name: string;
  /** What the ratio must not exceed. */
  goal: number;
  ruleset: Ruleset;
  contexts: Context[];
  /** The flag that is asked; all of them when it is missing. */
  key?: string;
  /** The same decision as a programmer would write it into the application; for all flags, how many are true. */
  floor: (context: Context) => boolean | number;
}

const USERS = 10_000;

function contextOf(i: number): Context {
  return {
    targetingKey: `user-${i * 7919}`,
    country: ['DE', 'FR', 'NL', 'US', 'BR', 'JP', 'IN'][i % 7]!,
    plan: ['free', 'pro', 'team', 'enterprise'][i % 4]!,
    email: `person${i}@${['example.com', 'example.org', 'corp.test'][i % 3]}`,
    age: 15 + (i % 60),
    beta: i % 2 === 0,
    platform: ['ios', 'android', 'web'][i % 3]!,
  };
}

export const users: Context[] = Array.from({ length: USERS }, (_, i) => contextOf(i));

function flag(key: string, changes: Partial<Flag>): Flag {
  return {
    key,
    type: 'boolean',
    variants: { on: true, off: false },
    state: 'on',
    offVariant: 'off',
    prerequisites: [],
    rules: [],
    fallthrough: { variant: 'on' },
    clientVisible: false,
    ...changes,
  };
}

function ruleset(flags: Flag[], segments: Segment[] = []): Ruleset {
  return {
    schema: 1,
    project: 'bench',
    environment: 'bench',
    epoch: 'e',
    revision: 1,
    view: 'main',
    shedLevel: 0,
    flags: Object.fromEntries(flags.map((one) => [one.key, one])),
    segments: Object.fromEntries(segments.map((one) => [one.key, one])),
  };
}

/** What a hand-written service keeps of a flag: whether it is on, and for how many of 100,000. */
interface HandFlag {
  on: boolean;
  below: number;
}

const half = (key: string): Flag =>
  flag(key, {
    fallthrough: {
      split: {
        by: 'targetingKey',
        salt: key,
        of: 100_000,
        slices: [
          [0, 50_000, 'on'],
          [50_000, 100_000, 'off'],
        ],
      },
    },
  });

const test = (attribute: string, op: string, ...values: (string | number | boolean)[]) =>
  ({ attribute, op, values }) as Condition;

const rules: { id: string; all: Condition[]; variant: string }[] = [
  { id: '1', all: [test('country', 'equals', 'DE', 'FR', 'NL'), test('plan', 'equals', 'enterprise')], variant: 'on' },
  { id: '2', all: [test('email', 'endsWith', '@corp.test'), test('age', 'gte', 60)], variant: 'off' },
  { id: '3', all: [test('beta', 'equals', true), test('platform', 'equals', 'ios')], variant: 'on' },
  { id: '4', all: [test('age', 'lt', 18), test('country', 'equals', 'US', 'BR')], variant: 'off' },
  { id: '5', all: [test('plan', 'equals', 'pro', 'team'), test('email', 'contains', 'example')], variant: 'on' },
];

const ruled = (key: string): Flag =>
  flag(key, {
    rules: rules.map(({ id, all, variant }) => ({ id, if: { all }, serve: { variant } })),
    fallthrough: { variant: 'off' },
  });

/** The five rules by hand. An attribute may be missing or of another type, as in any context. */
function ruledByHand(context: Context): boolean {
  const { country, plan, email, age, beta, platform } = context;
  if ((country === 'DE' || country === 'FR' || country === 'NL') && plan === 'enterprise') return true;
  if (typeof email === 'string' && email.endsWith('@corp.test') && typeof age === 'number' && age >= 60) return false;
  if (beta === true && platform === 'ios') return true;
  if (typeof age === 'number' && age < 18 && (country === 'US' || country === 'BR')) return false;
  return (plan === 'pro' || plan === 'team') && typeof email === 'string' && email.includes('example');
}

/** What every hand-written service has: its flags in a Map, and a check that the flag is there and on. */
function handMap(keys: readonly string[]): Map<string, HandFlag> {
  return new Map(keys.map((key) => [key, { on: true, below: 50_000 }]));
}

function splitByHand(key: string, below: number, context: Context): boolean {
  return (murmur3(`${key}/${context.targetingKey}`, 0) * 100_000) / 2 ** 32 < below;
}

function onForAll(): Workload {
  const hand = handMap(['checkout', 'search', 'banner']);
  const flags = ['checkout', 'search', 'banner'].map((key) => flag(key, {}));
  const floor = () => hand.get('search')?.on === true;
  return { name: 'on for all', goal: 3, ruleset: ruleset(flags), contexts: users, key: 'search', floor };
}

function halfSplit(): Workload {
  const hand = handMap(['checkout', 'search', 'banner']);
  const flags = ['checkout', 'search', 'banner'].map(half);
  const floor = (context: Context) => {
    const found = hand.get('search');
    return found?.on === true && splitByHand('search', found.below, context);
  };
  return {
    name: '50 % split over 10,000 users',
    goal: 1.5,
    ruleset: ruleset(flags),
    contexts: users,
    key: 'search',
    floor,
  };
}

function fiveRules(): Workload {
  const hand = handMap(['checkout', 'search', 'banner']);
  const flags = ['checkout', 'search', 'banner'].map(ruled);
  const floor = (context: Context) => hand.get('search')?.on === true && ruledByHand(context);
  return { name: '5 rules of 2 conditions', goal: 2, ruleset: ruleset(flags), contexts: users, key: 'search', floor };
}

function largeSegment(): Workload {
  const included = users.filter((_, i) => i % 10 === 0).map((context) => String(context.targetingKey));
  const members = new Set(included);
  const hand = handMap(['search']);
  const segment = { key: 'vip', by: 'targetingKey', included, excluded: [] };
  const flags = [
    flag('search', {
      rules: [{ id: 'r', if: { segment: 'vip' }, serve: { variant: 'on' } }],
      fallthrough: { variant: 'off' },
    }),
  ];
  const floor = (context: Context) => hand.get('search')?.on === true && members.has(context.targetingKey ?? '');
  return {
    name: '1,000-key segment',
    goal: 3,
    ruleset: ruleset(flags, [segment]),
    contexts: users,
    key: 'search',
    floor,
  };
}

function twoHundred(): Workload {
  const keys = Array.from({ length: 200 }, (_, i) => `flag-${i}`);
  const hand = handMap(keys);
  const flags = keys.map((key, i) => (i % 4 === 0 ? flag(key, {}) : i % 4 === 3 ? ruled(key) : half(key)));
  const floor = (context: Context) => {
    // As an application would: every flag is answered, and the answers are kept by key.
    const answers: Record<string, boolean> = {};
    let count = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const found = hand.get(key);
      const on =
        found?.on === true &&
        (i % 4 === 0 || (i % 4 === 3 ? ruledByHand(context) : splitByHand(key, found.below, context)));
      answers[key] = on;
      if (answers[key]) count += 1;
    }
    return count;
  };
  return { name: 'all of 200 flags', goal: 2, ruleset: ruleset(flags), contexts: users, floor };
}

export function workloads(): Workload[] {
  return [onForAll(), halfSplit(), fiveRules(), largeSegment(), twoHundred()];
}
