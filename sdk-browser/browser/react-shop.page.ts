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

/** Without the client at first, where an app makes it only later. */
function hydrate(isLater = false): void {
  if (root === null) return;
  const hydrated = hydrateRoot(root, shop(isLater ? { bootstrap } : { client: turnout }));
  if (isLater) Object.assign(window, { comeLater: () => hydrated.render(shop({ client: turnout })) });
}

Object.assign(window, { turnout, drawn, seen, hydrate });
