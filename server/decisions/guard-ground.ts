import type { EntryEvidence, MetricDefinition } from '../metrics/evidence.ts';
import type { Policy, Stage } from '../policies/policy.ts';
import { sayDuration } from './decide-words.ts';
import type { Evidence, GuardVerdict } from './decision.ts';
import type { Run } from './rollout.ts';

/** What a guard is judged on. */
export interface GuardGround {
  policy: Policy;
  run: Run;
  /** Undefined before the first stage. */
  stage: Stage | undefined;
  evidence: Evidence;
  now: Date;
  /** How many guards share the budget, and which measured entry this is: never 0, for nothing is tested at 0. */
  sharers: number;
  measuredEntry: number;
}

/** What was found of a guard, and the next moment at which time alone would change it. */
export type Found = Omit<GuardVerdict, 'id' | 'mode'> & { until?: Date };

/** Who tells of a metric: apps with server keys, or pages. */
type Source = MetricDefinition['source'];

/**
 * When the counts of this entry are too old, and if they are, why. What nobody reported cannot have been missing before
 * the entry began. That too much came is not that nothing did: whoever is woken looks for another cause.
 */
export function findMissing(
  { run, policy, evidence, now }: GuardGround,
  source: Source = 'server',
): { missing: string | undefined; at: Date } {
  const entered = run.enteredAt ?? run.arrivedAt;
  const told = source === 'client' ? evidence.entry?.pages : evidence.entry;
  const since = told?.newestAt ? later(new Date(told.newestAt), entered) : entered;
  const at = new Date(since.getTime() + policy.evidence.maxAgeMs);
  if (at > now) return { missing: undefined, at };
  const age = sayDuration(now.getTime() - since.getTime());
  if (!told?.full) return { missing: `Nothing was reported for ${age}.`, at };
  return { missing: `More came in than may be measured: what came in the last ${age} is left out.`, at };
}

/** The counts of this entry; none are as good as zeros, and `findMissing` says whether that is to be believed. */
export function countsOf(
  { evidence }: GuardGround,
  source: Source = 'server',
): Pick<EntryEvidence, 'exposed' | 'metrics'> {
  const { exposed = NOBODY, metrics = {}, pages } = evidence.entry ?? {};
  return { exposed: source === 'client' ? (pages?.exposed ?? NOBODY) : exposed, metrics };
}

/**
 * How many units came, as far as that is believed: by whichever saw more, for a unit that was in an app and on a page
 * counts once. Pages are believed with signed contexts, and never in a protected environment.
 */
export function believedUnits(
  { isProtected }: Pick<Run, 'isProtected'>,
  entry: EntryEvidence | undefined,
): EntryEvidence['exposed'] {
  const { exposed = NOBODY, pages } = entry ?? {};
  if (isProtected || pages?.source !== 'signed') return exposed;
  return {
    treatment: Math.max(exposed.treatment, pages.exposed.treatment),
    control: Math.max(exposed.control, pages.exposed.control),
    to: Math.max(exposed.to, pages.exposed.to),
  };
}

/**
 * How many units are measured by whichever saw more, for whoever sees to it that they are not too many. Those that anybody
 * can make up are bounded where they come in: by them nobody is to make the sample of real ones smaller.
 */
export function measuredUnits(entry: EntryEvidence | undefined): number {
  if (entry === undefined) return 0;
  const { exposed, pages } = entry;
  const told = pages?.source === 'signed' ? [exposed, pages.exposed] : [exposed];
  return Math.max(...told.map(({ treatment, control, to }) => Math.max(to, treatment) + control));
}

const NOBODY: EntryEvidence['exposed'] = { treatment: 0, control: 0, to: 0 };

export function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
