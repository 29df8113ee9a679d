import { sayMoment } from './decide-words.ts';
import type { FlagReading } from './decision.ts';
import { holds, type Outcome, pauses } from './outcome.ts';
import type { PauseCause, Run } from './rollout.ts';

const LONG_PAUSE_MS = 7 * 86_400_000;

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
