import type { RolloutState } from '../decisions/rollout.ts';
import type { CarState } from './departure.ts';

/** A rollout of a car, as far as it has come. */
export interface CarRollout {
  id: string;
  flag: string;
  state: RolloutState;
}

/**
 * How a car stands by its rollouts: it has arrived when all of them finished, and has failed as soon as one went back.
 * Where somebody edited what one owned, their edit stands, and the car is theirs.
 */
export function judgeCar(rollouts: readonly CarRollout[]): { state: CarState; because: string | null } {
  const failed = rollouts.find(({ state }) => state === 'rolledBack' || state === 'killed');
  if (failed !== undefined) {
    const how = failed.state === 'killed' ? 'a guard killed it' : 'it was rolled back';
    return { state: 'failed', because: `The rollout of ${failed.flag} failed: ${how}.` };
  }
  if (rollouts.some(({ state }) => state === 'waiting' || state === 'running' || state === 'paused')) {
    return { state: 'under-way', because: null };
  }
  const ended = rollouts.find(({ state }) => state === 'ended');
  if (ended === undefined) return { state: 'arrived', because: null };
  return { state: 'kept', because: `Somebody edited what the rollout of ${ended.flag} owned: their edit stands.` };
}

const NOT_YET = ' Not in force everywhere: ';

/** What is said of a departure whose change some have not in force in time; said anew as others lag. */
export function sayLaggards(because: string | null, laggards: readonly string[]): string | null {
  const [said = ''] = (because ?? '').split(NOT_YET);
  if (laggards.length === 0) return said === '' ? null : said;
  return `${said}${NOT_YET}${laggards.slice(0, 10).join(', ')}.`;
}
