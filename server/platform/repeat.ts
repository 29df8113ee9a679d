/** Does `work` every `everyMs`, and keeps no process alive for it; answers how to stop. `work` never throws. */
export function repeat(everyMs: number, work: () => void): () => void {
  const timer = setInterval(work, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
