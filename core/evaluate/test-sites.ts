import type { Context } from '../model/evaluation.ts';
import type { JsonValue } from '../model/ruleset.ts';
import { murmur3 } from './murmur3.ts';

/** Whether what a context holds of an attribute, undefined or null when that is nothing, meets a test. */
export type Meets = (value: JsonValue | undefined) => boolean;

/** Up to three texts that are equal to what a test wants; fewer are repeated. */
export interface Texts {
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

/** A text is compared with `texts`, where there are any; all else is up to `other`. */
export function meets(value: JsonValue | undefined, texts: Texts | undefined, other: Meets): boolean {
  if (texts === undefined || typeof value !== 'string') return other(value);
  return value === texts.a || value === texts.b || value === texts.c;
}

type MakeHolds = (path: string, texts: Texts | undefined, other: Meets) => (context: Context) => boolean;

/**
 * Sixty-four ways to write one and the same test. An engine remembers, for each place in the source that reads a property,
 * where objects keep it, as long as that place reads one name only. A single place for all attributes would read many
 * names and look each of them up every time, which costs several times as much as all the rest of a test.
 */
// biome-ignore format: one line each
const SITES: readonly MakeHolds[] = [
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
  (path, texts, other) => (context) => meets(context[path], texts, other),
];

/**
 * Makes a test of a plain attribute at the site that its name hashes to: most names of a ruleset have one of their own,
 * and two that share one are only read more slowly.
 */
export function testAtSite(path: string, texts: Texts | undefined, other: Meets): (context: Context) => boolean {
  return SITES[murmur3(path, 0) % SITES.length]!(path, texts, other);
}
