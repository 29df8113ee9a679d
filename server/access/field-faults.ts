import type { z } from '@hono/zod-openapi';
import { escapePointer } from '../platform/json-pointer.ts';
import type { FieldFault } from '../platform/problem.ts';

type Issue = z.core.$ZodIssue;

/** Turns what zod refused into faults: a JSON pointer each, and a sentence part that says what would be right. */
export function faultsOf(issues: readonly Issue[], target = 'json'): FieldFault[] {
  const faults = issues.flatMap((issue) => faultsOfIssue(issue, target === 'json' ? '' : `/${target}`));
  // Alternatives that fail in the same place for the same reason are one fault to a reader.
  const seen = new Map(faults.map((fault) => [`${fault.path} ${fault.expected}`, fault]));
  return [...seen.values()];
}

function faultsOfIssue(issue: Issue, under: string): FieldFault[] {
  const path = `${under}${issue.path.map((part) => `/${escapePointer(String(part))}`).join('')}` || '/';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: `${path === '/' ? '' : path}/${escapePointer(key)}`,
      code: issue.code,
      expected: 'no such field',
    }));
  }
  if (issue.code === 'invalid_union') {
    const nearest = nearestAlternative(issue.errors);
    if (nearest) return nearest.flatMap((inner) => faultsOfIssue(inner, path === '/' ? '' : path));
  }
  return [{ path, code: issue.code, expected: expectedOf(issue) }];
}

/** The alternative that got furthest is what the author most likely meant; none where all fail at once. */
function nearestAlternative(alternatives: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const deepest = (issues: readonly Issue[]) => Math.max(...issues.map((issue) => issue.path.length));
  const ranked = alternatives.filter((issues) => issues.length > 0).sort((a, b) => deepest(b) - deepest(a));
  const [first, second] = ranked;
  if (!first || deepest(first) === 0) return undefined;
  return second && deepest(second) === deepest(first) && second.length < first.length ? second : first;
}

/** zod's own messages begin like this; anything else was written by the contract's author and is better. */
const GENERATED = /^(Invalid|Too (small|big)|Unrecognized)/;

function expectedOf(issue: Issue): string {
  if (!GENERATED.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return withArticle(issue.expected);
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return issue.pattern ? `text that matches ${issue.pattern}` : `text of the format ${issue.format}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_key':
      return issue.issues[0] ? expectedOf(issue.issues[0]) : 'another name';
    default:
      return issue.message.replace(/^Invalid input: expected /, '');
  }
}

function withArticle(type: string): string {
  if (type === 'int') return 'an integer';
  if (type === 'record') return 'an object';
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  if (origin === 'array' || origin === 'set') return ' items';
  return origin === 'object' || origin === 'record' ? ' fields' : '';
}
