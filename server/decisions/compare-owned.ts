import type { Flag, Serve } from '@turnout/core';
import { canonicalJson } from '../changes/canonical.ts';
import { followTarget } from '../flags/run-after.ts';
import type { PauseCause, RunWrites } from './rollout.ts';

/** What of a flag a run may own. */
export type OwnedFlag = Pick<Flag, 'rules' | 'fallthrough' | 'run'>;

/**
 * Whether everything that a run owns of a flag is as it last wrote it: the target's Serve, the audience's rule, and the
 * measured run. Rules that others put, and the condition of the target, are theirs.
 */
export function compareOwned(wrote: RunWrites, flag: OwnedFlag): 'same' | 'edited' {
  const { target, serve, audienceRule, run } = wrote;
  const audience = audienceRule === null ? null : flag.rules.find(({ id }) => id === audienceRule.id);
  const pairs: [unknown, unknown][] = [
    [serve, serveOf(flag, target) ?? null],
    [audienceRule, audience ?? null],
    [run, flag.run ?? null],
  ];
  return pairs.every(([ours, theirs]) => canonicalJson(ours) === canonicalJson(theirs)) ? 'same' : 'edited';
}

/**
 * What an edit by somebody else does to a live run. `wrote` is what it owns from then on, where the rule of its audience
 * followed the condition of its target.
 */
export type Touch =
  | { outcome: 'goes-on'; wrote?: RunWrites }
  | { outcome: 'pauses'; cause: PauseCause; because: string; wrote?: RunWrites }
  | { outcome: 'ends'; because: string }
  | { outcome: 'refused'; because: string };

/**
 * What becomes of a live run when somebody else changes its flag from `before` to `after` (undefined where it is archived
 * or deleted). Refused is what would make its numbers mean something else; any other edit of what it owns ends it and
 * stands; what is towards safe for the whole flag pauses it.
 */
export function judgeEdit(
  { wrote, from, to }: { wrote: RunWrites; from: string; to: string },
  before: { flag: Flag; shedLevel: number },
  after: { flag: Flag | undefined; shedLevel: number },
): Touch {
  const { flag } = after;
  const refused = whyRefused({ wrote, from, to }, before.flag, flag);
  if (refused !== undefined || flag === undefined) return { outcome: 'refused', because: refused ?? 'It is gone.' };
  const followed = followedBy(wrote, before.flag, flag);
  if (compareOwned(followed ?? wrote, flag) === 'edited') {
    return {
      outcome: 'ends',
      because: `What the rollout owns was edited, and the edit stands.${sayLeft(wrote, flag)}`,
    };
  }
  const off = whyNotOn(flag, after.shedLevel);
  const owns = followed === undefined ? {} : { wrote: followed };
  if (off === undefined || whyNotOn(before.flag, before.shedLevel)?.cause === off.cause) {
    return { outcome: 'goes-on', ...owns };
  }
  return { outcome: 'pauses', ...off, ...owns };
}

/** What the run owns where somebody edited the condition of its target; undefined where nobody did. */
function followedBy(wrote: RunWrites, before: OwnedFlag, after: OwnedFlag): RunWrites | undefined {
  const { audienceRule, target } = wrote;
  if (audienceRule === null) return undefined;
  const [was, is] = [before, after].map(({ rules }) => rules.find(({ id }) => id === target)?.if);
  const follows = followTarget(audienceRule, was, is);
  return follows === audienceRule ? undefined : { ...wrote, audienceRule: follows };
}

/** Whoever set 0 % by hand must not find out later that the audience goes on. */
function sayLeft({ audienceRule, run }: RunWrites, { rules }: OwnedFlag): string {
  if (audienceRule === null || run === null) return '';
  const left = rules.find(({ id }) => id === audienceRule.id);
  if (left === undefined) return ` The rule ${audienceRule.id} went with it.`;
  const gives = 'variant' in left.serve && left.serve.variant === run.to;
  return gives ? ` The rule ${audienceRule.id} stays, and gives ${run.to} to its audience.` : '';
}

function whyRefused(
  { wrote, from, to }: { wrote: RunWrites; from: string; to: string },
  before: Flag,
  after: Flag | undefined,
): string | undefined {
  if (after === undefined) return 'The flag cannot go while a rollout of it lives.';
  for (const variant of [from, to]) {
    if (!Object.hasOwn(after.variants, variant)) return `The variant ${variant} cannot go while it is rolled out.`;
    const [was, is] = [before.variants[variant] ?? null, after.variants[variant] ?? null];
    if (canonicalJson(was) !== canonicalJson(is))
      return `The value of ${variant} cannot change while it is rolled out.`;
  }
  const [was, is] = [serveOf(before, wrote.target), serveOf(after, wrote.target)];
  if (is === undefined) return `The rule ${wrote.target} cannot go while it is rolled out.`;
  if (was !== undefined && 'split' in was && 'split' in is && was.split.by !== is.split.by) {
    return `Units stay ${was.split.by} while it is rolled out: others would be others.`;
  }
  return undefined;
}

function whyNotOn(flag: Flag, shedLevel: number): { cause: PauseCause; because: string } | undefined {
  if (flag.killed) return { cause: 'flag-killed', because: 'The flag was killed.' };
  if (flag.state === 'off') return { cause: 'flag-off', because: 'The flag was turned off.' };
  const shed = flag.shedAt !== undefined && shedLevel >= flag.shedAt;
  return shed ? { cause: 'shed', because: 'The flag was shed.' } : undefined;
}

function serveOf(flag: OwnedFlag, target: string): Serve | undefined {
  return target === 'fallthrough' ? flag.fallthrough : flag.rules.find(({ id }) => id === target)?.serve;
}
