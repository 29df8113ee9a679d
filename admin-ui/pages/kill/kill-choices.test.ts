import { describe, expect, it } from 'vitest';
import { listChoices } from './kill-choices.ts';

const flag = (key: string, archived = false) => ({
  ...{ key, name: '', description: '', owner: '', tags: [], archived },
});
const flags = [flag('cart-old', true), flag('new-cart'), flag('new-cart-fast'), flag('search')];
const keysOf = (complete: boolean, text: string, among = flags) =>
  listChoices({ flags: among, complete }, text).choices.map(({ key, flag: found }) => (found ? key : `“${key}”`));

describe('what Enter kills', () => {
  it.each([
    ['nothing while nothing is typed', true, '  ', []],
    ['the flag with this very key before all others', true, 'new-cart', ['new-cart', 'new-cart-fast']],
    ['what fits best, and what is archived last', true, 'cart', ['new-cart', 'new-cart-fast', 'cart-old']],
    ['what was typed where nothing fits', true, 'brand-new', ['“brand-new”']],
    ['what was typed before what resembles it, while the list has gaps', false, 'sear', ['“sear”', 'search']],
    ['the flag with this very key also while the list has gaps', false, 'search', ['search']],
    ['no key with a space in it', true, 'no such flag', []],
  ])('is %s', (_title, complete, text, keys) => {
    expect(keysOf(complete, text)).toEqual(keys);
  });

  it('is what was typed, where the list cannot be read', () => {
    expect(keysOf(false, ' new-cart ', [])).toEqual(['“new-cart”']);
  });

  it('says how many more fit than are shown', () => {
    const many = Array.from({ length: 30 }, (_, at) => flag(`flag-${at}`));
    const { choices, more } = listChoices({ flags: many, complete: true }, 'flag');
    expect([choices.length, more]).toEqual([8, 22]);
  });
});
