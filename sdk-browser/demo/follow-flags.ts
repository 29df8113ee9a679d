import type { Evaluation } from '../index.ts';
import { make } from './make.ts';
import { coded, type Shop, type ShopFlag } from './shop-flags.ts';

/**
 * Draws a part now, and again whenever one of its flags has another value or variant. A part that did not change is
 * not touched.
 */
export function followFlags(shop: Shop, keys: readonly ShopFlag[], draw: () => void): void {
  draw();
  for (const key of keys) shop.watch(key, coded[key], draw);
}

/** The small words below a part that say which flag it follows, and which variant that gave. */
export function nameFlags(shop: Shop, ...keys: ShopFlag[]): HTMLElement {
  const list = make('p', { class: 'flags' });
  for (const key of keys) {
    const variant = make('b');
    const show = ({ variant: name, reason }: Evaluation) => {
      variant.textContent = name ?? (reason === 'ERROR' ? 'unknown' : 'as coded');
    };
    show(shop.evaluate(key, coded[key]));
    shop.watch(key, coded[key], (now) => {
      show(now);
      flash(variant);
    });
    list.append(make('span', { 'data-flag': key }, make('code', {}, key), ' ', variant));
  }
  return list;
}

/** Begins anew where it was on its way already. */
export function flash(element: HTMLElement): void {
  element.classList.remove('changed');
  void element.offsetWidth;
  element.classList.add('changed');
}
