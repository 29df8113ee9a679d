import type { RolloutAnswer, RolloutItem, RunAnswer, StageAnswer } from '@turnout/server/contracts';

export type StepState = RolloutAnswer['path'][number]['state'];

/** How a state is called, and which colour it has: amber where somebody is waited for, never red. */
export const STATE_WORDS: Record<StepState, { name: string; tone: '' | 'on' | 'warn' }> = {
  waiting: { name: 'waiting', tone: '' },
  running: { name: 'under way', tone: 'on' },
  paused: { name: 'paused', tone: 'warn' },
  finished: { name: 'finished', tone: 'on' },
  rolledBack: { name: 'rolled back', tone: '' },
  killed: { name: 'killed by a guard', tone: 'warn' },
  ended: { name: 'ended', tone: '' },
  ahead: { name: 'ahead', tone: '' },
  left: { name: 'not reached', tone: '' },
};

export const isLive = (state: StepState): boolean => state === 'waiting' || state === 'running' || state === 'paused';

/** Went back to what was there before: only what all apps have in force is back. */
export const wentBack = (state: StepState): boolean => state === 'rolledBack' || state === 'killed';

type Page = NonNullable<RolloutItem['page']>;

/** Why somebody must look at it now, in a few words. */
export const PAGE_WORDS: Record<Page, string> = {
  deadline: 'its deadline went by, and nobody answered',
  approval: 'nobody approved of it in time',
  stopped: 'it stopped, and nobody chose that',
  'long-pause': 'it has stood still for days',
};

/** Why a rollout needs somebody; undefined where it goes its way. The most urgent reason is told. */
export function whatItNeeds({ state, reach, page }: Pick<RolloutItem, 'state' | 'reach' | 'page'>): string | undefined {
  if (wentBack(state) && reach === 'late') return 'Rollback not effective: not every app has it';
  if (!isLive(state)) return undefined;
  if (page !== null) return `Needs somebody: ${PAGE_WORDS[page]}`;
  if (reach === 'late') return 'Not in force everywhere: not every app has this stage';
  return state === 'paused' ? 'Paused: it waits for Resume or Roll back' : undefined;
}

/** Those that need somebody first, those that went back and did not arrive before all others; then the newest. */
export function byUrgency(a: RolloutItem, b: RolloutItem): number {
  return urgencyOf(a) - urgencyOf(b) || (a.startedAt < b.startedAt ? 1 : -1);
}

function urgencyOf(item: RolloutItem): number {
  if (whatItNeeds(item) === undefined) return 4;
  if (!isLive(item.state)) return 0;
  if (item.page !== null) return 1;
  return item.reach === 'late' ? 2 : 3;
}

/** `20 %`, `0.125 %`. */
export function tellExposure(percent: number): string {
  return `${Number(percent.toFixed(3))} %`;
}

type Whom = Pick<StageAnswer, 'audience' | 'exposure'>;

/** Who gets it in a stage: `staff`, `20 %`, `staff and 5 %`. */
export function tellWhom({ audience, exposure }: Whom): string {
  const parts = [audience, exposure === null ? null : tellExposure(exposure)];
  return parts.filter((part) => part !== null).join(' and ');
}

/** `canary · 5 %`; without a name, or with one that says no more, whom it is for. */
export function tellStage(stage: Whom & { name: string | null }): string {
  const whom = tellWhom(stage);
  return stage.name === null || stage.name === whom ? whom : `${stage.name} · ${whom}`;
}

/** `stage 2 of 4`; before the first one: that it waits for it. */
export function tellPlace(stage: number, stages: number): string {
  return stage < 0 ? `before stage 1 of ${stages}` : `stage ${stage + 1} of ${stages}`;
}

const UNITS: [word: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** `1 d 4 h`, `25 min`, `40 s`: the two largest units, the second only where it says something. */
export function tellSpan(ms: number): string {
  const left = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const at = UNITS.findIndex(([, size]) => left >= size);
  if (at < 0) return '0 s';
  const [word, size] = UNITS[at] ?? ['s', 1_000];
  const whole = Math.floor(left / size);
  const [next, nextSize] = UNITS[at + 1] ?? ['', 0];
  const rest = nextSize === 0 ? 0 : Math.floor((left % size) / nextSize);
  return rest === 0 ? `${whole} ${word}` : `${whole} ${word} ${rest} ${next}`;
}

/** How far a bake is, from 0 to 1, and what is left of it; undefined where none runs. */
export function bakeOf(
  { bakeEndsAt }: Pick<RunAnswer, 'bakeEndsAt'>,
  bakeMs: number,
  now: number,
): { share: number; leftMs: number } | undefined {
  if (bakeEndsAt === null || bakeMs === 0) return undefined;
  const leftMs = Math.max(0, Date.parse(bakeEndsAt) - now);
  return { share: Math.min(1, Math.max(0, 1 - leftMs / bakeMs)), leftMs };
}

export type Verb = RolloutAnswer['may'][number];
type Action = NonNullable<RunAnswer['decision']>['action'];

const ACTION_TONES: Record<Action, '' | 'on' | 'warn'> = {
  ...{
    advance: 'on',
    hold: '',
    rollBack: 'warn',
    kill: 'warn',
    pause: 'warn',
    finish: 'on',
    needApproval: 'warn',
    end: '',
  },
};

/**
 * What was decided, with the word in front that says it at a glance: `Holds: 9 of 100 units` is `Holds` and the rest. A
 * sentence that begins with no such word stands as it is.
 */
export function splitSaid(action: Action, reason: string): { word: string; tone: '' | 'on' | 'warn'; rest: string } {
  const tone = ACTION_TONES[action];
  const [, word, rest = ''] =
    /^(Holds|Pauses|Rolls back|Kills the flag|Waits|Ends): (.+)$/s.exec(reason) ??
    /^(Advances|Finishes) (.+)$/s.exec(reason) ??
    [];
  if (word === undefined) return { word: '', tone, rest: reason };
  return { word, tone, rest };
}

type Verdict = NonNullable<RunAnswer['decision']>['guards'][number]['verdict'];

/** What a guard was found to be. */
export const VERDICT_WORDS: Record<Verdict, { name: string; tone: '' | 'on' | 'warn' }> = {
  pass: { name: 'passes', tone: 'on' },
  fail: { name: 'failed', tone: 'warn' },
  inconclusive: { name: 'too early to tell', tone: '' },
  'no-data': { name: 'no data', tone: 'warn' },
  error: { name: 'cannot be read', tone: 'warn' },
  'not-applicable': { name: 'not here', tone: '' },
};

type GuardTerms = RolloutAnswer['guards'][number];

const ON_FAIL: Record<GuardTerms['onFail'], { does: string; would: string }> = {
  rollBack: { does: 'rolls back', would: 'roll back' },
  kill: { does: 'kills', would: 'kill' },
  pause: { does: 'pauses', would: 'pause' },
  hold: { does: 'holds', would: 'hold' },
};

/** What happens where a guard fails; nothing, for a shadow. */
export function tellOnFail({ mode, onFail }: Pick<GuardTerms, 'mode' | 'onFail'>): string {
  const { does, would } = ON_FAIL[onFail];
  return mode === 'shadow' ? `only watched: enforced it would ${would}` : `${does} if it fails`;
}

type Statistic = NonNullable<NonNullable<RunAnswer['decision']>['guards'][number]['statistic']>;

/** `evidence of harm 1.2, fails at 6.4`: how near it is to where it fails, in few digits. */
export function tellStatistic(kind: GuardTerms['kind'], { name, value, bound }: Statistic): string {
  const what = name !== 'logE' ? name : kind === 'sample-ratio' ? 'evidence that they differ' : 'evidence of harm';
  return `${what} ${shortNumber(value)}, fails at ${shortNumber(bound)}`;
}

/** What is left of nothing by counting in binary is nothing. */
const LEAST = 1e-12;
const shortNumber = (number: number) =>
  Math.abs(number) < LEAST ? '0' : String(Number(number.toPrecision(3))).replace('-', '−');

/** What a live rollout means for whoever edits its flag: what is refused, what ends it, what pauses it. */
export function tellOwned({
  target,
  from,
  to,
  audience,
}: Pick<RolloutItem, 'target' | 'from' | 'to' | 'audience'>): string[] {
  const serve = target === 'fallthrough' ? 'what everybody else gets' : `what the rule ${target} serves`;
  const rule = target === 'fallthrough' ? '' : `, taking away the rule ${target}`;
  return [
    `Refused: other values of ${from} and ${to}, other units in its split${rule}, and archiving the flag. Wait for its end, or roll it back first.`,
    `Ends it, and your edit stands: anything else in ${serve}${audience === null ? '' : `, or in the rule for ${audience} that it put in front`}.`,
    'Pauses it: turning off and killing, which are possible at any time. It stays paused until somebody resumes it or rolls it back.',
    'Everything else of the flag is edited as ever.',
  ];
}
