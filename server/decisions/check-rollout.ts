import type { ConfigurationRow, FlagRow } from '../flags/configuration.ts';
import type { FieldFault } from '../platform/problem.ts';
import type { PathStep, Policy } from '../policies/policy.ts';
import { sayCount, sayDuration, sayStage } from './decide-words.ts';
import { checkStart } from './layout-start.ts';
import { type Traffic, unreachable } from './needed-units.ts';

/** What is to be rolled out. */
export interface WantedRollout {
  flag: string;
  target: string;
  from: string;
  to: string;
  commit?: string | undefined;
}

/** An environment of the path with what the flag is there, and what is known of its traffic. */
export interface GroundStep {
  step: PathStep;
  /** Undefined where the project has no such environment. */
  found: Pick<ConfigurationRow, 'state' | 'killed' | 'rules' | 'fallthrough' | 'salts'> | undefined;
  segments: readonly string[];
  traffic: Traffic | undefined;
  /** What the first stage with an exposure needs in each arm. */
  needed: number | null;
}

/** Every reason why a rollout may not start, each at the field that would have to be another. */
export function rolloutFaults(
  wanted: WantedRollout,
  flag: Pick<FlagRow, 'key' | 'variants'>,
  policy: Policy,
  path: readonly GroundStep[],
): FieldFault[] {
  const names = Object.keys(flag.variants).join(', ');
  const faults: FieldFault[] = [];
  for (const field of ['from', 'to'] as const) {
    if (Object.hasOwn(flag.variants, wanted[field])) continue;
    faults.push({ path: `/${field}`, code: 'unknown_variant', expected: `a variant of this flag: ${names}` });
  }
  if (wanted.from === wanted.to) {
    faults.push({ path: '/to', code: 'same_variant', expected: 'another variant than the one that is served' });
  }
  if (wanted.commit === undefined && policy.gates.some(({ kind }) => kind === 'check')) {
    const expected = 'the commit that is rolled out: a check of it is asked for on the path';
    faults.push({ path: '/commit', code: 'required', expected });
  }
  return faults.length > 0 ? faults : path.flatMap((ground) => stepFaults(wanted, policy, ground));
}

function stepFaults(wanted: WantedRollout, policy: Policy, ground: GroundStep): FieldFault[] {
  const { step, found, segments } = ground;
  const where = step.environment;
  const refuse = (path: string, code: string, expected: string): FieldFault[] => [{ path, code, expected }];
  if (found === undefined) return refuse('/policy', 'unknown_environment', `a policy without ${where}: it is gone`);
  const anchor =
    wanted.target === 'fallthrough' ? found.fallthrough : found.rules.find(({ id }) => id === wanted.target)?.serve;
  if (anchor === undefined) {
    return refuse('/target', 'unknown_rule', `\`fallthrough\`, or the id of a rule that ${where} has too`);
  }
  if (found.killed) return refuse('/flag', 'killed', `a flag that is not killed in ${where}: restore it first`);
  if (found.state === 'off') {
    const how = `turn it on there first, serving ${wanted.from}`;
    return refuse('/flag', 'off', `a flag that is on in ${where}: ${how}`);
  }
  const missing = step.stages.flatMap(({ audience }) => audience ?? []).filter((key) => !segments.includes(key));
  if (missing.length > 0) {
    return refuse('/policy', 'unknown_segment', `the segment ${missing[0]} in ${where}: it is gone`);
  }
  const { from, to, target } = wanted;
  const salt = Object.hasOwn(found.salts, target) ? (found.salts[target] ?? '') : '';
  const check = checkStart(anchor, { from, to, by: policy.unit, salt, stages: step.stages });
  if (!check.may) {
    const offer = 'variant' in check.offer.serve ? check.offer.serve.variant : `a split of ${from} and ${to}`;
    return refuse('/from', 'wrong_serve', `another serve in ${where}: ${check.because}. Serve ${offer} first`);
  }
  return reachFaults(policy, ground);
}

/** A first stage that would wait beyond its deadline is refused before anybody waits. */
function reachFaults(policy: Policy, { step, traffic, needed }: GroundStep): FieldFault[] {
  const stage = step.stages.find(({ exposure }) => exposure !== undefined);
  if (stage === undefined) return [];
  const { afterMs } = stage.deadline ?? policy.deadline;
  const short = unreachable(stage, needed, afterMs, traffic);
  if (short === undefined) return [];
  const { comes, exposure } = short;
  const would =
    exposure === null ? 'no exposure would do: ask for fewer units, or wait longer' : `${exposure / 1_000} % would do`;
  const expected =
    `a first stage that can be left in ${step.environment}: at last week's traffic ${sayStage(stage)} brings ` +
    `${sayCount(comes)} of ${sayCount(needed ?? 0)} units to each arm in ${sayDuration(afterMs)}; ${would}`;
  return [{ path: '/policy', code: 'unreachable_stage', expected }];
}
