import { hydrateRoot } from 'react-dom/client';
import { Turnout } from '../index.ts';
import { drawn, type ShopFlags, shop } from './react-shop.fixture.ts';

/** The shop as its visitors have it: rendered on the server, and hydrated when the test says so. */
const root = document.querySelector('#root');
const { url, key, context, bootstrap } = JSON.parse(document.querySelector('#given')?.textContent ?? '');
const turnout = new Turnout<ShopFlags>({ url, key, context, bootstrap });

/** What stood on the page after each change of it, and at first. */
const seen = [read()];

function read(): Record<string, string> {
  return Object.fromEntries(
    Array.from(document.querySelectorAll('#root p'), ({ id, textContent }) => [id, textContent]),
  );
}

if (root !== null) {
  new MutationObserver(() => seen.push(read())).observe(root, { subtree: true, childList: true, characterData: true });
}

const hydrate = () => root && hydrateRoot(root, shop({ client: turnout }));
Object.assign(window, { turnout, drawn, seen, hydrate });
