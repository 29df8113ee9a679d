import { describe, expect, it } from 'vitest';
import { type Attachment, policyFor } from './attachment.ts';

const CART = { key: 'cart', tags: ['shop', 'checkout'], kind: 'release', type: 'boolean' };
const attached = (...all: [Attachment['by'], string, string][]) =>
  all.map(([by, value, policy]): Attachment => ({ by, value, policy }));

describe('the policy of a flag', () => {
  const all = attached(
    ['type', 'boolean', 'of-type'],
    ['kind', 'release', 'of-kind'],
    ['tag', 'shop', 'of-shop'],
    ['flag', 'cart', 'of-cart'],
    ['flag', 'hero', 'of-hero'],
  );

  it('is the most specific of those that are attached to it', () => {
    for (const policy of ['of-cart', 'of-shop', 'of-kind', 'of-type']) {
      const left = all.slice(0, all.findIndex((one) => one.policy === policy) + 1);
      expect(policyFor(CART, left)).toMatchObject({ policy, others: [] });
    }
    expect(policyFor({ ...CART, type: 'string', kind: 'ops', tags: [], key: 'other' }, all)).toBeUndefined();
  });

  it('is of the first tag by name where several have one, and the others are told, whatever their order', () => {
    const tags = attached(['tag', 'shop', 'of-shop'], ['tag', 'checkout', 'of-checkout']);
    for (const some of [tags, [...tags].reverse()]) {
      expect(policyFor(CART, some)).toMatchObject({ policy: 'of-checkout', value: 'checkout', others: ['of-shop'] });
    }
    const same = attached(['tag', 'shop', 'one'], ['tag', 'checkout', 'one']);
    expect(policyFor(CART, same)).toMatchObject({ policy: 'one', others: [] });
  });
});
