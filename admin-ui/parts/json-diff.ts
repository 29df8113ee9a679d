import { spellMarks } from './spell-marks.ts';

/** A line of a document that was altered; `gap` stands for so many lines that stayed as they were. */
export type DiffLine = { kind: 'same' | 'added' | 'removed'; text: string } | { kind: 'gap'; count: number };

const WIDEST = 60;
/** Beyond so many pairs of lines nobody compares them one by one: the one block is taken away, the other put there. */
const MOST_PAIRS = 4_000_000;

/**
 * A JSON value in lines, keys in order and without commas at their ends, so that a line is the same line wherever it
 * stands. What is not there is no line.
 */
export function printJson(value: unknown): string[] {
  return value === undefined || value === null ? [] : print(value, '', '');
}

function print(value: unknown, indent: string, name: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${indent}${name}${scalar(value)}`];
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const members: [string, unknown][] = Array.isArray(value)
    ? value.map((member) => ['', member])
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [`${scalar(key)}: `, member]);
  const short = `${open}${members.map(([key, member]) => `${key}${scalar(member)}`).join(', ')}${close}`;
  const plain = members.every(([, member]) => typeof member !== 'object' || member === null);
  if (members.length === 0 || (plain && short.length <= WIDEST && (Array.isArray(value) || members.length < 2))) {
    return [`${indent}${name}${short}`];
  }
  const inner = members.flatMap(([key, member]) => print(member, `${indent}  `, key));
  return [`${indent}${name}${open}`, ...inner, `${indent}${close}`];
}

function scalar(value: unknown): string {
  return spellMarks(JSON.stringify(value) ?? 'null');
}

/** What leads from one JSON value to another, line by line. */
export function diffJson(before: unknown, after: unknown): DiffLine[] {
  return diffLines(printJson(before), printJson(after));
}

/** The fewest lines taken away and added that lead from one list to the other. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const same = (lines: readonly string[]) => lines.map((text): DiffLine => ({ kind: 'same', text }));
  return [
    ...same(before.slice(0, start)),
    ...diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(after.slice(after.length - end)),
  ];
}

function diffMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ kind: 'removed', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  if (before.length * after.length > MOST_PAIRS) return [...before.map(removed), ...after.map(added)];
  const common = longestCommon(before, after);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [was, is] = [before[i] ?? '', after[j] ?? ''];
    if (i < before.length && j < after.length && was === is) {
      lines.push({ kind: 'same', text: was });
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && commonAt(common, i + 1, j) >= commonAt(common, i, j + 1))) {
      lines.push(removed(was));
      i++;
    } else {
      lines.push(added(is));
      j++;
    }
  }
  return lines;
}

const commonAt = (common: readonly Uint32Array[], i: number, j: number) => common[i]?.[j] ?? 0;

/** How many lines the rests of both lists have in common, from each pair of places on. */
function longestCommon(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    const row = common[i];
    for (let j = after.length - 1; row !== undefined && j >= 0; j--) {
      const same = before[i] === after[j];
      row[j] = same ? commonAt(common, i + 1, j + 1) + 1 : Math.max(commonAt(common, i + 1, j), row[j + 1] ?? 0);
    }
  }
  return common;
}

/** The same, with no more than `around` unaltered lines next to what was altered. */
export function foldSame(lines: readonly DiffLine[], around = 3): DiffLine[] {
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind !== 'added' && kind !== 'removed') continue;
    for (let i = at - around; i <= at + around; i++) near.add(i);
  }
  const folded: DiffLine[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && !near.has(end)) end++;
    // A gap of one line takes as much room as the line.
    if (end - at > 1) folded.push({ kind: 'gap', count: end - at });
    else end = at + 1;
    if (end - at === 1) folded.push(...lines.slice(at, end));
    at = end;
  }
  return folded;
}
