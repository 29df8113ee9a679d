import type { Ruleset } from '../model/ruleset.ts';
import { isObject } from './fault.ts';
import { type CompiledFlag, isShed, makeFlag } from './flag.ts';
import { type Needy, orderByNeeds } from './order-by-needs.ts';
import { flagReferences, type References, segmentReferences } from './references.ts';
import { type CompiledSegment, makeSegment } from './segment.ts';
import type { Watch } from './trail.ts';

/** A ruleset, made ready to be asked. Its owner keeps it; there is no cache anywhere. */
export interface Compiled {
  /** What it was compiled from. It must not be changed in place afterwards. */
  readonly ruleset: Ruleset;
  /** In the order of the ruleset. */
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly segments: ReadonlyMap<string, CompiledSegment>;
}

interface Known extends Needy {
  source: unknown;
  references: References;
}

function entriesOf(record: unknown): [string, unknown][] {
  return isObject(record) ? Object.entries(record) : [];
}

function isSameBase(before: readonly unknown[], now: (index: number) => unknown): boolean {
  return before.every((base, i) => base === now(i));
}

function compileSegments(
  ruleset: Ruleset,
  previous: Compiled | undefined,
  watch: Watch | undefined,
): { segments: Map<string, CompiledSegment>; tests: (name: string) => number } {
  const known = new Map<string, Known>();
  for (const [key, source] of entriesOf(ruleset.segments)) {
    const before = previous?.segments.get(key);
    const references = before?.source === source && before ? before.references : segmentReferences(source);
    known.set(key, { source, references, needs: references.segments, tests: references.tests, isBarred: false });
  }
  const { ordered, tangled, reach } = orderByNeeds(known);
  const segments = new Map<string, CompiledSegment>();
  for (const key of [...ordered, ...tangled]) {
    const { source, references } = known.get(key)!;
    const isTangled = tangled.has(key);
    const before = previous?.segments.get(key);
    const isSame =
      before !== undefined &&
      before.source === source &&
      before.isTangled === isTangled &&
      isSameBase(before.builtOn, (i) => segments.get(references.segments[i]!));
    segments.set(key, isSame ? before : makeSegment(key, source, references, { segments, isTangled, watch }));
  }
  return { segments, tests: (name) => reach.get(name)?.tests ?? 0 };
}

/** The flags with all that they name, segments counted with what these name in turn. */
function knowFlags(
  ruleset: Ruleset,
  previous: Compiled | undefined,
  segments: ReadonlyMap<string, CompiledSegment>,
  testsOf: (segment: string) => number,
): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const [key, source] of entriesOf(ruleset.flags)) {
    const before = previous?.flags.get(key);
    const references = before !== undefined && before.source === source ? before.references : flagReferences(source);
    const tests = references.segments.reduce((sum, name) => sum + testsOf(name), references.tests);
    const isBarred = references.segments.some((name) => segments.get(name)?.isTangled === true);
    known.set(key, { source, references, needs: references.flags, tests, isBarred });
  }
  return known;
}

/** Compiles with a watcher: the same closures, each reporting what it found. */
export function compileWatched(ruleset: Ruleset, watch: Watch): Compiled {
  return compileWith(ruleset, undefined, watch);
}

/**
 * Makes a ruleset ready to be evaluated. Total: a ruleset of whatever shape compiles, and what is not understood turns
 * into errors of the flags concerned.
 *
 * With `previous`, the flags and segments that are the same objects as before are taken over as they were compiled,
 * unless something that they name has changed. Values of variants are frozen.
 */
export function compile(ruleset: Ruleset, previous?: Compiled): Compiled {
  return compileWith(ruleset, previous, undefined);
}

function compileWith(ruleset: Ruleset, previous: Compiled | undefined, watch: Watch | undefined): Compiled {
  const given: Ruleset = isObject(ruleset) ? ruleset : ({} as Ruleset);
  const shedLevel = typeof given.shedLevel === 'number' ? given.shedLevel : 0;
  const { segments, tests } = compileSegments(given, previous, watch);
  const known = knowFlags(given, previous, segments, tests);
  const { ordered, tangled } = orderByNeeds(known);
  const flags = new Map<string, CompiledFlag>();
  const base = (references: References, i: number) =>
    i < references.flags.length
      ? flags.get(references.flags[i]!)
      : segments.get(references.segments[i - references.flags.length]!);
  for (const key of [...ordered, ...tangled]) {
    const { source, references } = known.get(key)!;
    const isTangled = tangled.has(key);
    const before = previous?.flags.get(key);
    const isSame =
      before !== undefined &&
      before.source === source &&
      before.isTangled === isTangled &&
      before.shed === isShed(source, shedLevel) &&
      isSameBase(before.builtOn, (i) => base(references, i));
    const scope = { flags, segments, shedLevel, isTangled, watch };
    flags.set(key, isSame ? before : makeFlag(key, source, references, scope));
  }
  const inOrder = new Map<string, CompiledFlag>();
  for (const key of known.keys()) inOrder.set(key, flags.get(key)!);
  return { ruleset: given, flags: inOrder, segments };
}
