import { type Effect, timeToSee } from './power.ts';
import { toleratedShare } from './rate-evidence.ts';

/** What comes of a stage: new units of each arm in a minute, and how long it bakes. */
export interface Coming {
  unitsPerMinute: number;
  bakeMs: number;
}

/** What is told of where a policy names nothing itself: what any guard should see, and what few do. */
const USUAL_FACTORS = [3, 1.25];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * What a guard will see of a stage, before anybody starts: "At the traffic of the last day a tripling of errors shows in
 * about 12 minutes; +25 % will not show in this bake." `event` is what happens, in words or by its name.
 */
export function tellSight(
  effect: Omit<Effect, 'factor'>,
  event: string,
  coming: Coming,
  factors: readonly number[] = USUAL_FACTORS,
): string {
  const parts = factors.map((written, at) => {
    // A fall to a third may be written 3 or a third.
    const factor = effect.direction === 'down' ? Math.max(written, 1 / written) : written;
    const what = `${nameChange(factor, effect.direction)}${at === 0 ? ` of ${event}` : ''}`;
    return `${what} ${tellWhen({ ...effect, factor }, coming)}`;
  });
  return `At the traffic of the last day ${parts.join('; ')}.`;
}

function tellWhen(effect: Effect, { unitsPerMinute, bakeMs }: Coming): string {
  const { factor, direction, margin } = effect;
  const share = factor / (1 + factor);
  if (share <= toleratedShare({ direction, margin })) return 'is tolerated';
  const ms = timeToSee(effect, unitsPerMinute);
  return ms === undefined || ms > bakeMs ? 'will not show in this bake' : `shows in about ${tellSpan(ms)}`;
}

function nameChange(factor: number, direction: Effect['direction']): string {
  if (direction === 'up') {
    if (factor === 2) return 'a doubling';
    return factor === 3 ? 'a tripling' : `+${Number(((factor - 1) * 100).toFixed(1))} %`;
  }
  if (factor === 2) return 'a fall to half';
  return factor === 3 ? 'a fall to a third' : `−${Number(((1 - 1 / factor) * 100).toFixed(1))} %`;
}

function tellSpan(ms: number): string {
  const [count, word] =
    ms < 2 * HOUR_MS
      ? [ms / MINUTE_MS, 'minute']
      : ms < 48 * HOUR_MS
        ? [ms / HOUR_MS, 'hour']
        : [ms / (24 * HOUR_MS), 'day'];
  const whole = Math.max(1, Math.round(count));
  return `${whole} ${word}${whole === 1 ? '' : 's'}`;
}
