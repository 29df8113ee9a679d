import { type FlagPlace, type Flipped, flip, undoChange, type Verb } from '../client/flip.ts';
import type { May, MyEnvironment } from '../client/me.ts';
import { asRefusal, type ProblemAnswer, passableFreezes } from '../client/problem.ts';
import { tell } from '../shell/notices.ts';
import { ask } from './ask-dialog.ts';

/** For how long the server lets the same person take back a step towards safe (a minute), less the way there. */
const GRACE_MS = 55_000;

const PAST: Record<Verb, string> = { on: 'is on', off: 'is off', kill: 'is killed', restore: 'is restored' };

/** The right that a verb asks for: turning on lets more users get something, all others do not. */
export function mayFlip(environment: MyEnvironment, verb: Verb): May {
  const right = { on: 'grow', off: 'safe', kill: 'kill', restore: 'restore' } as const;
  const may = environment.may[right[verb]];
  // What one may ask for is not closed: pressing it asks.
  return may.asks ? { yes: true, asks: true } : may;
}

/**
 * Does what a person asked of a flag, from the question (where there is one) to the notice with its undo. A kill asks
 * nothing, and a restore always does. Answers what became of it; undefined where nothing was done.
 */
export async function flipFlow(
  { project, flag }: Pick<FlagPlace, 'project' | 'flag'>,
  environment: MyEnvironment,
  verb: Verb,
): Promise<Flipped | undefined> {
  const may = mayFlip(environment, verb);
  if (!may.yes) {
    tell(may.why ?? 'You may not do that here.', { tone: 'warn' });
    return undefined;
  }
  const place = { project, flag, environment: environment.key };
  if (may.asks) {
    await askFirst(place, environment, verb);
    return undefined;
  }
  const answer = await askFor(place, environment, verb);
  if (answer === undefined) return undefined;
  return carryOut(place, environment, verb, answer.reason);
}

async function carryOut(
  place: FlagPlace,
  environment: MyEnvironment,
  verb: Verb,
  reason: string | undefined,
  inSpiteOf?: readonly string[],
): Promise<Flipped | undefined> {
  try {
    const flipped = await flip(place, verb, reason, inSpiteOf);
    tellFlipped(place, environment, verb, flipped);
    return flipped;
  } catch (error) {
    const { problem } = asRefusal(error);
    const freezes = inSpiteOf === undefined ? passableFreezes(problem) : [];
    if (freezes.length > 0) return goOn(place, environment, verb, problem, freezes);
    tell(`${problem.title}: ${problem.detail}`, { tone: 'warn' });
    return undefined;
  }
}

/** Where a freeze names a role that one has, one may go on in spite of it, and says why: it is in the log. */
async function goOn(
  place: FlagPlace,
  environment: MyEnvironment,
  verb: Verb,
  { title }: ProblemAnswer,
  freezes: readonly { id: string; name: string }[],
): Promise<Flipped | undefined> {
  const names = freezes.map(({ name }) => `“${name}”`).join(' and ');
  const answer = await ask({
    title: `${title}: ${names} in ${environment.name}`,
    body: 'You may go on in spite of it. Everybody sees in the log that you did, and why.',
    confirm: 'Go on in spite of the freeze',
    reason: 'required',
  });
  if (answer === undefined) return undefined;
  return carryOut(
    place,
    environment,
    verb,
    answer.reason,
    freezes.map(({ id }) => id),
  );
}

/** Turning on, or restoring, where somebody else has to approve it. */
async function askFirst({ project, flag }: FlagPlace, { key, name }: MyEnvironment, verb: Verb): Promise<void> {
  const { askApproval } = await import('../pages/requests/ask-approval.ts');
  const title = verb === 'restore' ? `Restore ${flag} in ${name}` : `Turn ${flag} on in ${name}`;
  const path = `/environments/${key}/flags/${flag}/${verb}`;
  await askApproval({ project, environment: key, title, items: [{ method: 'POST', path, body: {} }] });
}

async function askFor(place: FlagPlace, environment: MyEnvironment, verb: Verb) {
  if (verb === 'kill') return { reason: undefined };
  if (verb === 'restore') {
    return ask({
      title: `Restore ${place.flag} in ${environment.name}?`,
      body: 'Users get again what the flag says. Is what it was killed for gone?',
      confirm: 'Restore',
      reason: environment.reasonRequired ? 'required' : 'optional',
    });
  }
  if (!environment.reasonRequired) return { reason: undefined };
  const title = `Turn ${place.flag} ${verb} in ${environment.name}?`;
  return ask({ title, confirm: `Turn ${verb}`, reason: 'required' });
}

function tellFlipped(place: FlagPlace, environment: MyEnvironment, verb: Verb, flipped: Flipped): void {
  const what = `${place.flag} ${PAST[verb]} in ${environment.name}`;
  if (flipped.changed === false) tell(`${what}, as before: nothing had to be done.`);
  else
    tell(flipped.after === undefined ? `${what}.` : `${what}: ${flipped.after.serves}.`, undoOf(place, verb, flipped));
}

/** A kill is lifted by a restore and by nothing else; everything else is undone as a change. */
function undoOf(place: FlagPlace, verb: Verb, { change }: Flipped) {
  const reason = 'taken back at once';
  if (verb === 'kill') return { undo: { forMs: GRACE_MS, run: () => flip(place, 'restore', reason) } };
  if (change === undefined || verb === 'restore') return {};
  return { undo: { forMs: GRACE_MS, run: () => undoChange(place.project, change.id, reason) } };
}
