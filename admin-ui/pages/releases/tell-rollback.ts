import type { RollbackAnswer } from '@turnout/server/contracts';

type Flag = RollbackAnswer['flags'][number];
type Effects = Pick<RollbackAnswer, 'flags' | 'segments' | 'same'>;

/** The flags of a rollback by what becomes of them. */
export function byEffect(flags: readonly Flag[]): Record<'changed' | 'waits' | 'kept', Flag[]> {
  const of = (wanted: Flag['effect']) => flags.filter(({ effect }) => effect === wanted);
  return { changed: of('changed'), waits: of('waits'), kept: of('kept') };
}

/** True where it would come to nothing: all is like that already, or has to stay. */
export function isNothing({ flags, segments }: Pick<RollbackAnswer, 'flags' | 'segments'>): boolean {
  return segments.length === 0 && flags.every(({ effect }) => effect === 'kept' || effect === 'same');
}

const flagsOf = (much: number) => (much === 1 ? 'one flag' : `${much} flags`);
const verb = (much: number, one: string, more: string) => (much === 1 ? one : more);
const upper = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** How far it reaches, or reached, in one sentence; nothing is left out, and nothing is said of what there is none of. */
export function tellReach({ flags, segments, same }: Effects, isDone = false): string {
  const { changed, waits, kept } = byEffect(flags);
  const back = (much: number) => (isDone ? 'went' : verb(much, 'goes', 'go'));
  const stays = (much: number) =>
    isDone ? verb(much, 'stayed as it is', 'stayed as they are') : verb(much, 'stays as it is', 'stay as they are');
  const parts = [
    changed.length === 0 ? `no flag ${back(1)} back` : `${flagsOf(changed.length)} ${back(changed.length)} back`,
    ...(segments.length === 0 ? [] : [segments.length === 1 ? 'one segment too' : `${segments.length} segments too`]),
    ...(waits.length === 0
      ? []
      : [`${flagsOf(waits.length)} ${verb(waits.length, 'waits', 'wait')} for approval or for the end of a freeze`]),
    ...(kept.length === 0 ? [] : [`${flagsOf(kept.length)} ${stays(kept.length)}`]),
    ...(same === 0
      ? []
      : [`${flagsOf(same)} ${isDone ? verb(same, 'was', 'were') : verb(same, 'is', 'are')} like that already`]),
  ];
  return `${upper(parts.join(', '))}.`;
}

/** What was done, for whoever pressed: never more than what was. */
export function tellDone(
  place: string,
  to: string,
  { applied, change, request }: Pick<RollbackAnswer, 'applied' | 'change' | 'request'>,
): string {
  if (applied === 'nothing') {
    return request === null ? `Nothing of ${place} went back.` : `Nothing of ${place} went back yet: all of it waits.`;
  }
  if (applied === 'safe-part') {
    return `${place} is partly back at ${to}: what goes towards safe went at once, and what grows waits.`;
  }
  return change === undefined
    ? `${place} is like ${to} already: nothing had to be done.`
    : `${place} is back at ${to}.`;
}

/** What becomes a request where it may not be done at once; anything else is a plain refusal. */
const WAITS = ['approval_required', 'frozen', 'forbidden'];

/** True where something stands in the way that going the longer way helps with. */
export function isAskedFor({ refusal }: Pick<RollbackAnswer, 'refusal'>, neverGated: boolean): boolean {
  return refusal !== null && !neverGated && WAITS.includes(refusal.code);
}

/** What a second look must find as the first did, where somebody else may have changed it in between. */
export function isSameSeen(seen: RollbackAnswer, again: RollbackAnswer): boolean {
  const of = ({ flags, segments }: RollbackAnswer) => JSON.stringify([flags, segments]);
  return of(seen) === of(again);
}
