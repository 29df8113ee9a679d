import type { EvaluationSummaryAnswer, FlagAnswer } from '@turnout/server/contracts';
import { matchFlags } from '../../client/match-flags.ts';
import { CHOICES, type View } from './view.ts';

/** What is known of flags beside the flags themselves, in the environment that is looked at. */
export interface Seen {
  environment: string;
  evaluations: ReadonlyMap<string, EvaluationSummaryAnswer>;
}

type Summary = FlagAnswer['environments'][string];
type Value = string | number;

/** The flags that a view shows, in its order. */
export function arrangeFlags(flags: readonly FlagAnswer[], view: View, seen: Seen): FlagAnswer[] {
  const found = matchFlags(
    flags.filter((flag) => passes(flag, view, seen)),
    view.text,
  );
  const [, down = '', column = ''] = /^(-?)(.*)$/.exec(view.sort) ?? [];
  const read = VALUES[column] ?? environmentValue(column);
  return read === undefined ? found : sortBy(found, (flag) => read(flag, seen), down === '-');
}

function passes(flag: FlagAnswer, { facets }: View, seen: Seen): boolean {
  const { state, life, kind, type, owner, tag, archived } = facets;
  if (flag.archived ? archived.length === 0 : archived[0] === 'only') return false;
  const among = (values: readonly string[], value: string | undefined) =>
    values.length === 0 || (value !== undefined && values.includes(value));
  return (
    among(kind, flag.kind) &&
    among(type, flag.type) &&
    among(owner, flag.owner) &&
    tag.every((name) => flag.tags.includes(name)) &&
    among(state, stateOf(flag.environments[seen.environment])) &&
    among(life, seen.evaluations.get(flag.key)?.lifecycle.state)
  );
}

/** A flag that is killed gives what an off one gives, but only a restore turns it back. */
function stateOf(summary: Summary | undefined): string | undefined {
  return summary?.killed ? 'killed' : summary?.state;
}

const VALUES: Record<string, (flag: FlagAnswer, seen: Seen) => Value> = {
  key: (flag) => flag.key.toLowerCase(),
  kind: (flag) => flag.kind,
  // Whoever sorts by owners looks for owners: flags without one come last.
  owner: (flag) => flag.owner.toLowerCase() || '\uffff',
  tags: (flag) => [...flag.tags].sort().join(' ').toLowerCase() || '\uffff',
  asked: ({ key }, { evaluations }) => sumOf(evaluations.get(key)?.lastDay),
  life: ({ key }, { evaluations }) => {
    const state = evaluations.get(key)?.lifecycle.state;
    return state === undefined ? CHOICES.life.length : CHOICES.life.indexOf(state);
  },
};

/** Columns of environments are called `in.<environment>`. */
function environmentValue(column: string): ((flag: FlagAnswer) => Value) | undefined {
  if (!column.startsWith('in.')) return undefined;
  const environment = column.slice('in.'.length);
  return (flag) => servedRank(flag.environments[environment]);
}

/** Killed before off before on, and among those that are on the smallest rollout first. */
function servedRank(summary: Summary | undefined): number {
  if (summary === undefined) return -2;
  if (summary.killed) return -1;
  return summary.state === 'off' ? 0 : 1 + (summary.rollout ?? 1);
}

export function sumOf(counts: readonly number[] = []): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What is alike stays in its order, in both directions. Each value is asked for once. */
function sortBy(flags: readonly FlagAnswer[], read: (flag: FlagAnswer) => Value, down: boolean): FlagAnswer[] {
  const way = down ? -1 : 1;
  return flags
    .map((flag) => ({ flag, value: read(flag) }))
    .sort((a, b) => (a.value === b.value ? 0 : a.value < b.value ? -way : way))
    .map(({ flag }) => flag);
}
