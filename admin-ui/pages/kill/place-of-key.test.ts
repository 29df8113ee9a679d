import { describe, expect, it } from 'vitest';
import { placeOfKey } from './place-of-key.ts';

const places = [{ key: 'development' }, { key: 'production' }];
const press = (code: string, with_: Partial<Record<'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey', boolean>> = {}) =>
  placeOfKey({ code, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...with_ }, places);

describe('the environment that a key chooses', () => {
  it.each([
    ['Alt and its number', press('Digit2', { altKey: true }), 'production'],
    ['the number block too', press('Numpad1', { altKey: true }), 'development'],
    ['no number alone: keys of flags have numbers in them', press('Digit2'), undefined],
    ['no number that nothing has', press('Digit3', { altKey: true }), undefined],
    ['no chord of the browser', press('Digit2', { altKey: true, ctrlKey: true }), undefined],
    ['no other key', press('KeyA', { altKey: true }), undefined],
  ])('is told by %s', (_title, chosen, expected) => {
    expect(chosen).toBe(expected);
  });
});
