import { Store } from '../client/store.ts';
import { type PageName, type Route, readRoute, writeRoute } from './route.ts';

/** Where the screen is; undefined where no page has this address. */
export const route = new Store<Route | undefined>(readRoute(location.pathname, location.search));

/** Asked before a page is left: false stays. */
type Leaving = () => boolean;
let leaving: Leaving | undefined;

/** As long as something is typed and not stored, whoever leaves is asked; undefined asks no more. */
export function askBeforeLeaving(ask: Leaving | undefined): void {
  leaving = ask;
}

/** Shows a page. `replace` leaves no step behind in the history of the browser. */
export function go(address: string, { replace = false } = {}): void {
  const target = new URL(address, location.href);
  if (target.pathname !== location.pathname && leaving?.() === false) return;
  if (target.pathname !== location.pathname) leaving = undefined;
  history[replace ? 'replaceState' : 'pushState'](null, '', target);
  route.value = readRoute(target.pathname, target.search);
}

export function goTo(page: PageName, params?: Record<string, string>, query?: Record<string, string>): void {
  go(writeRoute(page, params, query));
}

/** Changes what the address says after the `?`; an empty text takes away. The page stays. */
export function setQuery(changed: Record<string, string>, { replace = true } = {}): void {
  const now = route.value;
  if (now === undefined) return;
  go(writeRoute(now.page, now.params, { ...now.query, ...changed }), { replace });
}

/** Follows the browser's own buttons, and takes clicks on links of this screen. */
export function startNavigation(): void {
  addEventListener('popstate', () => {
    route.value = readRoute(location.pathname, location.search);
  });
  addEventListener('beforeunload', (event) => {
    if (leaving !== undefined) event.preventDefault();
  });
  document.addEventListener('click', (event) => {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    if (link instanceof HTMLAnchorElement && isOurs(event, link)) {
      event.preventDefault();
      go(link.href);
    }
  });
}

/** A plain click on a link to a page of this screen; all others are the browser's. */
function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!plain || event.defaultPrevented || link.target !== '' || link.hasAttribute('download')) return false;
  return link.origin === location.origin && readRoute(link.pathname, link.search) !== undefined;
}
