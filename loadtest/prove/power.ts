import { type Effect, powerAt, unitsNeeded } from '@turnout/server/statistics';
import { seededDice } from './dice.ts';
import { foldFigure, keepEvidence, quantile } from './evidence.ts';
import { runTurned, runWorse } from './power-runs.ts';

const SETS = 5;
const RUNS = 2_000;
const MOST = 40_000;
const HEALTHY = 5_000;
/** Units of each arm at which half of the runs, and nine tenths of them, are to have fired. */
const MEDIAN_AT = 2_350;
const NINE_TENTHS_AT = 3_900;
const CLOSE = { at: 'most', value: 3 } as const;

export const TRIPLING: Effect = { rate: 0.01, factor: 3, margin: 0.2, direction: 'up', alpha: 0.01, guards: 3 };
const OTHERS: Effect[] = [
  { ...TRIPLING, factor: 2 },
  { ...TRIPLING, rate: 0.05, factor: 1.5 },
  { ...TRIPLING, rate: 0.03, direction: 'down' },
];

/** `prove -- power`: how many units a guard needs to see a variant that is worse, simulated and as it is computed. */
export async function provePower(): Promise<void> {
  const sets = Array.from({ length: SETS }, (_, at) => firedAt(at + 1, TRIPLING, RUNS));
  const turned = Array.from({ length: SETS }, (_, at) => turnedAfter(at + 1, RUNS));
  const offBy = (units: number, wanted: number) => sets.map((set) => Math.abs(100 * powerBy(set, units) - wanted));
  const off = [TRIPLING, ...OTHERS].map((effect) => [effect, computedIsOff(effect)] as const);
  keepEvidence({
    proof: 'power',
    method:
      `${SETS} seeds of ${RUNS} simulated runs: 1 % of control and 3 % of treatment have the event, the margin is 20 %, ` +
      'alpha 1 % is shared by three guards, and the first entry is looked at after every 200 units of each arm. Beside ' +
      'it, what the policy’s check computes for this and for other effects, as the difference to the share of runs.',
    figures: [
      foldFigure(
        'units of each arm until half of the runs fire',
        '',
        sets.map((set) => quantile(set, 0.5)),
      ),
      foldFigure(
        'units of each arm until nine tenths do',
        '',
        sets.map((set) => quantile(set, 0.9)),
      ),
      foldFigure(`power at ${MEDIAN_AT} units, off 50 % by`, 'points', offBy(MEDIAN_AT, 50), CLOSE),
      foldFigure(`power at ${NINE_TENTHS_AT} units, off 90 % by`, 'points', offBy(NINE_TENTHS_AT, 90), CLOSE),
      foldFigure(
        `event-units until a tripling shows after ${HEALTHY} healthy ones`,
        '',
        turned.map((set) => quantile(set, 0.5)),
        { at: 'most', value: 200 },
      ),
      ...off.map(([effect, points]) =>
        foldFigure(`what is computed for ${tell(effect)}, off by`, 'points', points, CLOSE),
      ),
    ],
    facts: {
      [`computed power at ${MEDIAN_AT} units`]: Number((100 * powerAt(TRIPLING, MEDIAN_AT)).toFixed(1)),
      [`computed power at ${NINE_TENTHS_AT} units`]: Number((100 * powerAt(TRIPLING, NINE_TENTHS_AT)).toFixed(1)),
      'units of each arm for a power of 80 %': unitsNeeded(TRIPLING) ?? 'none would do',
    },
  });
}

/** After how many units each of so many runs fired, in order; infinity where it did not. */
export function firedAt(seed: number, effect: Effect, runs: number, most = MOST): number[] {
  const dice = seededDice(seed);
  const fired = Array.from({ length: runs }, () => runWorse(dice, effect, most) ?? Number.POSITIVE_INFINITY);
  return fired.sort((a, b) => a - b);
}

/** The share of runs that had fired when each arm had so many units. */
export function powerBy(fired: readonly number[], units: number): number {
  return fired.filter((at) => at <= units).length / fired.length;
}

function turnedAfter(seed: number, runs: number): number[] {
  const dice = seededDice(seed);
  const turned = Array.from({ length: runs / 10 }, () => runTurned(dice, TRIPLING, HEALTHY, HEALTHY) ?? HEALTHY);
  return turned.sort((a, b) => a - b);
}

/** How many points the computed power is off at what it says are 50, 80 and 90 %. */
function computedIsOff(effect: Effect): number[] {
  const fired = firedAt(77, effect, RUNS);
  return [0.5, 0.8, 0.9].map((power) => {
    // A look comes only after every 200 units, so what is simulated stands at the last of them.
    const units = Math.round((unitsNeeded(effect, power) ?? 0) / 200) * 200;
    return 100 * Math.abs(powerBy(fired, units) - powerAt(effect, units));
  });
}

function tell({ rate, factor, direction }: Effect): string {
  const worse = direction === 'up' ? rate * factor : rate / factor;
  return `${Number((100 * rate).toFixed(2))} % → ${Number((100 * worse).toFixed(2))} %`;
}
