import { existsSync, readFileSync } from 'node:fs';
import type { Condition, Context, FlagType, JsonValue, Scalar } from '@turnout/core';
import type { ConfigurationPatch, NewFlag, ServeIn } from '../flags/contract.ts';

const FILE = new URL('../../../shared/vectors/demo/otel-demo.flagd.json', import.meta.url);

/** A flag as flagd's file writes it, as far as the OpenTelemetry demo uses it. */
interface FlagdFlag {
  state: 'ENABLED' | 'DISABLED';
  variants: Record<string, JsonValue>;
  defaultVariant: string;
  description?: string;
  targeting?: JsonValue;
}

/** True where the file with the OpenTelemetry demo's flags is there. */
export const hasDemoFlags = existsSync(FILE);

/** What an evaluation is expected to give. */
export interface Expected {
  flag: string;
  context: Context;
  value: JsonValue;
  variant: string;
  reason: 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH';
}

/** The OpenTelemetry demo's flags as an author of Turnout writes them, on in one environment. */
export function demoFlags(environment: string): NewFlag[] {
  return Object.entries(readFile()).map(([key, flag]) => ({
    key,
    type: typeOf(Object.values(flag.variants)[0] ?? null),
    variants: flag.variants,
    description: flag.description ?? '',
    kind: 'ops',
    tags: ['otel-demo'],
    environments: { [environment]: configurationOf(flag) },
  }));
}

/** Flags of the types that the demo has none of: a string, an object, and one that is split. */
export function flagsBeside(environment: string): NewFlag[] {
  const on = (over: ConfigurationPatch) => ({ [environment]: { state: 'on' as const, ...over } });
  return [
    {
      key: 'bannerText',
      type: 'string',
      variants: { plain: 'Welcome', sale: 'Everything must go' },
      environments: on({ offVariant: 'plain', fallthrough: { variant: 'sale' } }),
    },
    {
      key: 'searchSettings',
      type: 'object',
      variants: { small: { pageSize: 10, facets: ['price'] }, large: { pageSize: 50, facets: ['price', 'brand'] } },
      environments: on({ offVariant: 'small', fallthrough: { variant: 'large' } }),
    },
    {
      key: 'newCheckout',
      type: 'boolean',
      environments: on({ fallthrough: { split: { weights: { on: 30_000, off: 70_000 } } } }),
    },
  ];
}

/** What each flag of the demo gives: without any context, and where it has a rule, to whom the rule is about. */
export function demoExpectations(): Expected[] {
  return Object.entries(readFile()).flatMap(([flag, { variants, defaultVariant, targeting }]) => {
    const expected = (variant: string, context: Context, reason: Expected['reason']): Expected => {
      return { flag, context, variant, value: variants[variant] ?? null, reason };
    };
    if (targeting === undefined) return [expected(defaultVariant, {}, 'STATIC')];
    const { attribute, value, then, otherwise } = readTargeting(targeting);
    return [
      expected(otherwise, {}, 'DEFAULT'),
      expected(then, { [attribute]: value }, 'TARGETING_MATCH'),
      expected(otherwise, { [attribute]: `not ${value}` }, 'DEFAULT'),
    ];
  });
}

function readFile(): Record<string, FlagdFlag> {
  return (JSON.parse(readFileSync(FILE, 'utf8')) as { flags: Record<string, FlagdFlag> }).flags;
}

function typeOf(value: JsonValue): FlagType {
  const type = typeof value;
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'object';
}

/** A disabled flag of flagd leaves the value to the app; a default variant is what no rule catches. */
function configurationOf({ state, variants, defaultVariant, targeting }: FlagdFlag): ConfigurationPatch {
  const offVariant = Object.hasOwn(variants, 'off') ? 'off' : null;
  const rest = { state: state === 'ENABLED' ? ('on' as const) : ('off' as const), offVariant };
  if (targeting === undefined) return { ...rest, fallthrough: serve(defaultVariant) };
  const { attribute, value, then, otherwise } = readTargeting(targeting);
  const condition: Condition = { attribute, op: 'equals', values: [value] };
  return { ...rest, rules: [{ id: 'targeting', if: condition, serve: serve(then) }], fallthrough: serve(otherwise) };
}

const serve = (variant: string): ServeIn => ({ variant });

interface Targeting {
  attribute: string;
  value: Scalar;
  then: string;
  otherwise: string;
}

/** `{if: [{"==": [{var: attribute}, value]}, then, otherwise]}`, which is all that the demo has. */
function readTargeting(targeting: JsonValue): Targeting {
  const [test, then, otherwise] = (targeting as { if: [{ '==': [{ var: string }, Scalar] }, string, string] }).if;
  const [{ var: attribute }, value] = test['=='];
  return { attribute, value, then, otherwise };
}
