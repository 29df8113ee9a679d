import type { Condition, Scalar, Test } from '@turnout/core';
import { nodeOf } from './condition-tree.ts';
import { OPERATOR_WORDS } from './operator-words.ts';

const MOST_VALUES = 6;

/** A condition as one would say it: “country is CH or DE, and not plan is guest”. */
export function tellCondition(condition: Condition): string {
  const node = nodeOf(condition);
  if (node.kind === 'all' || node.kind === 'any') return tellGroup(node.kind, node.parts);
  if (node.kind === 'not') return `not ${inBrackets(node.inner)}`;
  if (node.kind === 'segment') return `in segment ${node.key}`;
  if (node.kind === 'flagd') return tellForeign(node.test);
  return tellTest(node.test);
}

function tellGroup(kind: 'all' | 'any', parts: readonly Condition[]): string {
  const [only] = parts;
  if (only === undefined) return kind === 'all' ? 'everybody' : 'nobody';
  if (parts.length === 1) return tellCondition(only);
  return parts.map(inBrackets).join(kind === 'all' ? ' and ' : ' or ');
}

/** What is made of several parts is put in brackets where it stands in something else. */
function inBrackets(condition: Condition): string {
  const node = nodeOf(condition);
  const several = (node.kind === 'all' || node.kind === 'any') && node.parts.length > 1;
  return several ? `(${tellCondition(condition)})` : tellCondition(condition);
}

export function tellTest({ attribute, op, values, ignoreCase }: Test): string {
  const name = attribute === '' ? '…' : attribute;
  if (op === 'exists') return `${name} ${OPERATOR_WORDS.exists.words}`;
  const told = `${name} ${OPERATOR_WORDS[op].words} ${tellValues(values)}`;
  return ignoreCase ? `${told}, whatever the case` : told;
}

/** A test as another system means it, in its own words. */
export function tellForeign({
  flagd,
  attribute,
  values,
}: {
  flagd: string;
  attribute: string;
  values: Scalar[];
}): string {
  return `${attribute} ${flagd} ${values.map((value) => JSON.stringify(value)).join(', ')} (as flagd compares)`;
}

function tellValues(values: readonly Scalar[]): string {
  if (values.length === 0) return '…';
  const told = values.slice(0, MOST_VALUES).map(tellValue);
  const more = values.length - told.length;
  if (more > 0) return `${told.join(', ')} or ${more} more`;
  return told.length < 2 ? told.join('') : `${told.slice(0, -1).join(', ')} or ${told.at(-1)}`;
}

/** A text that reads like something else is told in quotes. */
function tellValue(value: Scalar): string {
  if (typeof value !== 'string') return String(value);
  const misleads = value === '' || value === 'true' || value === 'false' || value.trim() !== value;
  return misleads || (value !== '' && Number.isFinite(Number(value))) ? `“${value}”` : value;
}
