import type { Context } from '../model/evaluation.ts';
import { FLAGD_OPERATORS, type FlagdOperator, type JsonValue, type Scalar } from '../model/ruleset.ts';
import { isPlain, type ReadAttribute } from './attribute.ts';
import { type Fault, note, noteUnknownFields, pointer } from './fault.ts';
import { makeFlagdMatches, readFlagdPath } from './schemes/flagd-compare.ts';
import type { ConditionOutcome } from './trail.ts';

/** A test of another system, compiled: whether it holds, and what it tells who watches. */
interface MadeTest {
  holds(context: Context): boolean;
  step(held: boolean, context: Context): ConditionOutcome;
}

const isFlagdOperator = (op: unknown): op is FlagdOperator => FLAGD_OPERATORS.includes(op as FlagdOperator);

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/** Makes the reader of a path as flagd reads it: by its dots, and never by a literal key that has some. */
export function flagdReader(path: string): ReadAttribute {
  if (isPlain(path)) return (context) => context[path] ?? undefined;
  const steps = path.split('.');
  return (context) => readFlagdPath(context as JsonValue, steps);
}

/** Compiles a test of flagd's of whatever shape; what is not understood is noted, and then nobody asks the closure. */
export function makeFlagdTest(condition: Record<string, unknown>, path: string, faults: Fault[]): MadeTest {
  const { flagd: op, attribute, values } = condition;
  noteUnknownFields(faults, path, condition, ['flagd', 'attribute', 'values']);
  const isNamed = typeof attribute === 'string' && attribute.split('.').every((step) => step !== '');
  if (!isNamed) note(faults, pointer(path, 'attribute'), 'wrong_type', 'the name of an attribute');
  if (!isFlagdOperator(op)) {
    note(faults, pointer(path, 'flagd'), 'unknown_operator', `one of ${FLAGD_OPERATORS.join(', ')}`);
  }
  const operands = Array.isArray(values) && values.every(isScalar) ? values : undefined;
  if (operands === undefined) note(faults, pointer(path, 'values'), 'wrong_type', 'a list of scalars');
  const matches = isFlagdOperator(op) && operands ? makeFlagdMatches(op, operands) : undefined;
  if (isFlagdOperator(op) && operands && !matches) {
    note(faults, pointer(path, 'values'), 'malformed_value', `the other operands of ${op}`);
  }
  if (!isNamed || !isFlagdOperator(op) || !operands || !matches) {
    return { holds: () => false, step: (holds) => ({ step: 'all', holds }) };
  }
  const read = flagdReader(attribute);
  return {
    holds: (context) => matches(read(context)),
    step: (holds, context) => {
      const actual = read(context);
      const found = actual === undefined ? {} : { actual };
      return { step: 'test', attribute, op, values: operands, ...found, holds };
    },
  };
}
