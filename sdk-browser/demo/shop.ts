import { type Bootstrap, Turnout } from '../index.ts';
import { Cart } from './cart.ts';
import { makeCart, makeCheckout } from './checkout.ts';
import { make } from './make.ts';
import type { ShopFlags } from './shop-flags.ts';
import { makeBanner, makeProducts, makeRecommendations } from './shop-window.ts';
import { makeStrip } from './status-strip.ts';
import { makeVisitors, type Visitor } from './visitors.ts';

/** What the server sends with the page: who looks at it, and what their flags are. */
interface Sent {
  key: string;
  visitor: string;
  visitors: Visitor[];
  bootstrap: Bootstrap;
}

/** The page lies two levels below where the server answers, whatever stands before it. */
const url = new URL('..', document.baseURI).href;
const { key, visitor, visitors, bootstrap } = JSON.parse(document.querySelector('#sent')?.textContent ?? '') as Sent;
const context = visitors.find(({ id }) => id === visitor)?.context ?? {};

// What the server evaluated is answered from the first question on: nothing here waits, and nothing is drawn twice.
const shop = new Turnout<ShopFlags>({ url, key, context, bootstrap });
const cart = new Cart();

document.querySelector('#visitors')?.append(makeVisitors(shop, visitors, visitor));
document
  .querySelector('main')
  ?.append(
    makeBanner(shop),
    make('div', { class: 'window' }, makeProducts(shop, cart), makeRecommendations(shop)),
    make('div', { class: 'desk' }, makeCart(shop, cart), makeCheckout(shop, cart)),
  );
document.body.append(makeStrip(shop));
