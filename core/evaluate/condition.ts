import type { Context } from '../model/evaluation.ts';
import { type JsonValue, OPERATORS, type Operator, type Test } from '../model/ruleset.ts';
import { askCheapFirst } from './ask-cheap-first.ts';
import { attributeReader } from './attribute.ts';
import { type Fault, isObject, note, noteUnknownFields, pointer } from './fault.ts';
import { makeFlagdTest } from './flagd-test.ts';
import { makeHolds } from './make-test.ts';
import { MAKE_MATCHES, TEXT_OPERATORS } from './operators.ts';
import type { ConditionOutcome, StepOwner, Watch } from './trail.ts';

/** A condition, compiled: whether a context meets it. */
export type Holds = (context: Context) => boolean;

/** How deep conditions may nest: `{not: {all: [test]}}` is three deep. */
export const DEEPEST_NESTING = 32;

/** What a condition is compiled in. */
export interface ConditionScope {
  faults: Fault[];
  /** Compiled segments by key. Without it (a condition checked on its own) every segment name is taken for good. */
  segments?: ReadonlyMap<string, { holds: Holds; isSound: boolean }>;
  owner: StepOwner;
  watch?: Watch | undefined;
}

const never: Holds = () => false;

/** The closure itself, or, when somebody watches, one that reports each outcome of it. */
function watched(
  holds: Holds,
  path: string,
  scope: ConditionScope,
  outcome: (held: boolean, context: Context) => ConditionOutcome,
): Holds {
  const { watch, owner } = scope;
  if (watch === undefined) return holds;
  return (context) => {
    const held = holds(context);
    watch({ ...owner, path, ...outcome(held, context) });
    return held;
  };
}

function isOperator(op: unknown): op is Operator {
  return OPERATORS.includes(op as Operator);
}

function makeTest(condition: Record<string, unknown>, path: string, scope: ConditionScope): Holds {
  const { faults } = scope;
  const { attribute, op, values, ignoreCase } = condition;
  const before = faults.length;
  noteUnknownFields(faults, path, condition, ['attribute', 'op', 'values', 'ignoreCase']);
  if (typeof attribute !== 'string' || attribute === '') {
    note(faults, pointer(path, 'attribute'), 'wrong_type', 'the name of an attribute');
  }
  if (!isOperator(op)) {
    note(faults, pointer(path, 'op'), 'unknown_operator', `one of ${OPERATORS.join(', ')}`);
    return never;
  }
  if (ignoreCase !== undefined && (ignoreCase !== true || !TEXT_OPERATORS.has(op))) {
    const expected = TEXT_OPERATORS.has(op) ? 'true, or nothing' : `nothing, for ${op} looks at no letters`;
    note(faults, pointer(path, 'ignoreCase'), 'malformed_value', expected);
  }
  const valuesPath = pointer(path, 'values');
  if (!Array.isArray(values)) {
    note(faults, valuesPath, 'wrong_type', 'a list of values');
    return never;
  }
  if (op === 'exists' ? values.length > 0 : values.length === 0) {
    note(faults, valuesPath, 'malformed_value', op === 'exists' ? 'an empty list' : 'at least one value');
  }
  const matches = MAKE_MATCHES[op](values, ignoreCase === true, valuesPath, faults);
  if (faults.length > before) return never;
  const test = condition as unknown as Test;
  const read = attributeReader(test.attribute);
  return watched(makeHolds(test, matches), path, scope, (held, context) => {
    const actual: JsonValue | undefined = read(context);
    return {
      step: 'test',
      attribute: test.attribute,
      op,
      values: test.values,
      ...(actual === undefined ? {} : { actual }),
      holds: held,
    };
  });
}

/** Two or three in a row are written out: a loop over closures costs as much again as they do. */
function allOf(parts: readonly Holds[]): Holds {
  const [a, b, c] = parts;
  if (a === undefined) return () => true;
  if (b === undefined) return a;
  if (c === undefined) return (context) => a(context) && b(context);
  if (parts.length === 3) return (context) => a(context) && b(context) && c(context);
  return (context) => {
    for (let i = 0; i < parts.length; i++) if (!parts[i]!(context)) return false;
    return true;
  };
}

function anyOf(parts: readonly Holds[]): Holds {
  const [a, b, c] = parts;
  if (a === undefined) return never;
  if (b === undefined) return a;
  if (c === undefined) return (context) => a(context) || b(context);
  if (parts.length === 3) return (context) => a(context) || b(context) || c(context);
  return (context) => {
    for (let i = 0; i < parts.length; i++) if (parts[i]!(context)) return true;
    return false;
  };
}

function makeParts(kind: 'all' | 'any', parts: unknown, path: string, scope: ConditionScope, depth: number): Holds[] {
  const at = pointer(path, kind);
  if (!Array.isArray(parts)) {
    note(scope.faults, at, 'wrong_type', 'a list of conditions');
    return [never];
  }
  const inOrder = parts.map((part, i) => makeCondition(part, pointer(at, i), scope, depth + 1));
  // Who watches is told of the tests in the order in which they were written.
  return scope.watch === undefined ? askCheapFirst(parts, inOrder) : inOrder;
}

function makeReference(name: unknown, path: string, scope: ConditionScope): Holds {
  const at = pointer(path, 'segment');
  if (typeof name !== 'string' || name === '') {
    note(scope.faults, at, 'wrong_type', 'the key of a segment');
    return never;
  }
  if (scope.segments === undefined) return never;
  const segment = scope.segments.get(name);
  if (segment === undefined) note(scope.faults, at, 'unknown_segment', 'the key of a segment that exists');
  else if (!segment.isSound) note(scope.faults, at, 'faulty_segment', 'a segment without faults');
  else return watched(segment.holds, path, scope, (held) => ({ step: 'segment', names: name, holds: held }));
  return never;
}

/**
 * Compiles a condition of whatever shape. What it does not know it notes in `scope.faults`; then the closure is
 * worthless and must not be asked. Nobody asks it: a flag with faults answers PARSE_ERROR.
 */
export function makeCondition(condition: unknown, path: string, scope: ConditionScope, depth = 1): Holds {
  const { faults } = scope;
  if (depth > DEEPEST_NESTING) {
    note(faults, path, 'too_deep', `conditions nested at most ${DEEPEST_NESTING} deep`);
    return never;
  }
  if (!isObject(condition)) {
    note(faults, path, 'wrong_type', 'a condition');
    return never;
  }
  const has = (field: string) => Object.hasOwn(condition, field);
  if (has('flagd')) {
    const { holds, step } = makeFlagdTest(condition, path, faults);
    return watched(holds, path, scope, step);
  }
  if (has('attribute') || has('op')) return makeTest(condition, path, scope);
  const kind = (['all', 'any', 'not', 'segment'] as const).find(has);
  if (kind === undefined) {
    note(faults, path, 'unknown_kind', 'all, any, not, segment, flagd, or a test with attribute, op and values');
    return never;
  }
  noteUnknownFields(faults, path, condition, [kind]);
  if (kind === 'segment') return makeReference(condition.segment, path, scope);
  if (kind !== 'not') {
    const parts = makeParts(kind, condition[kind], path, scope, depth);
    return watched(kind === 'all' ? allOf(parts) : anyOf(parts), path, scope, (held) => ({ step: kind, holds: held }));
  }
  const inner = makeCondition(condition.not, pointer(path, 'not'), scope, depth + 1);
  return watched(
    (context) => !inner(context),
    path,
    scope,
    (held) => ({ step: 'not', holds: held }),
  );
}

/**
 * A condition in two: it is met when both are. A rule asks the first part of an `all` itself, which saves a call for each
 * rule that fails there, as most do.
 */
export function makeConditionInTwo(
  condition: unknown,
  path: string,
  scope: ConditionScope,
): [Holds, Holds | undefined] {
  const isPlainAll = isObject(condition) && Array.isArray(condition.all) && Object.keys(condition).length === 1;
  if (!isPlainAll || scope.watch !== undefined) return [makeCondition(condition, path, scope), undefined];
  const [first, ...rest] = makeParts('all', condition.all, path, scope, 1);
  return [first ?? (() => true), rest.length === 0 ? undefined : allOf(rest)];
}
