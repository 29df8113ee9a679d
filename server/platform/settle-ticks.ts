const TICKS = 20_000;

/**
 * Lets V8 compile `process.nextTick` before anything else has used it, in a few milliseconds. V8 compiles it once, by
 * what it saw of it until then; when the first requests came while the node was still starting, that left every tick at
 * five times its cost for the life of the process, and an answer needs about five ticks (decision 0006 has figures).
 */
export function settleTicks(): Promise<void> {
  return new Promise((resolve) => {
    let left = TICKS;
    const tick = () => {
      left--;
      if (left === 0) resolve();
      else process.nextTick(tick);
    };
    process.nextTick(tick);
  });
}
