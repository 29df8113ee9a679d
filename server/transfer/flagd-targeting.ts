import type { Condition, JsonValue, Rule, Serve } from '@turnout/core';
import { allOf, countsAsTrue, isYesOrNo, sizeOf, type Truth, truthOf } from './flagd-condition.ts';
import { listOf, operationOf, resolve, type Scope } from './flagd-expression.ts';
import { casesOfFractional, closeSplit, type OpenSplit } from './flagd-fractional.ts';
import { NotCarried, quote } from './not-carried.ts';

/** What an expression gives where a condition holds; of several cases the first that holds counts, and the last always does. */
export interface Case {
  when: Truth;
  gives: string | number | boolean | null | OpenSplit;
}

const MOST_RULES = 1_000;

/** A flag's rules and what holds where none does. */
export interface Targeted {
  rules: Rule[];
  fallthrough: Serve;
}

/** The rules that say what a targeting says: null is the default variant, and without one the caller's own default. */
export function rulesOf(
  targeting: JsonValue,
  variants: Record<string, JsonValue>,
  defaultVariant: string | null,
  scope: Scope,
): Targeted {
  const fallback: Serve = defaultVariant === null ? { coded: true } : { variant: defaultVariant };
  const serves = casesOf(targeting, scope).map(({ when, gives }) => ({
    when,
    serve: serveOf(gives, variants, defaultVariant, fallback),
  }));
  const reached = serves
    .slice(0, serves.findIndex(({ when }) => when === true) + 1)
    .filter(({ when }) => when !== false);
  // What gives the default anyway, with nothing after it, is what the fallthrough says.
  while (reached.at(-1)?.serve === fallback) reached.pop();
  if (reached.length > MOST_RULES) throw new NotCarried(`its targeting becomes ${reached.length} rules`);
  const rules = reached.map(({ when, serve }, at): Rule => {
    const condition: Condition = typeof when === 'boolean' ? { all: [] } : when;
    scope.allowance.spend(sizeOf(condition));
    return { id: `targeting-${at + 1}`, if: condition, serve };
  });
  return { rules, fallthrough: fallback };
}

function serveOf(
  gives: Case['gives'],
  variants: Record<string, JsonValue>,
  defaultVariant: string | null,
  fallback: Serve,
): Serve {
  if (gives === null) return fallback;
  if (typeof gives !== 'object') return { variant: nameOf(String(gives), variants) };
  const split = closeSplit(gives, (name) => {
    if (name !== null) return nameOf(name, variants);
    if (defaultVariant !== null) return defaultVariant;
    throw new NotCarried('a bucket of a fractional gives null, and there is no default variant');
  });
  return { split };
}

/** A result names a variant. flagd writes it as JSON and takes the quotes away, which leaves some names changed. */
function nameOf(name: string, variants: Record<string, JsonValue>): string {
  if (!Object.hasOwn(variants, name)) throw new NotCarried(`a rule gives ${quote(name)}, which is no variant of it`);
  if (/["\\<>&\p{Cc}\u2028\u2029]/u.test(name)) {
    throw new NotCarried(`a rule gives ${quote(name)}, a name that flagd itself does not find`);
  }
  return name;
}

/** What an expression gives, as a value: the last case always holds. */
export function casesOf(expression: JsonValue, scope: Scope): Case[] {
  const resolved = resolve(expression, scope);
  const operation = operationOf(resolved);
  if (operation === undefined) {
    if (typeof resolved === 'object' && resolved !== null) throw new NotCarried('a rule gives a list or an object');
    return [{ when: true, gives: resolved }];
  }
  const { name } = operation;
  if (isYesOrNo(name)) {
    return [
      { when: truthOf(resolved, scope), gives: true },
      { when: true, gives: false },
    ];
  }
  if (name === 'if') return casesOfIf(listOf(operation), scope);
  if (name === 'and' || name === 'or') return casesOfOperands(listOf(operation), name === 'or', scope);
  if (name === 'fractional') return casesOfFractional(operation, scope);
  throw new NotCarried(`a rule gives what ${quote(name)} computes`);
}

function casesOfIf(args: readonly JsonValue[], scope: Scope): Case[] {
  const [condition = null, then, ...rest] = args;
  if (then === undefined) return casesOf(condition, scope);
  const holds = truthOf(condition, scope);
  const within = casesOf(then, scope).map(({ when, gives }) => ({ when: both(holds, when, scope), gives }));
  // What comes after what always holds is read all the same: no flag is carried over with a part that nobody understood.
  const after = casesOfIf(rest, scope);
  return holds === true ? within : [...within, ...after];
}

/** `and` gives its first operand that counts as false, `or` the first that counts as true; else both give the last. */
function casesOfOperands(operands: readonly JsonValue[], endsAt: boolean, scope: Scope): Case[] {
  const [first, ...rest] = operands;
  if (first === undefined) return [{ when: true, gives: null }];
  const cases = casesOf(first, scope);
  if (rest.length === 0) return cases;
  const after = casesOfOperands(rest, endsAt, scope);
  return cases.flatMap(({ when, gives }) => {
    if (counts(gives) === endsAt) return [{ when, gives }];
    return after.map((later) => ({ when: both(when, later.when, scope), gives: later.gives }));
  });
}

/** What a split gives are names, but for null. */
function counts(gives: Case['gives']): boolean {
  if (typeof gives !== 'object' || gives === null) return countsAsTrue(gives);
  if (gives.slices.some(([, , name]) => name === null))
    throw new NotCarried('an operand of and/or is a split with null');
  return true;
}

function both(first: Truth, second: Truth, scope: Scope): Truth {
  scope.allowance.spend(sizeOf(first) + sizeOf(second));
  return allOf([first, second]);
}
