import type { Stage } from '../policies/policy.ts';
import { sayCount, sayDuration, sayMany } from './decide-words.ts';
import type { ConditionState } from './decision.ts';
import { believedUnits, type GuardGround } from './guard-ground.ts';
import { isClientMade } from './guard-scope.ts';
import type { Judged } from './judge-guard.ts';
import { hasControl } from './layout.ts';
import { bakedMs } from './run-time.ts';

/** What must be there before the present stage can be left, in the order in which it is missed. Before the first: none. */
export function leavingConditions(ground: GuardGround, guards: readonly Judged[]): ConditionState[] {
  const { stage } = ground;
  if (stage === undefined) return [];
  return [
    inForce(ground),
    baked(stage, ground),
    ...units(stage, ground),
    ...hits(stage, ground),
    ...witness(ground, guards),
  ];
}

function inForce({ run, evidence }: GuardGround): ConditionState {
  const met = run.effectiveAt !== null;
  const { laggards } = evidence.readBack;
  const whom = laggards.length === 0 ? 'all nodes and apps' : laggards.slice(0, 5).join(', ');
  const more = laggards.length > 5 ? ` and ${laggards.length - 5} more` : '';
  const because = met ? 'In force everywhere.' : `Not in force yet on ${whom}${more}.`;
  return { id: 'effective', kind: 'effective', met, because };
}

function baked({ bakeMs }: Stage, { run, now }: GuardGround): ConditionState {
  const done = bakedMs(run, now);
  const met = run.effectiveAt !== null && done >= bakeMs;
  const left = `The bake of ${sayDuration(bakeMs)} has ${sayDuration(bakeMs - done)} to go.`;
  return { id: 'bake', kind: 'bake', met, because: met ? `Baked for ${sayDuration(bakeMs)}.` : left };
}

/** Units of each arm; a stage without a control has no arms in which any could come. */
function units(stage: Stage, ground: GuardGround): ConditionState[] {
  const needed = ground.run.minUnits ?? stage.minUnits ?? 0;
  if (needed === 0 || !hasControl(stage)) return [];
  const exposed = believedUnits(ground.run, ground.evidence.entry);
  const arm = exposed.control < exposed.treatment ? 'control' : 'treatment';
  return [unitsOf(exposed[arm], needed, arm, ground)];
}

function unitsOf(seen: number, needed: number, arm: string, { run, now }: GuardGround): ConditionState {
  const met = seen >= needed;
  if (met)
    return {
      id: 'units',
      kind: 'units',
      met,
      because: `${sayMany(seen, 'unit')} in ${arm}, ${sayCount(needed)} needed.`,
    };
  const baked = bakedMs(run, now);
  const pace = seen === 0 || baked === 0 ? undefined : (baked / seen) * (needed - seen);
  const wait = pace === undefined ? 'none came yet' : `about ${sayDuration(pace)} at this pace`;
  const because = `${sayCount(seen)} of ${sayMany(needed, 'unit')} in ${arm}; ${wait}.`;
  return { id: 'units', kind: 'units', met, because };
}

function hits({ minHits }: Stage, ground: GuardGround): ConditionState[] {
  if (minHits === undefined) return [];
  const { event, count } = minHits;
  const seen = hitsOf(event, ground);
  const because = `${sayCount(seen)} of ${sayMany(count, 'unit')} with ${event}.`;
  return [{ id: `hits:${event}`, kind: 'hits', met: seen >= count, because }];
}

function hitsOf(event: string, { run, evidence }: GuardGround): number {
  if (evidence.entry === undefined) return 0;
  const { events, metrics, pages } = evidence.entry;
  if (events !== undefined && Object.hasOwn(events, event)) return events[event] ?? 0;
  const isSigned = pages?.source === 'signed' && !run.isProtected;
  const metric = Object.values(evidence.metrics).find(
    ({ event: known, source }) => known === event && (source === 'server' || isSigned),
  );
  return metric !== undefined && Object.hasOwn(metrics, metric.key) ? (metrics[metric.key]?.hits.to ?? 0) : 0;
}

/** Where all that enforced guards see was made by clients, nothing speaks for the stage that could not be forged. */
function witness({ run, evidence }: GuardGround, guards: readonly Judged[]): ConditionState[] {
  const heard = guards.filter(
    ({ guard, verdict }) =>
      guard.mode === 'enforce' && guard.kind !== 'sample-ratio' && verdict.verdict !== 'not-applicable',
  );
  if (!heard.some(({ guard }) => isClientMade(guard, run, evidence))) return [];
  const met = heard.some(({ guard }) => !isClientMade(guard, run, evidence));
  const because = met
    ? 'More than what clients sent speaks for it.'
    : 'Only what clients sent speaks for it, and that may be forged.';
  return [{ id: 'witness', kind: 'witness', met, because }];
}
