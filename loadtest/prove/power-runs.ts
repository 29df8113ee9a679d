import { type Effect, guardBound, rateEvidence } from '@turnout/server/statistics';
import type { Dice } from './dice.ts';

/** A look comes after every so many units of each arm. */
const LOOK_EVERY = 200;
const RESTART_EVERY = 200;

/** One run of a variant that is worse: after how many units of each arm its guard fires; undefined within `most`. */
export function runWorse(dice: Dice, effect: Effect, most: number): number | undefined {
  const { rate, factor, alpha, guards } = effect;
  const bound = guardBound(alpha, guards, 1);
  const worse = effect.direction === 'up' ? rate * factor : rate / factor;
  const hits = { treatment: 0, control: 0 };
  const restarts: [number, number][] = [];
  for (let units = 1; units <= most; units++) {
    const before = hits.treatment + hits.control;
    if (dice() < worse) hits.treatment += 1;
    if (dice() < rate) hits.control += 1;
    const openings = Math.floor((hits.treatment + hits.control) / RESTART_EVERY) - Math.floor(before / RESTART_EVERY);
    if (openings > 0) restarts.push([hits.treatment, hits.control]);
    if (units % LOOK_EVERY === 0 && rateEvidence(effect, hits, restarts) >= bound) return units;
  }
  return undefined;
}

/** A variant that turns worse after so many healthy event-units: how many more its guard needs, looked at after each. */
export function runTurned(dice: Dice, effect: Effect, healthy: number, most: number): number | undefined {
  const bound = guardBound(effect.alpha, effect.guards, 1);
  const hits = { treatment: 0, control: 0 };
  const restarts: [number, number][] = [];
  for (let event = 1; event <= healthy + most; event++) {
    const share = event <= healthy ? 1 / 2 : effect.factor / (1 + effect.factor);
    if (dice() < share) hits.treatment += 1;
    else hits.control += 1;
    if (event % RESTART_EVERY === 0) restarts.push([hits.treatment, hits.control]);
    if (event > healthy && rateEvidence(effect, hits, restarts) >= bound) return event - healthy;
  }
  return undefined;
}
