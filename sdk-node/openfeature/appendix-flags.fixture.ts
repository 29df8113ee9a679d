import { existsSync, readFileSync } from 'node:fs';
import type { Condition, Flag, FlagType, JsonValue, Metadata } from '@turnout/core';
import { flagOf } from '../house-server.fixture.ts';
import { type Pickle, readGherkin } from './gherkin.fixture.ts';

const FOLDER = new URL('../../../shared/vectors/openfeature-gherkin/specification/assets/gherkin/', import.meta.url);
const FEATURES = ['evaluation', 'evaluation_v2', 'hooks', 'metadata', 'contextMerging'];

/** True where the scenarios of Appendix B of OpenFeature's specification are at hand. */
export const hasAppendix = existsSync(FOLDER);

export function readAppendix(): Pickle[] {
  return FEATURES.flatMap((name) => readGherkin(readFileSync(new URL(`${name}.feature`, FOLDER), 'utf8')));
}

/** A flag as `test-flags.json` writes it. */
export interface AppendixFlag {
  variants: Record<string, JsonValue>;
  defaultVariant?: string | null;
  disabled?: boolean;
  flagMetadata?: Metadata | null;
  contextEvaluator?: string;
}

export function readAppendixFlags(): Flag[] {
  const flags: Record<string, AppendixFlag> = JSON.parse(readFileSync(new URL('test-flags.json', FOLDER), 'utf8'));
  return Object.entries(flags).map(([key, flag]) => convertFlag(key, flag));
}

/** A disabled flag leaves the value to the app, as does one without a default. */
export function convertFlag(key: string, flag: AppendixFlag): Flag {
  const otherwise = flag.defaultVariant == null ? { coded: true as const } : { variant: flag.defaultVariant };
  return flagOf(key, {
    type: typeOf(Object.values(flag.variants)[0] ?? null),
    variants: flag.variants,
    state: flag.disabled ? 'off' : 'on',
    offVariant: null,
    rules: flag.contextEvaluator === undefined ? [] : [ruleOf(flag.contextEvaluator)],
    fallthrough: otherwise,
    metadata: flag.flagMetadata ?? {},
  });
}

function typeOf(value: JsonValue): FlagType {
  const type = typeof value;
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'object';
}

/** `term && term ? 'variant' : ''`, which is all of the expression language that the file uses. */
function ruleOf(expression: string): Flag['rules'][number] {
  const [, terms, variant] = /^(.*) \? '([^']+)' : ''$/.exec(expression) ?? [];
  if (terms === undefined || variant === undefined) throw new Error(`no rule that is known here: ${expression}`);
  return { id: 'evaluator', if: { all: terms.split(' && ').map(conditionOf) }, serve: { variant } };
}

function conditionOf(term: string): Condition {
  const [, attribute, op, text, number] = /^!?(\w+)(?: (==|>) (?:'([^']*)'|(\d+)))?$/.exec(term) ?? [];
  if (attribute === undefined) throw new Error(`no term that is known here: ${term}`);
  if (op === undefined) return { attribute, op: 'equals', values: [!term.startsWith('!')] };
  return { attribute, op: op === '==' ? 'equals' : 'gt', values: [text ?? Number(number)] };
}
