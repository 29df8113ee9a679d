import type { FieldFault } from '../platform/problem.ts';
import type { PolicyDocument, StageDocument } from './document-contract.ts';
import { type GroundEnvironment, isProtectedIn, type PolicyGround } from './ground.ts';
import { readDuration } from './quantity.ts';

/** What is wrong with the environments and stages of a sound document, one by one and in their order. */
export function checkPath(document: PolicyDocument, ground: PolicyGround): FieldFault[] {
  const seen = new Set<string>();
  return document.path.flatMap(({ environment, stages }, at) => {
    const path = `/path/${at}`;
    const found = ground.environments.find(({ key }) => key === environment);
    const faults: FieldFault[] = [];
    if (found === undefined) faults.push(unknown(`${path}/environment`, 'environment', namesOf(ground.environments)));
    if (seen.has(environment)) {
      faults.push({ path: `${path}/environment`, code: 'duplicate', expected: 'each environment once' });
    }
    seen.add(environment);
    stages.forEach((stage, index) => {
      faults.push(...checkStage(stage, `${path}/stages/${index}`, document, found));
    });
    return [...faults, ...shrinkingStages(stages, path), ...secondAudiences(stages, path)];
  });
}

function checkStage(
  stage: StageDocument,
  path: string,
  document: PolicyDocument,
  environment: GroundEnvironment | undefined,
): FieldFault[] {
  const faults: FieldFault[] = [];
  const { audience, exposure, gates = [], minUnits } = stage;
  if (audience === undefined && exposure === undefined) {
    faults.push({ path, code: 'empty_stage', expected: 'an audience, an exposure, or both' });
  }
  if (audience !== undefined && environment !== undefined && !environment.segments.includes(audience)) {
    const expected = `a segment of ${environment.key}: ${listed(environment.segments)}`;
    faults.push({ path: `${path}/audience`, code: 'unknown_segment', expected });
  }
  gates.forEach((gate, at) => {
    if (!document.gates.some(({ id }) => id === gate)) {
      const expected = `the id of a gate of this policy: ${listed(document.gates.map(({ id }) => id))}`;
      faults.push({ path: `${path}/gates/${at}`, code: 'unknown_gate', expected });
    } else if (gates.indexOf(gate) < at) {
      faults.push({ path: `${path}/gates/${at}`, code: 'duplicate', expected: 'each gate once' });
    }
  });
  if (minUnits !== undefined && !hasControl(stage)) {
    const expected =
      'none here: units are counted by arm, and a stage without a control (an audience alone, or 100) has no arms';
    faults.push({ path: `${path}/minUnits`, code: 'no_control', expected });
  }
  return [...faults, ...endlessStage(stage, path, document)];
}

/** A bake that is longer than the deadline can never be waited for. */
function endlessStage(stage: StageDocument, path: string, document: PolicyDocument): FieldFault[] {
  const { after } = stage.deadline ?? document.deadline;
  const [bakeMs, afterMs] = [readDuration(stage.bake) ?? 0, readDuration(after) ?? 0];
  if (afterMs > bakeMs) return [];
  const named = stage.deadline === undefined ? path : `${path}/deadline/after`;
  const expected = `a deadline after the bake: ${stage.bake} of baking would not be over after ${after}`;
  return [{ path: stage.deadline === undefined ? `${path}/bake` : named, code: 'deadline_before_bake', expected }];
}

function shrinkingStages(stages: readonly StageDocument[], path: string): FieldFault[] {
  let most = 0;
  return stages.flatMap(({ exposure }, at) => {
    // For its audience alone: everybody else keeps what they have.
    if (exposure === undefined) return [];
    const least = most;
    most = Math.max(most, exposure);
    if (exposure >= least) return [];
    const expected = `at least ${least}, as the stage before it: exposure never shrinks along the stages`;
    return [{ path: `${path}/stages/${at}/exposure`, code: 'shrinking_stage', expected }];
  });
}

/** An audience stays to the end of its environment: another in its place would take away from the first. */
function secondAudiences(stages: readonly StageDocument[], path: string): FieldFault[] {
  const first = stages.find(({ audience }) => audience !== undefined)?.audience;
  return stages.flatMap(({ audience }, at) => {
    if (audience === undefined || audience === first) return [];
    const expected = `${first} again, or none: an audience keeps what it has to the end, and an environment has one`;
    return [{ path: `${path}/stages/${at}/audience`, code: 'second_audience', expected }];
  });
}

/** What must be written down where the path goes through a protected environment. */
export function checkProtectedTerms(document: PolicyDocument, ground: PolicyGround): FieldFault[] {
  if (!document.path.some(({ environment }) => isProtectedIn(ground, environment))) return [];
  return (['onNoData', 'onError'] as const).flatMap((field) => {
    if (document.evidence[field] !== undefined) return [];
    const expected = 'hold or pause, written down: the path goes through a protected environment';
    return [{ path: `/evidence/${field}`, code: 'required', expected }];
  });
}

/** Whether a stage serves both arms: not for an audience alone, and not at 100 per cent. */
export function hasControl({ exposure }: Pick<StageDocument, 'exposure'>): boolean {
  return exposure !== undefined && exposure < 100;
}

export function unknown(path: string, what: string, known: readonly string[]): FieldFault {
  return { path, code: `unknown_${what}`, expected: `one of this project: ${listed(known)}` };
}

const MOST_NAMED = 20;

export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'there is none';
  return `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`;
}

const namesOf = (all: readonly { key: string }[]) => all.map(({ key }) => key);
