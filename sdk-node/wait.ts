const LONGEST_MS = 2 ** 31 - 1;

/** What a timer can wait; of anything else, nothing. */
export function boundMs(ms: unknown): number {
  if (typeof ms !== 'number' || Number.isNaN(ms)) return 0;
  return Math.min(Math.max(0, ms), LONGEST_MS);
}

/** Waits for work, but not longer than `ms`. The timer keeps the process alive, for somebody waits. */
export async function wait(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, boundMs(ms));
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
