import type { JsonValue } from '@turnout/core';
import { NotCarried, quote } from './not-carried.ts';
import type { WorkAllowance } from './work-allowance.ts';

/** What an expression of one flag's targeting is read in. */
export interface Scope {
  /** As flagd knows it, whatever it is called here: it is hashed. */
  flagKey: string;
  evaluators: ReadonlyMap<string, JsonValue>;
  allowance: WorkAllowance;
}

/** An operation and its arguments: an object with one member. */
export interface Operation {
  name: string;
  args: JsonValue;
}

/** Deeper than any body may be nested, twice: an evaluator stands in the place of its name. */
const DEEPEST = 64;

export function isObject(value: JsonValue | undefined): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is nested deeper than anything that is carried over. Without recursion: it may be as deep as it likes. */
export function isTooDeep(value: JsonValue): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** The expression itself, with the evaluator in place of its name. Evaluators that name others were refused before. */
export function resolve(expression: JsonValue, scope: Scope): JsonValue {
  scope.allowance.spend(1);
  if (!isObject(expression) || !Object.hasOwn(expression, '$ref')) return expression;
  const name = expression.$ref;
  if (typeof name !== 'string' || Object.keys(expression).length > 1) {
    throw new NotCarried('a $ref stands beside something else');
  }
  const evaluator = scope.evaluators.get(name);
  if (evaluator === undefined) throw new NotCarried(`there is no evaluator ${quote(name)} that can be carried over`);
  return evaluator;
}

/** The operation of an object; undefined for any other value, and for an empty object, which is a value too. */
export function operationOf(expression: JsonValue): Operation | undefined {
  if (!isObject(expression)) return undefined;
  const [name, ...more] = Object.keys(expression);
  if (name === undefined) return undefined;
  if (more.length > 0)
    throw new NotCarried(`an expression has several operations: ${quote([name, ...more].join(', '))}`);
  return { name, args: expression[name] ?? null };
}

/** The arguments as a list. What flagd makes of anything else differs by operation and version. */
export function listOf({ name, args }: Operation): JsonValue[] {
  if (!Array.isArray(args)) throw new NotCarried(`the arguments of ${quote(name)} are no list`);
  return args;
}

/** What an operation compares: something fixed, or an attribute with what stands for it where it is null. */
export type Operand = { fixed: JsonValue } | { path: string; otherwise?: JsonValue };

/** Reads an operand. Only what is fixed and attributes can be compared here; nothing is computed. */
export function operandOf(expression: JsonValue, scope: Scope): Operand {
  const resolved = resolve(expression, scope);
  const operation = operationOf(resolved);
  if (operation === undefined) {
    if (Array.isArray(resolved)) {
      scope.allowance.spend(resolved.length);
      if (resolved.some((one) => typeof one === 'object' && one !== null)) {
        throw new NotCarried('a list holds more than texts and numbers');
      }
    }
    return { fixed: resolved };
  }
  if (operation.name !== 'var')
    throw new NotCarried(`${quote(operation.name)} computes a value, which no test here does`);
  return attributeOf(operation.args, scope);
}

/** What `var` reads. */
function attributeOf(args: JsonValue, scope: Scope): Operand {
  const [path, otherwise, ...more] = Array.isArray(args) ? args : [args];
  if (more.length > 0 || typeof path !== 'string' || path === '') throw new NotCarried('a var names no attribute');
  if (path === '$flagd.flagKey') return { fixed: scope.flagKey };
  if (path === '$flagd.timestamp') throw new NotCarried('it asks $flagd.timestamp, and evaluation here asks no clock');
  if (path === '$flagd' || path.startsWith('$flagd.')) throw new NotCarried(`it asks ${quote(path)}`);
  // Empty steps and backslashes are read differently by flagd and its ports.
  if (path.split('.').includes('') || path.includes('\\')) throw new NotCarried(`the path ${quote(path)} is ambiguous`);
  if (path.length > 256) throw new NotCarried('the name of an attribute has more than 256 characters');
  if (otherwise === undefined || otherwise === null) return { path };
  if (operationOf(otherwise) !== undefined) throw new NotCarried('what stands for a missing attribute is computed');
  return { path, otherwise };
}
