import { isObject } from './fault.ts';

/** About what a test costs, beside one that compares. What is not here looks into a list or a group. */
const PRICES: Record<string, number> = {
  equals: 1,
  exists: 1,
  lt: 1,
  lte: 1,
  gt: 1,
  gte: 1,
  startsWith: 2,
  endsWith: 2,
  contains: 3,
  before: 8,
  after: 8,
  matches: 30,
};
const OTHER_TEST = 10;
const GROUP = 5;

function priceOf(condition: unknown): number {
  if (!isObject(condition)) return 0;
  const { op } = condition;
  if (typeof op !== 'string') return GROUP;
  return Object.hasOwn(PRICES, op) ? PRICES[op]! : OTHER_TEST;
}

/**
 * What was made of each condition, the cheap ones first. No condition changes anything or throws, so `all` and `any`
 * hold for the same contexts in whatever order they ask.
 */
export function askCheapFirst<T>(conditions: readonly unknown[], made: readonly T[]): T[] {
  return made
    .map((one, i) => ({ one, price: priceOf(conditions[i]) }))
    .sort((a, b) => a.price - b.price)
    .map(({ one }) => one);
}
