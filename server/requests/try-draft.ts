import { formatPosition, type JsonValue, type Ruleset } from '@turnout/core';
import { type Asking, orderOf } from '../access/asking.ts';
import { type Combined, combineWorks } from '../changes/combine-works.ts';
import { commitChange } from '../changes/commit-change.ts';
import { direction } from '../changes/direction.ts';
import type { Direction, Door, Ground } from '../changes/door.ts';
import { attempt } from '../changes/rehearse.ts';
import type { Tx } from '../database/connect.ts';
import { environmentDiff, hashDraft } from './draft-diff.ts';
import { ofItem, type PlannedDraft } from './plan-draft.ts';
import type { DraftItem, EnvironmentDiff } from './request.ts';

/** What a draft comes to on the ground on which it was tried. */
export interface Outcome {
  base: Record<string, string>;
  diff: Record<string, EnvironmentDiff>;
  /** Also of environments that it does not alter, and in which it lets users get something later. */
  directions: Record<string, Direction>;
  /** Ids of environments in which it lets users get something by itself, now or later. */
  grows: readonly number[];
  hash: string;
  /** In the form in which the log would keep it. */
  logged: { before: JsonValue; after: JsonValue };
}

/** Tries a draft through the door, and takes everything back. Throws what is wrong with an item, naming it. */
export async function tryDraft(
  door: Door,
  asking: Asking,
  projectId: number,
  draft: PlannedDraft & { reason: string },
): Promise<Outcome> {
  // What the checks would refuse, such as a missing approval, is what the request is for.
  const { parts } = attempt({ door }, true);
  const order = {
    ...orderOf({ principal: asking.principal, reason: draft.reason }),
    ...{ projectId, environmentIds: draft.environmentIds, action: 'request.apply', subject: 'request/draft' },
    ...(draft.protection ? { access: true as const, ...withinOf(draft) } : {}),
  };
  const committed = await commitChange<Outcome>(parts.door, order, async (tx, ground) => {
    const combined = await carryOut(door, draft, [tx, ground]);
    return { ...combined.written, result: outcomeOf(draft.items, ground, combined) };
  });
  if (committed.replayed) throw new Error('nothing that is tried is a repetition');
  return committed.result;
}

/** The environment whose admin may lower what protects it, where that is all that a draft is about. */
export function withinOf({ named }: Pick<PlannedDraft, 'named'>): { within?: number } {
  const [only] = named;
  return named.length === 1 && only !== undefined ? { within: only } : {};
}

/** Does what the items of a draft say, under the locks. */
export function carryOut(door: Door, draft: PlannedDraft, inside: [Tx, Ground]): Promise<Combined> {
  return combineWorks(door.readRuleset, draft.pieces, inside, (error, at) => ofItem(error, draft.items[at], at));
}

/** Where it was written, what it comes to there, and the hash of both. */
export function outcomeOf(items: readonly DraftItem[], ground: Ground, { after, written }: Combined): Outcome {
  const base: Record<string, string> = {};
  const diff: Record<string, EnvironmentDiff> = {};
  const directions: Record<string, Direction> = {};
  for (const [id, environment] of ground.environments) {
    const [was, is] = [ground.before.get(id) as Ruleset, after.get(id) as Ruleset];
    base[environment.key] = formatPosition(environment);
    const starts = (written.starts ?? []).filter((one) => one.environment === environment.key);
    const rollouts = starts.map(({ rollout }) => rollout);
    diff[environment.key] = { ...environmentDiff(was, is), ...(rollouts.length > 0 ? { rollouts } : {}) };
    directions[environment.key] = direction(was, is);
  }
  const grows = written.grows ?? [];
  for (const { key } of grows) directions[key] = 'growing';
  const logged = { before: written.before ?? null, after: written.after ?? null };
  return { base, diff, directions, grows: grows.map(({ id }) => id), hash: hashDraft({ items, base, diff }), logged };
}
