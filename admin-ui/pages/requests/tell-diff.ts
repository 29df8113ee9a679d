import type { Flag, Segment, Serve } from '@turnout/core';
import type { WholeRequest } from '@turnout/server/contracts';
import { sameValue } from '../../parts/same-value.ts';
import type { Draft, DraftServe } from '../flag/draft.ts';
import { type ToldChange, tellChanges } from '../flag/tell-draft.ts';
import { nameSome, tellSegmentChanges } from '../segments/tell-segment.ts';

type EnvironmentDiff = WholeRequest['diff'][string];
type StartedRollout = NonNullable<EnvironmentDiff['rollouts']>[number];
type SegmentDiff = EnvironmentDiff['segments'][number];
type ListMoves = { added: string[]; removed: string[] };

/** One flag or segment of a request: what is served of it before and after, in words and as it is; or a rollout of a flag. */
export interface ToldDiff {
  kind: 'flag' | 'segment' | 'rollout';
  /** Of a rollout: that of its flag. */
  key: string;
  changes: ToldChange[];
  before: unknown;
  after: unknown;
}

/** What a request comes to in one environment, one flag, one segment and one rollout after the other. */
export function tellDiff({ flags, segments, rollouts = [] }: EnvironmentDiff): ToldDiff[] {
  return [
    ...flags.map(({ key, before, after }): ToldDiff => {
      const changes = tellFlagDiff(before as Flag | null, after as Flag | null);
      return { kind: 'flag', key, changes, before, after };
    }),
    ...segments.map(tellSegmentDiff),
    ...rollouts.map(tellStarted),
  ];
}

/** What is served does not say yet how far it goes, so it stands here. */
function tellStarted(rollout: StartedRollout): ToldDiff {
  const { flag, target, from, to, policy, path, commit } = rollout;
  const where = target === 'fallthrough' ? 'everybody else' : `the rule ${target}`;
  const changes = [
    whole('Starts', undefined, `${from} → ${to} for ${where}`),
    whole('Policy', undefined, `${policy.key} v${policy.version}`),
    whole('Goes through', undefined, path.join(', then ')),
    ...(commit === null ? [] : [whole('Checked by', undefined, commit)]),
  ];
  return { kind: 'rollout', key: flag, changes, before: null, after: rollout };
}

const whole = (title: string, was: string | undefined, is: string | undefined): ToldChange => {
  return { place: title, title, was, is };
};

/** As one environment serves it; null where it is not served at all: not made yet, or archived. */
export function tellFlagDiff(before: Flag | null, after: Flag | null): ToldChange[] {
  if (before === null && after === null) return [];
  if (after === null) return [whole('The flag', 'served', 'not served any more: apps get the default in their code')];
  if (before === null) {
    return [whole('The flag', undefined, `new, ${after.state}, serves ${tellServed(after.fallthrough)}`)];
  }
  const changes = [
    ...(before.state === after.state ? [] : [whole('State', before.state, after.state)]),
    ...(before.killed === after.killed ? [] : [whole('Kill', tellKilled(before), tellKilled(after))]),
    ...tellChanges(asDraft(before), asDraft(after)),
    ...tellDrawnAnew(before, after),
    ...tellRest(before, after),
  ];
  return changes.length > 0 ? changes : [whole('Something', 'as in the JSON below', 'as in the JSON below')];
}

const tellKilled = ({ killed }: Flag) => (killed ? 'killed' : 'not killed');
const tellServed = (serve: Serve) =>
  'variant' in serve ? serve.variant : 'split' in serve ? 'a split' : 'the default in the code';

function asDraft(flag: Flag): Draft {
  const { offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = flag;
  return {
    ...{ offVariant, prerequisites, fallthrough: asServe(fallthrough), shedAt: shedAt ?? null },
    ...{ maxStalenessMs: maxStalenessMs ?? null, whenStale: whenStale ?? null },
    rules: rules.map(({ id, if: condition, serve }) => ({ id, if: condition, serve: asServe(serve) })),
  };
}

/** The shares of a split; which buckets they are says nothing to people. */
function asServe(serve: Serve): DraftServe {
  if (!('split' in serve)) return serve;
  const { by, of, slices } = serve.split;
  const weights: Record<string, number> = {};
  for (const [start, end, variant] of slices) weights[variant] = (weights[variant] ?? 0) + (end - start);
  return { split: { by, of, weights } };
}

/** Another salt gives nobody another share, and yet everybody another variant. */
function tellDrawnAnew(before: Flag, after: Flag): ToldChange[] {
  const saltOf = (serve: Serve | undefined) => (serve && 'split' in serve ? serve.split.salt : undefined);
  const isAnew = (was: Serve | undefined, is: Serve) => {
    const [old, next] = [saltOf(was), saltOf(is)];
    return old !== undefined && next !== undefined && old !== next;
  };
  const places = [
    ...after.rules.flatMap(({ id, serve }, at) => {
      return isAnew(before.rules.find((rule) => rule.id === id)?.serve, serve) ? [`rule ${at + 1}`] : [];
    }),
    ...(isAnew(before.fallthrough, after.fallthrough) ? ['everybody else'] : []),
  ];
  return places.map((place) => whole('Draw', 'as now', `everybody of ${place} is drawn anew`));
}

const REST = {
  variants: 'Variants',
  type: 'Type',
  clientVisible: 'Seen by browsers',
  metadata: 'Metadata',
  run: 'Measured run',
} as const;

function tellRest(before: Flag, after: Flag): ToldChange[] {
  return (Object.keys(REST) as (keyof typeof REST)[]).flatMap((field) => {
    if (sameValue(before[field], after[field])) return [];
    const tell = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value));
    return [whole(REST[field], tell(before[field]), tell(after[field]))];
  });
}

function tellSegmentDiff(diff: SegmentDiff): ToldDiff {
  const { key } = diff;
  if (diff.members !== undefined) {
    const moves = diff.members as Partial<Record<'included' | 'excluded', ListMoves>>;
    return { kind: 'segment', key, changes: tellMoves(moves), before: null, after: moves };
  }
  const [before, after] = [(diff.before ?? null) as Segment | null, (diff.after ?? null) as Segment | null];
  return { kind: 'segment', key, changes: tellSegment(before, after), before, after };
}

function tellSegment(before: Segment | null, after: Segment | null): ToldChange[] {
  const draft = ({ by, included, excluded, if: rule }: Segment) => {
    return { name: '', description: '', by, included, excluded, if: rule ?? null };
  };
  if (after === null) return [whole('The segment', 'there', 'taken out')];
  const empty = { name: '', description: '', by: after.by, included: [], excluded: [], if: null };
  const first = before === null ? [whole('The segment', undefined, `new, looks up ${after.by}`)] : [];
  return [...first, ...tellSegmentChanges(before === null ? empty : draft(before), draft(after))];
}

function tellMoves(moves: Partial<Record<'included' | 'excluded', ListMoves>>): ToldChange[] {
  const titles = { included: 'Always in', excluded: 'Never in' } as const;
  return (['included', 'excluded'] as const).flatMap((list) => {
    const { added = [], removed = [] } = moves[list] ?? {};
    const told = [
      ...(added.length > 0 ? [`${added.length} new: ${nameSome(added)}`] : []),
      ...(removed.length > 0 ? [`${removed.length} taken out: ${nameSome(removed)}`] : []),
    ];
    return told.length === 0 ? [] : [whole(titles[list], 'as now', told.join('; '))];
  });
}
