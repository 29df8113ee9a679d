/** Whether nobody can see the page, or it has no network. In a worker, and without either word, it is there. */
export function isAway(): boolean {
  return globalThis.document?.visibilityState === 'hidden' || globalThis.navigator?.onLine === false;
}

/**
 * Calls back whenever the page may have come or gone: shown, hidden, on or off the network, left, or brought back from
 * the cache of the browser as it was. Answers how to end it.
 */
export function watchPage(look: (isAway: boolean) => void): () => void {
  const seen = ({ type }: { type: string }) => look(type === 'pagehide' || isAway());
  const page = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
  const { document } = globalThis as { document?: Document };
  const names = ['pagehide', 'pageshow', 'online', 'offline'];
  for (const name of names) page.addEventListener?.(name, seen);
  document?.addEventListener('visibilitychange', seen);
  return () => {
    for (const name of names) page.removeEventListener?.(name, seen);
    document?.removeEventListener('visibilitychange', seen);
  };
}
