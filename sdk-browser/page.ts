/** Whether nobody can see the page, or it has no network. In a worker, and without either word, it is there. */
export function isAway(): boolean {
  return globalThis.document?.visibilityState === 'hidden' || globalThis.navigator?.onLine === false;
}

/**
 * Calls back whenever the page may have come or gone: shown, hidden, on or off the network, left, or brought back from
 * the cache of the browser as it was. Answers how to end it.
 */
export function watchPage(look: (isAway: boolean) => void): () => void {
  const end = new AbortController();
  for (const name of ['visibilitychange', 'pagehide', 'pageshow', 'online', 'offline']) {
    globalThis.addEventListener?.(name, () => look(name === 'pagehide' || isAway()), end);
  }
  return () => end.abort();
}
