import { describe, expect, test } from 'vitest';
import { matchFlags } from './match-flags.ts';

const flag = (
  key: string,
  more: Partial<{ name: string; description: string; owner: string; tags: string[] }> = {},
) => ({
  ...{ key, name: '', description: '', owner: '', tags: [] },
  ...more,
});

describe('A search among flags', () => {
  const flags = [
    flag('a-cart', { owner: 'payments' }),
    flag('cart'),
    flag('cart-banner'),
    flag('other', { description: 'Beside the CART' }),
    flag('unrelated', { tags: ['shop'] }),
  ];

  test.each([
    ['cart', ['cart', 'cart-banner', 'a-cart', 'other']],
    ['CART ban', ['cart-banner']],
    ['payments cart', ['a-cart']],
    ['shop', ['unrelated']],
    ['  ', ['a-cart', 'cart', 'cart-banner', 'other', 'unrelated']],
    ['nothing of that', []],
  ])('for “%s” finds the best first', (text, keys) => {
    expect(matchFlags(flags, text).map(({ key }) => key)).toEqual(keys);
  });
});
