import { type Condition, type FlagdOperator, type JsonValue, makeFlagdMatches, type Scalar } from '@turnout/core';
import {
  listOf,
  type Operand,
  type Operation,
  operandOf,
  operationOf,
  resolve,
  type Scope,
} from './flagd-expression.ts';
import { NotCarried, quote } from './not-carried.ts';

/** A condition, or what it always is. */
export type Truth = Condition | boolean;

const isTruthy = makeFlagdMatches('!!', []);

/** Whether a fixed value counts as true. */
export function countsAsTrue(value: JsonValue): boolean {
  return isTruthy?.(value) ?? false;
}

export function allOf(parts: readonly Truth[]): Truth {
  const open = parts.filter((part) => part !== true);
  if (open.includes(false)) return false;
  const flat = open.flatMap((part): Condition[] => {
    if (typeof part === 'boolean') return [];
    return 'all' in part ? part.all : [part];
  });
  const [first, ...rest] = flat;
  if (first === undefined) return true;
  return rest.length === 0 ? first : { all: flat };
}

export function anyOf(parts: readonly Truth[]): Truth {
  const open = parts.filter((part) => part !== false);
  if (open.includes(true)) return true;
  const flat = open.flatMap((part): Condition[] => {
    if (typeof part === 'boolean') return [];
    return 'any' in part ? part.any : [part];
  });
  const [first, ...rest] = flat;
  if (first === undefined) return false;
  return rest.length === 0 ? first : { any: flat };
}

export function notOf(truth: Truth): Truth {
  if (typeof truth === 'boolean') return !truth;
  return 'not' in truth ? truth.not : { not: truth };
}

export const isNull = (path: string): Condition => ({ flagd: '==', attribute: path, values: [] });
export const isText = (path: string): Condition => ({ flagd: 'starts_with', attribute: path, values: [''] });
export const isEmptyText = (path: string): Condition => ({ flagd: '===', attribute: path, values: [''] });

/** How much a condition is, written out. */
export function sizeOf(truth: Truth): number {
  if (typeof truth === 'boolean') return 0;
  if ('all' in truth) return truth.all.reduce((sum, part) => sum + sizeOf(part), 1);
  if ('any' in truth) return truth.any.reduce((sum, part) => sum + sizeOf(part), 1);
  if ('not' in truth) return 1 + sizeOf(truth.not);
  return 'values' in truth ? 1 + truth.values.length : 1;
}

const COMPARISONS: Record<string, { op: FlagdOperator; flipped: FlagdOperator; negated?: true }> = {
  '==': { op: '==', flipped: '==' },
  '!=': { op: '==', flipped: '==', negated: true },
  '===': { op: '===', flipped: '===' },
  '!==': { op: '===', flipped: '===', negated: true },
  '<': { op: '<', flipped: '>' },
  '<=': { op: '<=', flipped: '>=' },
  '>': { op: '>', flipped: '<' },
  '>=': { op: '>=', flipped: '<=' },
};

/** Operations whose value is true or false, and nothing else. */
export function isYesOrNo(name: string): boolean {
  return Object.hasOwn(COMPARISONS, name) || name === 'in' || name === '!' || name === '!!';
}

/** When an expression counts as true. */
export function truthOf(expression: JsonValue, scope: Scope): Truth {
  const resolved = resolve(expression, scope);
  const operation = operationOf(resolved);
  if (operation === undefined) return countsAsTrue(resolved);
  const { name } = operation;
  if (Object.hasOwn(COMPARISONS, name)) return comparison(operation, scope);
  switch (name) {
    case 'var':
      return test(operandOf(resolved, scope), '!!', []);
    case 'and':
      return listOf(operation).length > 0 && allOf(listOf(operation).map((part) => truthOf(part, scope)));
    case 'or':
      return anyOf(listOf(operation).map((part) => truthOf(part, scope)));
    case '!':
      return notOf(truthOfOne(operation, scope));
    case '!!':
      return truthOfOne(operation, scope);
    case 'if':
      return truthOfIf(listOf(operation), scope);
    case 'in':
      return membership(operation, scope);
    case 'starts_with':
    case 'ends_with':
      return textTest(operation, name, scope);
    case 'sem_ver':
      return versionTest(operation, scope);
    default:
      throw new NotCarried(`a condition asks ${quote(name)}`);
  }
}

/** `!` and `!!` take one argument. Beside a list, an attribute that is a list would stand for its first member. */
function truthOfOne({ name, args }: Operation, scope: Scope): Truth {
  const [only, ...more] = Array.isArray(args) ? args : [args];
  if (only === undefined || more.length > 0) throw new NotCarried(`${quote(name)} takes one argument`);
  if (!Array.isArray(args) && operationOf(resolve(only, scope))?.name === 'var') {
    throw new NotCarried(`the argument of ${quote(name)} is no list: write ["…"] around it`);
  }
  return truthOf(only, scope);
}

function truthOfIf(args: readonly JsonValue[], scope: Scope): Truth {
  const [condition, then, ...rest] = args;
  if (condition === undefined) return false;
  if (then === undefined) return truthOf(condition, scope);
  const holds = truthOf(condition, scope);
  return anyOf([allOf([holds, truthOf(then, scope)]), allOf([notOf(holds), truthOfIf(rest, scope)])]);
}

/** A test of an attribute, or of what stands for it; a fixed value is tested at once. */
function test(operand: Operand, op: FlagdOperator, values: Scalar[]): Truth {
  const matches = makeFlagdMatches(op, values);
  if (matches === undefined) throw new NotCarried(`${quote(op)} cannot be asked with ${quote(values)}`);
  if ('fixed' in operand) return matches(operand.fixed);
  const asked: Condition = { flagd: op, attribute: operand.path, values };
  if (operand.otherwise === undefined) return asked;
  const missing = isNull(operand.path);
  return anyOf([allOf([notOf(missing), asked]), allOf([missing, matches(operand.otherwise)])]);
}

function comparison(operation: Operation, scope: Scope): Truth {
  const { op, flipped, negated } = COMPARISONS[operation.name] as (typeof COMPARISONS)[string];
  const operands = listOf(operation).map((one) => operandOf(one, scope));
  const most = op === '==' || op === '===' ? 2 : 3;
  if (operands.length < 2 || operands.length > most) {
    throw new NotCarried(`${quote(operation.name)} has ${operands.length} arguments`);
  }
  const pairs = operands.slice(1).map((right, at) => {
    const left = operands[at] as Operand;
    if ('fixed' in right) return test(left, op, fixedOperand(right.fixed));
    if ('fixed' in left) return test(right, flipped, fixedOperand(left.fixed));
    throw new NotCarried('it compares two attributes with each other');
  });
  return negated ? notOf(allOf(pairs)) : allOf(pairs);
}

/** The fixed side of a comparison; null is no operand. */
function fixedOperand(value: JsonValue): Scalar[] {
  if (value === null) return [];
  if (typeof value === 'object' || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw new NotCarried('an attribute is compared with a list, an object or a number that is too large');
  }
  return [value];
}

function membership(operation: Operation, scope: Scope): Truth {
  const [needle, hay, ...more] = listOf(operation).map((one) => operandOf(one, scope));
  if (needle === undefined || hay === undefined || more.length > 0) throw new NotCarried('“in” takes two arguments');
  if ('fixed' in hay && Array.isArray(hay.fixed)) {
    const members = hay.fixed.filter((one): one is string | number => {
      return typeof one === 'string' || Number.isFinite(one);
    });
    if (members.length < hay.fixed.length) {
      throw new NotCarried('“in” looks into a list with other things than texts and numbers, where flagd may fail');
    }
    return test(needle, 'in', members);
  }
  if (!('fixed' in needle)) {
    throw new NotCarried(
      '“in” looks for an attribute in a text: where it is no text flagd fails, which no rule can say',
    );
  }
  if (typeof needle.fixed !== 'string') {
    throw new NotCarried('“in” looks for something that is no text: where it meets a text flagd fails');
  }
  return test(hay, 'has', [needle.fixed]);
}

function textTest(operation: Operation, op: 'starts_with' | 'ends_with', scope: Scope): Truth {
  const [subject, wanted, ...more] = listOf(operation).map((one) => operandOf(one, scope));
  if (subject === undefined || wanted === undefined || more.length > 0)
    throw new NotCarried(`“${op}” takes two arguments`);
  if (!('fixed' in wanted)) throw new NotCarried(`“${op}” looks for an attribute`);
  if (typeof wanted.fixed !== 'string') return false;
  return test(subject, op, [wanted.fixed]);
}

function versionTest(operation: Operation, scope: Scope): Truth {
  const [subject, relation, wanted, ...more] = listOf(operation).map((one) => operandOf(one, scope));
  const isWhole = subject !== undefined && relation !== undefined && wanted !== undefined && more.length === 0;
  if (!isWhole || !('fixed' in relation) || !('fixed' in wanted)) {
    throw new NotCarried('“sem_ver” takes an attribute, a relation and a version');
  }
  if (typeof relation.fixed !== 'string' || typeof wanted.fixed !== 'string') {
    throw new NotCarried('the relation or the version of “sem_ver” is no text');
  }
  return test(subject, 'sem_ver', [relation.fixed, wanted.fixed]);
}
