/** Whether nobody can see the page, or it has no network. In a worker, and without either word, it is there. */
export function isAway(): boolean {
  return globalThis.document?.visibilityState === 'hidden' || globalThis.navigator?.onLine === false;
}

const NAMES = ['visibilitychange', 'pagehide', 'pageshow', 'online', 'offline'];

/**
 * Calls back whenever the page may have come or gone: shown, hidden, on or off the network, left, or brought back from
 * the cache of the browser as it was. Answers how to end it.
 */
export function watchPage(look: (isAway: boolean) => void): () => void {
  const seen = ({ type }: { type: string }) => look(type === 'pagehide' || isAway());
  for (const name of NAMES) globalThis.addEventListener?.(name, seen);
  return () => {
    for (const name of NAMES) globalThis.removeEventListener?.(name, seen);
  };
}
