import { sayMoment } from './decide-words.ts';
import type { Evidence, FlagReading } from './decision.ts';
import { holds, LONG_PAUSE_MS, type Outcome, pauses } from './outcome.ts';
import type { PauseCause, Run } from './rollout.ts';

/** Causes that somebody chose: they know of it. After the others somebody must be told, again each day. */
const CHOSEN: readonly PauseCause[] = ['person', 'flag-off', 'flag-killed', 'shed'];

/**
 * Somebody stopped it outside of it. An edit of what it owns ends it and stands; a flag that is not on pauses it, touches
 * nothing, and is nothing that a rollout ever undoes.
 */
export function decideStopped(run: Run, flag: FlagReading): Outcome | undefined {
  if (!flag.exists || flag.edited) {
    const what = flag.exists ? 'somebody edited what it owns, and their edit stands' : 'the flag is not there any more';
    return { action: 'end', reason: `Ends: ${what}.`, because: [`The flag: ${what}.`], until: [] };
  }
  const off = whyOff(flag);
  if (off === undefined) return undefined;
  const because = [`The flag is ${off.word}: nobody gets what is rolled out.`];
  return run.state === 'paused' ? decideStanding(run, because) : pauses(off.cause, because);
}

function whyOff({ killed, state, shed }: FlagReading): { cause: PauseCause; word: string } | undefined {
  if (killed) return { cause: 'flag-killed', word: 'killed' };
  if (state === 'off') return { cause: 'flag-off', word: 'off' };
  return shed ? { cause: 'shed', word: 'shed' } : undefined;
}

/** Whoever let it grow here was not asked as in a protected environment: somebody who may grow in one says so anew. */
export function decideProtection({ environment }: Run, { isProtectedSince }: Evidence): Outcome | undefined {
  if (isProtectedSince !== true) return undefined;
  return pauses('protection', [`${environment} was protected since: whoever may grow there resumes it.`]);
}

/** A paused run stands until Resume or Roll back, and says so each day once it was long, or where nobody chose it. */
export function decideStanding(run: Run, seen: string[]): Outcome {
  const { pausedBy } = run;
  const since = pausedBy === null ? '' : ` since ${sayMoment(pausedBy.at.toISOString())}`;
  const why = pausedBy === null ? '' : ` ${pausedBy.reason}`;
  const because = [`Paused${since}.${why}`, ...seen];
  const reason = `Holds: paused${since}, until Resume or Roll back.${why}`;
  const isChosen = pausedBy === null || CHOSEN.includes(pausedBy.cause);
  const long = pausedBy === null ? null : new Date(pausedBy.at.getTime() + LONG_PAUSE_MS);
  return holds(because, {
    ...{ reason, until: [isChosen ? long : null] },
    page: isChosen ? 'long-pause' : 'stopped',
    ...(isChosen ? { pageFrom: long } : {}),
  });
}

/**
 * It stands already, and a guard would have it rolled back or killed, which it cannot do by itself: whoever paused it does
 * not know of that, so somebody is told at once, also where they were told within the day why it stands.
 */
export function tellOfLess(standing: Outcome, failed: Outcome | undefined): Outcome {
  if (failed?.isLess !== true) return standing;
  const { pageFrom: _from, ...told } = standing;
  return {
    ...told,
    reason: `${standing.reason} ${failed.because.join(' ')}`,
    page: 'stopped',
    isNews: failed.isNews === true,
  };
}

/**
 * A freeze that somebody must end is forgotten as a pause is: deadlines stand still in it, so nothing else would ever tell
 * of what it holds. One whose end is known ends by itself.
 */
export function tellOfFreeze(outcome: Outcome, { standsSince }: Run, { freeze }: Evidence): Outcome {
  if (outcome.page !== undefined || freeze === null || freeze.until !== null || standsSince === null) return outcome;
  const long = new Date(standsSince.getTime() + LONG_PAUSE_MS);
  return { ...outcome, page: 'long-pause', pageFrom: long, until: [...outcome.until, long] };
}
