import { here } from './here.ts';

/** Whoever sees some environments of a project only is not told of what belongs to none: requests, incidents, freezes. */
const NOT_TOLD_MS = 3_000;
const TICK_MS = 1_000;

/** Looks again now and then, while the page is in sight; answers how to stop. */
export function lookAgain(look: () => void, everyMs: number): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const isTold = here.value === undefined || here.value.project.rights.includes('read');
    const now = Date.now();
    if (document.hidden || now - last < (isTold ? everyMs : NOT_TOLD_MS)) return;
    last = now;
    look();
  }, TICK_MS);
  return () => clearInterval(timer);
}
