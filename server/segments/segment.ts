import type { JsonValue, Segment } from '@turnout/core';
import type { SegmentAnswer, SegmentFields, SegmentSummary } from './contract.ts';
import type { SegmentContent, SegmentRow } from './store.ts';

const EMPTY: SegmentContent = {
  name: '',
  description: '',
  by: 'targetingKey',
  included: [],
  excluded: [],
  condition: null,
};

/** What an author wrote, on top of `base`; null takes a field back to what a new segment has. */
export function readContent(fields: SegmentFields, base: SegmentContent = EMPTY): SegmentContent {
  const pick = <K extends keyof SegmentContent>(name: K, given: SegmentContent[K] | null | undefined) =>
    given === undefined ? base[name] : given === null ? EMPTY[name] : given;
  return {
    name: pick('name', fields.name),
    description: pick('description', fields.description),
    by: pick('by', fields.by),
    included: inOrder(pick('included', fields.included)),
    excluded: inOrder(pick('excluded', fields.excluded)),
    condition: pick('condition', fields.if),
  };
}

/** A segment as an evaluator sees it; the order of the fields never changes. */
export function servedSegment(key: string, content: SegmentContent): Segment {
  return {
    key,
    by: content.by,
    included: content.included,
    excluded: content.excluded,
    ...(content.condition === null ? {} : { if: content.condition }),
  };
}

/** Members are a set: each once, in the order of code units, so that adding one is a small patch. */
export function inOrder(members: readonly string[]): string[] {
  return [...new Set(members)].sort();
}

export function showSegment(row: SegmentRow, environment: string): SegmentAnswer {
  return { ...shownBase(row, environment), included: row.included, excluded: row.excluded };
}

export function summariseSegment(row: SegmentRow, environment: string): SegmentSummary {
  const members = { included: row.included.length, excluded: row.excluded.length };
  return { ...shownBase(row, environment), members };
}

function shownBase(row: SegmentRow, environment: string) {
  const { key, name, description, by, condition, version } = row;
  return { key, environment, name, description, by, if: condition, version, createdAt: row.createdAt.toISOString() };
}

/** A whole segment as the log keeps it. */
export function logSegment(content: SegmentContent): { [field: string]: JsonValue } {
  const { name, description, by, included, excluded, condition } = content;
  return { name, description, by, included, excluded, if: condition as JsonValue };
}

/**
 * What an edit changed, as the log keeps it: the changed fields alone, and of a list whether each changed member is in
 * it. So an entry about one member of ten thousand has one member, and can be undone while others come and go.
 */
export function logEdit(was: SegmentContent, is: SegmentContent): { before: JsonValue; after: JsonValue } {
  const [before, after] = [logSegment(was), logSegment(is)];
  for (const list of ['included', 'excluded'] as const) {
    const [old, now] = [new Set(was[list]), new Set(is[list])];
    const moved = inOrder([...was[list].filter((one) => !now.has(one)), ...is[list].filter((one) => !old.has(one))]);
    before[list] = Object.fromEntries(moved.map((one) => [one, old.has(one)]));
    after[list] = Object.fromEntries(moved.map((one) => [one, now.has(one)]));
  }
  for (const field of Object.keys(before)) {
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field])) continue;
    delete before[field];
    delete after[field];
  }
  return { before, after };
}

/** A segment in the form of a log entry that may name only some fields and members of it. */
export function logLike(content: SegmentContent, entry: JsonValue): JsonValue {
  const whole = logSegment(content);
  if (!isJsonObject(entry)) return whole;
  const shown = Object.keys(entry).map((field): [string, JsonValue] => {
    const [now, then] = [whole[field] ?? null, entry[field] ?? null];
    if (!Array.isArray(now) || !isJsonObject(then)) return [field, now];
    return [field, Object.fromEntries(Object.keys(then).map((one) => [one, now.includes(one)]))];
  });
  return Object.fromEntries(shown);
}

/** The content with what a log entry says of it. */
export function applyLogged(content: SegmentContent, entry: JsonValue): SegmentContent {
  if (!isJsonObject(entry)) return content;
  const list = (name: 'included' | 'excluded'): string[] => {
    const said = entry[name];
    if (Array.isArray(said)) return said.map(String);
    if (!isJsonObject(said)) return content[name];
    return [...content[name].filter((one) => said[one] !== false), ...Object.keys(said).filter((one) => said[one])];
  };
  const { included: _included, excluded: _excluded, ...rest } = entry;
  return readContent({ ...(rest as SegmentFields), included: list('included'), excluded: list('excluded') }, content);
}

export function isJsonObject(value: JsonValue | undefined): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
