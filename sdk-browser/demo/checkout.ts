import type { Cart } from './cart.ts';
import { followFlags, nameFlags } from './follow-flags.ts';
import { make } from './make.ts';
import { francs } from './products.ts';
import { coded, type Shop } from './shop-flags.ts';

const DELIVERY = 7.9;
const PROMISES: Record<string, string> = { '24h': 'Here tomorrow', '48h': 'Here in two days' };

/** What is in the cart, and what its delivery costs: a boolean that is split among visitors. */
export function makeCart(shop: Shop, cart: Cart): HTMLElement {
  const lines = make('dl', { class: 'lines' });
  const promise = make('p', { class: 'promise' });
  const redraw = () => {
    const delivery = shop.boolean('free-delivery', coded['free-delivery']) ? 0 : DELIVERY;
    const items = cart.lines.map(({ product, count }): [string, string] => {
      return [count === 1 ? product.name : `${count} × ${product.name}`, francs(product.price * count)];
    });
    const sum: [string, string][] = [
      ['Delivery', delivery === 0 ? 'free' : francs(delivery)],
      ['Total', francs(cart.total + delivery)],
    ];
    const rows = items.length > 0 ? [...items, ...sum] : [['Nothing in it yet', ''] as const];
    lines.replaceChildren(...rows.map(([name, price]) => make('div', {}, make('dt', {}, name), make('dd', {}, price))));
    promise.textContent = PROMISES[shop.string('delivery-promise', coded['delivery-promise'])] ?? 'Here soon';
  };
  followFlags(shop, ['free-delivery', 'delivery-promise'], redraw);
  cart.onChange(redraw);
  const title = make('h2', { id: 'cart' }, 'Your cart');
  const flags = nameFlags(shop, 'free-delivery', 'delivery-promise');
  return make('section', { class: 'card', 'aria-labelledby': 'cart' }, title, lines, promise, flags);
}

/** The checkout: one page or three steps, the ways to pay, a field that is being rolled out, and a tried-out text. */
export function makeCheckout(shop: Shop, cart: Cart): HTMLElement {
  const steps = make('ol', { class: 'steps' });
  const address = make('div', { class: 'address' });
  const ways = make('ul', { class: 'ways' });
  const button = make('button', { type: 'button', class: 'buy' });
  const said = make('p', { class: 'quiet', role: 'status' });
  followFlags(shop, ['new-checkout'], () => {
    const names = shop.boolean('new-checkout', coded['new-checkout'])
      ? ['All on one page']
      : ['Address', 'Payment', 'Order'];
    steps.replaceChildren(...names.map((name) => make('li', {}, name)));
  });
  followFlags(shop, ['address-lookup'], () => drawAddress(shop, address));
  followFlags(shop, ['express-pay', 'invoice-payment'], () => {
    const names = [
      'Card',
      ...(shop.boolean('express-pay', coded['express-pay']) ? ['One tap'] : []),
      ...(shop.boolean('invoice-payment', coded['invoice-payment']) ? ['Invoice'] : []),
    ];
    ways.replaceChildren(...names.map((name) => make('li', {}, name)));
  });
  followFlags(shop, ['checkout-button'], () => {
    button.textContent = shop.string('checkout-button', coded['checkout-button']);
  });
  button.addEventListener('click', () => {
    said.textContent =
      cart.total === 0 ? 'Your cart is empty.' : 'Thank you. This shop is not real; nothing was bought.';
    if (cart.total > 0) shop.track('order-placed', { value: cart.total });
    cart.empty();
  });
  const title = make('h2', { id: 'checkout' }, 'Checkout');
  const section = make('section', { class: 'card', 'aria-labelledby': 'checkout' }, title);
  section.append(steps, nameFlags(shop, 'new-checkout'), address, nameFlags(shop, 'address-lookup'));
  section.append(ways, nameFlags(shop, 'express-pay', 'invoice-payment'), button, said);
  section.append(nameFlags(shop, 'checkout-button'));
  return section;
}

/** What was typed stays when the field gets its suggestions or loses them. */
function drawAddress(shop: Shop, place: HTMLElement): void {
  const typed = place.querySelector('input')?.value ?? '';
  const found = shop.boolean('address-lookup', coded['address-lookup']);
  const label = make('label', { for: 'address' }, found ? 'Address, found while you type' : 'Address');
  const input = make('input', { id: 'address', autocomplete: 'off', placeholder: 'Street and town' });
  input.value = typed;
  if (!found) {
    place.replaceChildren(label, input);
    return;
  }
  input.setAttribute('list', 'addresses');
  const options = ['Bahnhofstrasse 1, Zürich', 'Bundesplatz 3, Bern', 'Marktplatz 9, Basel'];
  const list = make('datalist', { id: 'addresses' }, ...options.map((value) => make('option', { value })));
  place.replaceChildren(label, input, list);
}
