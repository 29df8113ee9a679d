import { describe, expect, it } from 'vitest';
import type { ReadFlag, ReadSegment } from './playground-ruleset.ts';
import { readReachable } from './read-reachable.ts';

/** Flags with what they need and name, and segments with what they name. */
const FLAGS: Record<string, [needs: string[], segments: string[]]> = {
  cart: [['ads', 'shop'], ['staff']],
  ads: [['shop'], []],
  shop: [['cart'], ['guests']],
  alone: [[], []],
};
const SEGMENTS: Record<string, string[]> = { staff: ['guests', 'gone'], guests: [], late: ['staff'] };

function readers() {
  const asked: string[] = [];
  return {
    asked,
    flag: async (key: string) => {
      asked.push(key);
      const found = FLAGS[key];
      if (found === undefined) return undefined;
      const prerequisites = found[0].map((flag) => ({ flag, variants: ['on'] }));
      const rules = found[1].map((segment) => ({ if: { segment } }));
      return { flag: { key }, configuration: { prerequisites, rules } } as unknown as ReadFlag;
    },
    segment: async (key: string) => {
      asked.push(key);
      const found = SEGMENTS[key];
      if (found === undefined) return undefined;
      return {
        key,
        by: 'x',
        included: [],
        excluded: [],
        if: { all: found.map((segment) => ({ segment })) },
      } as ReadSegment;
    },
  };
}

describe('what an answer can depend on', () => {
  it('is read once each, also where it leads in a circle or to nothing', async () => {
    const from = readers();
    const { flags, segments } = await readReachable('cart', from);
    expect(flags.map(({ flag }) => flag.key)).toEqual(['cart', 'ads', 'shop']);
    expect(segments.map(({ key }) => key)).toEqual(['staff', 'guests']);
    expect([...from.asked].sort()).toEqual(['ads', 'cart', 'gone', 'guests', 'shop', 'staff']);
  });

  it('is the flag alone where it names nothing, and nothing where there is none', async () => {
    expect(await readReachable('alone', readers())).toMatchObject({
      flags: [{ flag: { key: 'alone' } }],
      segments: [],
    });
    expect(await readReachable('none', readers())).toEqual({ flags: [], segments: [] });
  });

  it('takes in what a draft names beside it', async () => {
    const { flags, segments } = await readReachable('alone', readers(), { flags: ['ads'], segments: ['late'] });
    expect(flags.map(({ flag }) => flag.key)).toEqual(['alone', 'ads', 'shop', 'cart']);
    expect(segments.map(({ key }) => key)).toEqual(['guests', 'staff', 'late']);
  });
});
