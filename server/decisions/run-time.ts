import type { Run } from './rollout.ts';

/**
 * How long a run has gone on since its entry, or since it came into the environment where it waits for its first stage,
 * in ms. Frozen, paused and off time is left out: this is what deadlines are measured in.
 */
export function activeMs(run: Run, now: Date): number {
  const until = run.standsSince ?? run.waitsSince ?? now;
  return Math.max(0, until.getTime() - (run.enteredAt ?? run.arrivedAt).getTime() - run.stoodMs - run.waitedMs);
}

/** How long the stage has been in force everywhere, in ms, standing time left out: what has been baked. */
export function bakedMs(run: Run, now: Date): number {
  if (run.effectiveAt === null) return 0;
  const stood = run.stoodMs - run.stoodBeforeEffectMs;
  return Math.max(0, (run.standsSince ?? now).getTime() - run.effectiveAt.getTime() - stood);
}

/** When `activeMs` comes to so many; null while it stands still, or its deadline waits. */
export function whenActive(run: Run, ms: number): Date | null {
  if (run.standsSince !== null || run.waitsSince !== null) return null;
  return new Date((run.enteredAt ?? run.arrivedAt).getTime() + run.stoodMs + run.waitedMs + ms);
}

/** When `bakedMs` comes to so many; null while it stands still, or is not in force everywhere yet. */
export function whenBaked(run: Run, ms: number): Date | null {
  if (run.standsSince !== null || run.effectiveAt === null) return null;
  return new Date(run.effectiveAt.getTime() + run.stoodMs - run.stoodBeforeEffectMs + ms);
}
