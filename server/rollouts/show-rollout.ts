import type { Db } from '../database/connect.ts';
import { hasRatioAlarm } from '../decisions/guard-scope.ts';
import { isLive } from '../decisions/rollout.ts';
import { sayGuard } from '../decisions/say-guard.ts';
import type { DecisionAnswer, RolloutAnswer, RolloutItem } from './contract.ts';
import { type DecisionRow, lastWords } from './decision-store.ts';
import { type NameOf, nameSomebody } from './name-somebody.ts';
import { placesOf } from './path-places.ts';
import { stateOfReach } from './reach.ts';
import type { PinnedRollout } from './rollout-store.ts';
import { type KeptRun, runsOf } from './run-store.ts';
import { percentOf, showRun, showStages, stateOfStep } from './show-run.ts';

export interface ShowParts {
  db: Db;
  nameOf: NameOf;
}

/** The environments that a reader may hear of; undefined for all. */
export type Seen = readonly number[] | undefined;

/** A rollout in a line of a list; `runs` are its own. */
export function showItem(
  rollout: PinnedRollout,
  runs: readonly KeptRun[],
  { nameOf, lastWord }: Pick<ShowParts, 'nameOf'> & { lastWord: string | undefined },
  seen: Seen,
): RolloutItem {
  const own = runs.filter(({ run }) => run.rollout === rollout.id && maySee(seen, run.environmentId));
  const last = own.at(-1);
  const step = rollout.pinned.path.find(({ environment }) => environment === last?.run.environment);
  const stage = last === undefined ? undefined : step?.stages[last.run.stage];
  return {
    ...showHead(rollout, nameOf),
    ...{ environment: last?.run.environment ?? '', stage: last?.run.stage ?? -1, stages: step?.stages.length ?? 0 },
    ...{ stageName: stage?.name ?? null, audience: stage?.audience ?? null },
    exposure: stage?.exposure === undefined ? null : percentOf(stage.exposure),
    ...{ says: sayLast(rollout, last, lastWord), page: isLive(rollout.state) ? pageOf(last) : null },
    reach: last?.reach ? stateOfReach(last.reach) : null,
  };
}

/** While it lives the last look says it, with the numbers of now; what is over is told by what ended it. */
function sayLast({ state }: PinnedRollout, last: KeptRun | undefined, lastWord: string | undefined): string | null {
  const looked = last?.decision?.reason;
  return (isLive(state) ? (looked ?? lastWord) : (lastWord ?? looked)) ?? null;
}

/** What somebody was paged about in this entry stays on the screen until it is over. */
function pageOf(kept: KeptRun | undefined): RolloutItem['page'] {
  return kept?.decision?.page ?? kept?.run.paged?.about ?? null;
}

/** All that the screen of one rollout needs. */
export async function showRollout(
  parts: ShowParts,
  rollout: PinnedRollout,
  seen: Seen,
  acts: boolean,
): Promise<RolloutAnswer> {
  const { pinned: policy } = rollout;
  const runs = await runsOf(parts.db, [rollout.id]);
  const places = await placesOf(parts.db, rollout.projectId, policy);
  const isOver = !isLive(rollout.state);
  const path: RolloutAnswer['path'] = [];
  for (const [index, step] of policy.path.entries()) {
    const place = places.find(({ key }) => key === step.environment);
    if (place !== undefined && !maySee(seen, place.environmentId)) continue;
    const kept = runs.find(({ run }) => run.environment === step.environment);
    const isProtected = place?.isProtected ?? false;
    path.push({
      ...{ environment: step.environment, protected: isProtected },
      state: stateOfStep(kept?.run, index < rollout.step, isOver),
      stages: showStages(policy, step, isProtected, kept?.run, isOver),
      run: kept === undefined ? null : await showRun(parts, kept, policy, step),
    });
  }
  return {
    ...showHead(rollout, parts.nameOf),
    ...{ reversible: policy.reversible, runbookUrl: policy.runbookUrl ?? null, path, acts },
    guards: policy.guards.map((guard) => {
      const { id, kind, mode, onFail } = guard;
      return { id, kind, mode, onFail, says: sayGuard(guard) };
    }),
    says: sayLast(
      rollout,
      runs.filter(({ run }) => maySee(seen, run.environmentId)).at(-1),
      (await lastWords(parts.db, [rollout.id], seen, parts.nameOf)).get(rollout.id),
    ),
    may: whatMay(rollout, runs.at(-1)),
  };
}

function showHead(rollout: PinnedRollout, nameOf: ShowParts['nameOf']) {
  const { id, flag, target, from, to, policy, commit, state, startedBy, reason, retryOf, version, pinned } = rollout;
  return {
    ...{ id, flag, target, from, to, policy, mode: pinned.mode, commit, state, startedBy, reason, retryOf, version },
    startedByName: nameOf(startedBy) ?? null,
    ...{ startedAt: rollout.startedAt.toISOString(), endedAt: rollout.endedAt?.toISOString() ?? null },
  };
}

/** What can be done with it in its state; whether the reader may is asked when they do it. */
function whatMay({ state, pinned }: PinnedRollout, last: KeptRun | undefined): RolloutAnswer['may'] {
  if (!isLive(state)) return state === 'finished' ? [] : ['retry'];
  const override = last !== undefined && hasRatioAlarm(pinned, last.run) ? (['override-ratio'] as const) : [];
  if (state === 'paused') return ['resume', 'rollback', ...override];
  const again = last?.decision?.conditions.some(({ isStuck }) => isStuck) ? (['ask-again'] as const) : [];
  const advance = pinned.mode === 'button' && last?.run.pressedBy === null ? (['advance'] as const) : [];
  return [...advance, 'pause', 'rollback', ...override, ...again];
}

export function showDecision(row: DecisionRow, nameOf: ShowParts['nameOf']): DecisionAnswer {
  const { id, runId: run, environment, stage, entry, actor, at, action, because } = row;
  const { guards, conditions, page, evidence } = row;
  return {
    ...{ id, run, environment, stage, entry, actor, actorName: nameOf(actor) ?? null },
    ...{ at: at.toISOString(), action, reason: nameSomebody(row.reason, actor, nameOf), because },
    ...{ guards, conditions, page, evidence: evidence ?? null },
  };
}

export function maySee(seen: Seen, environmentId: number): boolean {
  return seen === undefined || seen.includes(environmentId);
}
