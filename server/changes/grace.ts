import { formatPosition } from '@turnout/core';
import { direction } from './direction.ts';
import type { EnvironmentStep } from './door.ts';

/** How long one may take back what one just did. */
const GRACE_MS = 60_000;

/** A change that is taken back: who made it, when, and where each environment stood after it. */
export interface TakenBack {
  actor: string;
  at: Date;
  environments: { environmentId: number; position: string }[];
}

/**
 * Whether a step only takes back, within a minute, what the same actor just did towards safe, with nothing in between.
 * The way back must itself be towards safe when walked the other way: so a grace never opens more than was open before.
 */
export function hasGrace(
  step: Pick<EnvironmentStep, 'environment' | 'before' | 'after'>,
  taken: TakenBack,
  actor: string,
  now: Date,
): boolean {
  const age = now.getTime() - taken.at.getTime();
  if (taken.actor !== actor || age < 0 || age > GRACE_MS) return false;
  const there = taken.environments.find(({ environmentId }) => environmentId === step.environment.id);
  return there?.position === formatPosition(step.environment) && direction(step.after, step.before) === 'safe';
}
