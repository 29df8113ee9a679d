import { type Flag, type Serve, weightsOf } from '@turnout/core';

export const LIFECYCLE_STATES = ['new', 'live', 'fully on', 'stale'] as const;
/** Where a flag is in its life, in one environment. */
type LifecycleState = (typeof LIFECYCLE_STATES)[number];

/** The state, and the sentence that says why. */
export interface Lifecycle {
  state: LifecycleState;
  why: string;
}

/** What is known of a flag in an environment. */
export interface LifecycleFacts {
  flag: Flag;
  kind: 'release' | 'experiment' | 'ops' | 'permission';
  shedLevel: number;
  createdAt: Date;
  /** When what it gives here was changed last. */
  changedAt: Date;
  /** When somebody asked for it last; undefined where nobody has. */
  askedAt: Date | undefined;
  /** When it was last given together with all others. */
  givenAt: Date | undefined;
  /** Since when evaluations are reported here at all; undefined where none was. */
  reportedSince: Date | undefined;
}

/** In days; docs/operations.md has them too. */
export const LIFECYCLE_DAYS = {
  /** Without an evaluation it is new for so long, and stale afterwards. */
  UNSEEN: 30,
  /** Everybody has got the same for so long: fully on. */
  FULLY_ON: 7,
  /** And for so long: its code can go. */
  SETTLED: 30,
} as const;

const DAY_MS = 86_400_000;
const CODED = 'the coded default';

export function findLifecycle(facts: LifecycleFacts, now: Date): Lifecycle {
  return findUnseen(facts, now) ?? findSettled(facts, now) ?? { state: 'live', why: whyLive(facts, now) };
}

/** A flag that nobody evaluates is new while it is young, and stale afterwards. Where nobody reports, nobody knows. */
function findUnseen({ askedAt, givenAt, createdAt, reportedSince }: LifecycleFacts, now: Date): Lifecycle | undefined {
  const seenAt = latest(askedAt, givenAt);
  if (seenAt !== undefined) {
    const days = daysSince(seenAt, now);
    return days < LIFECYCLE_DAYS.UNSEEN ? undefined : { state: 'stale', why: `Not evaluated for ${say(days)}.` };
  }
  if (reportedSince === undefined) {
    return { state: 'new', why: 'Not evaluated yet: nothing reports evaluations of this environment.' };
  }
  // It could not be seen before anything was.
  const days = daysSince(latest(createdAt, reportedSince) ?? createdAt, now);
  if (days < LIFECYCLE_DAYS.UNSEEN) return { state: 'new', why: 'Not evaluated yet.' };
  return { state: 'stale', why: `Never evaluated in ${say(days)}.` };
}

function findSettled({ flag, kind, shedLevel, changedAt }: LifecycleFacts, now: Date): Lifecycle | undefined {
  if (isDisabled(flag, shedLevel)) return undefined;
  const [only, ...more] = possibleAnswers(flag);
  const days = daysSince(changedAt, now);
  if (only === undefined || more.length > 0 || days < LIFECYCLE_DAYS.FULLY_ON) return undefined;
  const why = `Everybody has got ${only} for ${say(days)}`;
  if (days < LIFECYCLE_DAYS.SETTLED) return { state: 'fully on', why: `${why}.` };
  // A switch for emergencies or for who paid is meant to stay as it is.
  if (kind === 'ops' || kind === 'permission') {
    return { state: 'fully on', why: `${why}, as ${kind} flags may.` };
  }
  return { state: 'stale', why: `${why}: its code can go.` };
}

function whyLive({ flag, shedLevel, askedAt, changedAt }: LifecycleFacts, now: Date): string {
  const asked = askedAt === undefined ? ' It is only given together with all others.' : '';
  if (isDisabled(flag, shedLevel)) {
    const off = flag.offVariant ?? CODED;
    return `${flag.killed ? 'Killed' : flag.state === 'off' ? 'Off' : 'Shed'}: everybody gets ${off}.${asked}`;
  }
  const answers = possibleAnswers(flag);
  if (answers.length > 1) return `Users may get ${list(answers)}.${asked}`;
  return `Everybody gets ${answers[0] ?? CODED}, for ${say(daysSince(changedAt, now))}.${asked}`;
}

function isDisabled({ killed, state, shedAt }: Flag, shedLevel: number): boolean {
  return killed === true || state === 'off' || (shedAt !== undefined && shedLevel >= shedAt);
}

/** The variants that a flag which is on may give to somebody, in the order in which they are met. */
export function possibleAnswers(flag: Flag): string[] {
  const answers = new Set<string>();
  if (flag.prerequisites.length > 0) answers.add(flag.offVariant ?? CODED);
  for (const { serve } of flag.rules) for (const answer of answersOf(serve)) answers.add(answer);
  for (const answer of answersOf(flag.fallthrough)) answers.add(answer);
  return [...answers];
}

function answersOf(serve: Serve): string[] {
  if ('variant' in serve) return [serve.variant];
  if ('coded' in serve) return [CODED];
  const weights = Object.entries(weightsOf(serve.split.slices));
  return weights.filter(([, weight]) => weight > 0).map(([variant]) => variant);
}

function latest(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function daysSince(at: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - at.getTime()) / DAY_MS));
}

function say(days: number): string {
  return days === 0 ? 'less than a day' : days === 1 ? 'a day' : `${days} days`;
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
