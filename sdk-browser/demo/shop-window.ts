import type { Cart } from './cart.ts';
import { followFlags, nameFlags } from './follow-flags.ts';
import { draw, make } from './make.ts';
import { BESTSELLERS, BOUGHT_BEFORE, francs, PRODUCTS, type Product, productOf } from './products.ts';
import { coded, type Shop } from './shop-flags.ts';

const PLAIN_BELOW = 0.7;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** What the shop has to say today: a flag whose value is an object. */
export function makeBanner(shop: Shop): HTMLElement {
  const words = make('p', { class: 'words' });
  const banner = make('section', { class: 'banner', 'aria-label': 'Today' }, words, nameFlags(shop, 'banner'));
  followFlags(shop, ['banner'], () => {
    const { show, text, color } = shop.object('banner', coded.banner);
    banner.toggleAttribute('data-shown', show === true);
    words.textContent = show === true ? String(text ?? '') : 'Nothing special today';
    const colour = show === true && typeof color === 'string' && COLOUR.test(color) ? color : '';
    banner.style.setProperty('background-color', colour);
    banner.style.setProperty('color', colour === '' ? '' : inkOn(colour));
  });
  return banner;
}

/** Whichever of black and white is read better on a colour. */
function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150 ? '#000000' : '#ffffff';
}

/** The products, drawn as well as the quality of images allows: a number, which falls when load is shed. */
export function makeProducts(shop: Shop, cart: Cart): HTMLElement {
  const list = make('ul', { class: 'products' }, ...PRODUCTS.map((product) => makeProduct(shop, cart, product)));
  followFlags(shop, ['image-quality'], () => {
    list.toggleAttribute('data-plain', shop.number('image-quality', coded['image-quality']) < PLAIN_BELOW);
  });
  const title = make('h2', { id: 'products' }, 'For the desk');
  return make('section', { 'aria-labelledby': 'products' }, title, list, nameFlags(shop, 'image-quality'));
}

function makeProduct(shop: Shop, cart: Cart, product: Product): HTMLElement {
  const { name, note, price, drawing } = product;
  const button = make('button', { type: 'button', 'aria-label': `Add ${name} to the cart` }, 'Add');
  button.addEventListener('click', () => {
    cart.add(product);
    shop.track('added-to-cart', { value: price });
  });
  const words = make('div', {}, make('h3', {}, name), make('p', { class: 'quiet' }, note));
  return make('li', {}, draw(drawing), words, make('p', { class: 'price' }, francs(price)), button);
}

/** What else somebody may like: rows of it, from where the flag says. */
export function makeRecommendations(shop: Shop): HTMLElement {
  const rows = make('div', { class: 'rows' });
  followFlags(shop, ['recommendations'], () => {
    const { rows: count, from } = shop.object('recommendations', coded.recommendations);
    const sources = from === 'history' ? [BOUGHT_BEFORE, BESTSELLERS] : [BESTSELLERS];
    const shown = sources.slice(0, typeof count === 'number' ? count : 0);
    const empty = make('p', { class: 'quiet' }, 'Nothing to suggest.');
    rows.replaceChildren(...(shown.length === 0 ? [empty] : shown.map((ids) => makeRow(ids))));
  });
  const title = make('h2', { id: 'recommended' }, 'You may also like');
  return make('section', { 'aria-labelledby': 'recommended' }, title, rows, nameFlags(shop, 'recommendations'));
}

function makeRow(ids: readonly string[]): HTMLElement {
  const title = ids === BOUGHT_BEFORE ? 'From what you bought' : 'Bestsellers';
  const items = ids.map(productOf).map(({ name, price, drawing }) => {
    return make('li', {}, draw(drawing), make('span', {}, name), make('span', { class: 'quiet' }, francs(price)));
  });
  return make('div', {}, make('h3', {}, title), make('ul', { class: 'row' }, ...items));
}
