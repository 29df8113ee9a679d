import type { Context, DisabledBy, Evaluation } from '../model/evaluation.ts';
import type { Flag } from '../model/ruleset.ts';
import { Answers, hasFlagType } from './answers.ts';
import { type Fault, isObject, note, pointer } from './fault.ts';
import type { References } from './references.ts';
import { makeRules, type Rules } from './rules.ts';
import type { CompiledSegment } from './segment.ts';
import type { Watch } from './trail.ts';

/** A flag, compiled: `constant` where the answer is the same for every context, else `decide`. */
export interface CompiledFlag {
  readonly key: string;
  /** The flag as it came. Where `faults` is not empty, or the flag is off, its shape was not checked to the end. */
  readonly source: Flag;
  readonly constant: Evaluation | undefined;
  readonly decide: (context: Context) => Evaluation;
  /** What the flag answers when it is off, also while it is on: for a client whose data is too old. */
  readonly off: Evaluation;
  /** What this evaluator does not know of it; with any, the flag answers PARSE_ERROR. Not looked for while it is off. */
  readonly faults: readonly Fault[];
  readonly references: References;
  /** The compiled flags and segments that it was built on, as `references` names them. */
  readonly builtOn: readonly (CompiledFlag | CompiledSegment | undefined)[];
  readonly isTangled: boolean;
  readonly shed: boolean;
}

/** What a flag is compiled in. What it needs is compiled before it. */
export interface FlagScope {
  flags: ReadonlyMap<string, CompiledFlag>;
  segments: ReadonlyMap<string, CompiledSegment>;
  shedLevel: number;
  isTangled: boolean;
  watch: Watch | undefined;
}

interface Need {
  name: string;
  variants: string[];
  target: CompiledFlag | undefined;
  unmet: Evaluation;
}

/** The answer for a key that names no flag. */
export function notFound(key: string): Evaluation {
  return { key, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', metadata: {} };
}

/** Whether the environment's shed level has reached the flag's. */
export function isShed(flag: unknown, shedLevel: number): boolean {
  if (!isObject(flag)) return false;
  const { shedAt } = flag;
  return (shedAt === 1 || shedAt === 2 || shedAt === 3) && shedLevel >= shedAt;
}

function disabledBy(flag: Record<string, unknown>, shedLevel: number): DisabledBy | undefined {
  if (flag.killed === true) return 'killed';
  if (flag.state === 'off') return 'off';
  return isShed(flag, shedLevel) ? 'shed' : undefined;
}

/** Notes what is not understood of the fields that are neither rules nor prerequisites. */
function checkFields(flag: Record<string, unknown>, answers: Answers, faults: Fault[]): void {
  const { type, variants, offVariant, shedAt } = flag;
  if (type !== 'boolean' && type !== 'string' && type !== 'number' && type !== 'object') {
    note(faults, '/type', 'unknown_kind', 'boolean, string, number or object');
  } else if (!isObject(variants)) {
    note(faults, '/variants', 'wrong_type', 'an object of variants');
  } else {
    for (const [name, value] of Object.entries(variants)) {
      if (!hasFlagType(value, type)) note(faults, pointer('/variants', name), 'wrong_type', `a value of type ${type}`);
    }
    if (offVariant !== null && !answers.has(offVariant)) {
      note(faults, '/offVariant', 'unknown_variant', 'the name of a variant of this flag, or null');
    }
  }
  if (flag.state !== 'on') note(faults, '/state', 'unknown_kind', 'on or off');
  if (flag.killed !== undefined) note(faults, '/killed', 'malformed_value', 'true, or nothing');
  if (shedAt !== undefined && shedAt !== 1 && shedAt !== 2 && shedAt !== 3) {
    note(faults, '/shedAt', 'out_of_range', '1, 2, 3, or nothing');
  }
}

function readNeeds(flag: Record<string, unknown>, answers: Answers, scope: FlagScope, faults: Fault[]): Need[] {
  if (!Array.isArray(flag.prerequisites)) {
    note(faults, '/prerequisites', 'wrong_type', 'a list of prerequisites');
    return [];
  }
  const needs: Need[] = [];
  for (const [i, prerequisite] of flag.prerequisites.entries()) {
    const { flag: name, variants } = isObject(prerequisite) ? prerequisite : {};
    const isList = Array.isArray(variants) && variants.every((variant) => typeof variant === 'string');
    if (typeof name !== 'string' || !isList) {
      note(faults, pointer('/prerequisites', i), 'wrong_type', 'flag, a key, and variants, a list of names');
      continue;
    }
    const unmet = answers.disabled(flag.offVariant, { prerequisite: name });
    needs.push({ name, variants: variants as string[], target: scope.flags.get(name), unmet });
  }
  return needs;
}

/** A prerequisite is met only by an answer without error that is not DISABLED: so killing a flag can only ever disable others. */
export function isMetBy(variants: readonly string[], got: Evaluation): boolean {
  return (
    got.errorCode === undefined &&
    got.reason !== 'DISABLED' &&
    got.variant !== undefined &&
    variants.includes(got.variant)
  );
}

/** The answer of a compiled flag for a context that is an object. */
export function answer(flag: CompiledFlag, context: Context): Evaluation {
  return flag.constant ?? flag.decide(context);
}

/** The first unmet need's answer, else what the rules say. What is the same for every context is settled here. */
function afterNeeds(key: string, needs: readonly Need[], rules: Rules, watch: Watch | undefined): Rules {
  const open: Need[] = [];
  for (const need of needs) {
    const settled = need.target === undefined ? notFound(need.name) : need.target.constant;
    if (watch === undefined && settled !== undefined) {
      if (isMetBy(need.variants, settled)) continue;
      if (open.length === 0) return { constant: need.unmet, decide: () => need.unmet };
    }
    open.push(need);
  }
  if (open.length === 0) return rules;
  const decide = (context: Context) => {
    for (const [i, need] of open.entries()) {
      const got = need.target === undefined ? notFound(need.name) : answer(need.target, context);
      const holds = isMetBy(need.variants, got);
      const { name: needs, variants } = need;
      watch?.({ flag: key, path: `/prerequisites/${i}`, step: 'prerequisite', needs, variants, got, holds });
      if (!holds) return need.unmet;
    }
    return rules.constant ?? rules.decide(context);
  };
  return { constant: undefined, decide };
}

/** One answer for every context, told to whoever watches. */
function always(key: string, evaluation: Evaluation, watch: Watch | undefined): Rules {
  if (watch === undefined) return { constant: evaluation, decide: () => evaluation };
  const decide = () => {
    watch({ flag: key, path: '', step: 'flag', answer: evaluation });
    return evaluation;
  };
  return { constant: undefined, decide };
}

/** Compiles a flag of whatever shape, in the order of the algorithm's steps. */
export function makeFlag(key: string, source: unknown, references: References, scope: FlagScope): CompiledFlag {
  const { flags, segments, shedLevel, isTangled, watch } = scope;
  const flag = isObject(source) ? source : {};
  const answers = new Answers(key, flag);
  const faults: Fault[] = [];
  const follow = (): Rules => {
    const disabled = disabledBy(flag, shedLevel);
    if (disabled !== undefined) return always(key, answers.disabled(flag.offVariant, disabled), watch);
    if (isTangled) return always(key, answers.error('GENERAL'), watch);
    if (!isObject(source)) {
      note(faults, '', 'wrong_type', 'a flag');
      return always(key, answers.error('PARSE_ERROR'), watch);
    }
    const needs = readNeeds(flag, answers, scope, faults);
    // Prerequisites that cannot be read cannot be asked: their fault is found one step early.
    if (faults.length > 0) return always(key, answers.error('PARSE_ERROR'), watch);
    checkFields(flag, answers, faults);
    const rules = makeRules(flag, answers, { faults, segments, owner: { flag: key }, watch });
    return afterNeeds(key, needs, faults.length > 0 ? always(key, answers.error('PARSE_ERROR'), watch) : rules, watch);
  };
  const { constant, decide } = follow();
  const builtOn = isTangled
    ? []
    : [...references.flags.map((name) => flags.get(name)), ...references.segments.map((name) => segments.get(name))];
  const off = answers.disabled(flag.offVariant, 'off');
  const shed = isShed(source, shedLevel);
  return { key, source: source as Flag, constant, decide, off, faults, references, builtOn, isTangled, shed };
}
