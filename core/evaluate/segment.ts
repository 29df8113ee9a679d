import type { Context } from '../model/evaluation.ts';
import type { JsonValue } from '../model/ruleset.ts';
import { attributeReader, unitOf } from './attribute.ts';
import { type Holds, makeCondition } from './condition.ts';
import { type Fault, isObject, note, pointer } from './fault.ts';
import type { References } from './references.ts';
import type { Watch } from './trail.ts';

/** A segment, compiled. `isSound` is false when it holds, or reaches, something that this evaluator does not know. */
export interface CompiledSegment {
  readonly key: string;
  /** The segment as it came. */
  readonly source: unknown;
  readonly references: References;
  /** The compiled segments that it was built on, as `references.segments` names them. */
  readonly builtOn: readonly (CompiledSegment | undefined)[];
  readonly isTangled: boolean;
  readonly isSound: boolean;
  readonly faults: readonly Fault[];
  readonly holds: Holds;
}

type Found = 'excluded' | 'included' | 'neither';

function readMembers(members: unknown, path: string, faults: Fault[]): ReadonlySet<string> {
  if (!Array.isArray(members)) {
    note(faults, path, 'wrong_type', 'a list of strings');
    return new Set();
  }
  for (const [i, member] of members.entries()) {
    if (typeof member !== 'string') note(faults, pointer(path, i), 'wrong_type', 'a string');
  }
  return new Set(members as string[]);
}

/** Whether the unit, or any of several, is among the members. */
function isMember(members: ReadonlySet<string>, value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return members.has(value);
  if (Array.isArray(value)) return value.some((element) => members.has(unitOf(element) ?? ''));
  return members.has(unitOf(value) ?? '');
}

function findIn(included: ReadonlySet<string>, excluded: ReadonlySet<string>, value: JsonValue | undefined): Found {
  if (value === undefined || value === '') return 'neither';
  if (excluded.size > 0 && isMember(excluded, value)) return 'excluded';
  return isMember(included, value) ? 'included' : 'neither';
}

/** Compiles a segment of whatever shape: excluded wins over included, which wins over `if`. */
export function makeSegment(
  key: string,
  source: unknown,
  references: References,
  scope: { segments: ReadonlyMap<string, CompiledSegment>; isTangled: boolean; watch: Watch | undefined },
): CompiledSegment {
  const { segments, isTangled, watch } = scope;
  const faults: Fault[] = [];
  const builtOn = isTangled ? [] : references.segments.map((name) => segments.get(name));
  const made = (holds: Holds): CompiledSegment => ({
    key,
    source,
    references,
    builtOn,
    isTangled,
    isSound: faults.length === 0 && !isTangled,
    faults,
    holds,
  });
  if (isTangled) return made(() => false);
  if (!isObject(source)) {
    note(faults, '', 'wrong_type', 'a segment');
    return made(() => false);
  }
  const by = source.by ?? 'targetingKey';
  if (typeof by !== 'string' || by === '') note(faults, '/by', 'wrong_type', 'the name of an attribute');
  const included = readMembers(source.included, '/included', faults);
  const excluded = readMembers(source.excluded, '/excluded', faults);
  const owner = { segment: key };
  const rest: Holds =
    source.if === undefined ? () => false : makeCondition(source.if, '/if', { faults, segments, owner, watch });
  const read = attributeReader(String(by));
  return made((context: Context) => {
    const unit = read(context);
    const found = findIn(included, excluded, unit);
    watch?.({ ...owner, path: '', step: 'members', by: by as string, unit: unit ?? null, found });
    return found === 'neither' ? rest(context) : found === 'included';
  });
}
