import type { FieldFault } from '../platform/problem.ts';
import { invalid } from '../platform/problem.ts';
import type { EnvironmentRow } from './environment-store.ts';
import { type Frozen, freezeAt } from './freeze.ts';
import type { FreezeAnswer, FreezePatch } from './freeze-contract.ts';
import { asFreeze, type FreezeRow } from './freeze-store.ts';
import { windowsAhead } from './freeze-windows.ts';
import { ruleFault, shortestGap } from './occurrences.ts';
import { isZone, toLocal } from './zone-time.ts';

/** What somebody decides of a freeze. */
export type FreezeContent = Pick<
  FreezeRow,
  ('name' | 'environments' | 'tags' | 'inFlight' | 'overrideBy') | ('fromAt' | 'toAt' | 'rule' | 'zone' | 'lastsMs')
>;
type KnownEnvironments = readonly Pick<EnvironmentRow, 'id' | 'key'>[];

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 31 * UNITS.d;
/** What whoever plans looks at. */
const AHEAD_DAYS = 35;
const MOST_AHEAD = 62;

/** What somebody wrote, on top of what it is. Throws 422 with every fault. */
export function readFreeze(
  wanted: FreezePatch,
  base: Omit<FreezeContent, 'name'> & { name?: string },
  known: KnownEnvironments,
): FreezeContent {
  const content = {
    name: wanted.name ?? base.name ?? '',
    environments: readEnvironments(wanted.environments, base.environments, known),
    tags: wanted.tags === undefined ? base.tags : wanted.tags && [...new Set(wanted.tags)].sort(),
    inFlight: wanted.inFlight ?? base.inFlight,
    overrideBy: wanted.overrideBy === undefined ? base.overrideBy : wanted.overrideBy,
    fromAt: wanted.from === undefined ? base.fromAt : new Date(wanted.from),
    toAt: wanted.to === undefined ? base.toAt : wanted.to === null ? null : new Date(wanted.to),
    rule: wanted.rule ?? base.rule,
    zone: wanted.zone ?? base.zone,
    lastsMs: wanted.lasts === undefined ? base.lastsMs : readLasts(wanted.lasts),
  };
  const faults = faultsOf(content);
  if (faults.length > 0) throw invalid(faults);
  return content;
}

function readEnvironments(
  keys: readonly string[] | null | undefined,
  base: number[] | null,
  known: KnownEnvironments,
): number[] | null {
  if (keys === undefined || keys === null) return keys === null ? null : base;
  const unknown = keys.flatMap((key, index): FieldFault[] => {
    if (known.some((environment) => environment.key === key)) return [];
    const expected = `an environment of this project: ${known.map((environment) => environment.key).join(', ')}`;
    return [{ path: `/environments/${index}`, code: 'unknown_environment', expected }];
  });
  if (unknown.length > 0) throw invalid(unknown);
  return known.filter(({ key }) => keys.includes(key)).map(({ id }) => id);
}

function faultsOf({ fromAt, toAt, rule, zone, lastsMs }: FreezeContent): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (path: string, code: string, expected: string) => faults.push({ path, code, expected });
  if (!isZone(zone)) fault('/zone', 'unknown_zone', 'a time zone such as Europe/Zurich');
  if (toAt !== null && toAt <= fromAt) fault('/to', 'out_of_order', 'a moment after from');
  if (rule === null) {
    if (lastsMs !== null) fault('/lasts', 'not_needed', 'no lasts without a rule: from and to say how long it is');
    if (toAt === null) fault('/to', 'required', 'when it ends; or a rule and how long each window lasts');
    return faults;
  }
  if (lastsMs === null) fault('/lasts', 'required', 'how long each window is, such as 63h');
  else if (lastsMs > LONGEST_MS) fault('/lasts', 'too_big', 'at most 31d');
  if (!isZone(zone)) return faults;
  const from = toLocal(zone, fromAt.getTime());
  const wrong = ruleFault(rule, from);
  if (wrong !== undefined) return [...faults, { path: '/rule', code: 'bad_rule', expected: wrong }];
  const gap = shortestGap({ rule, from });
  if (lastsMs !== null && lastsMs > gap) {
    // A rule without a pause is one long freeze, and nobody who reads it sees that.
    fault('/lasts', 'overlaps', `at most ${writeLasts(gap)}, for then its next window begins`);
  }
  return faults;
}

function readLasts(text: string): number {
  const unit = text.slice(-1) as keyof typeof UNITS;
  return Number(text.slice(0, -1)) * UNITS[unit];
}

function writeLasts(ms: number): string {
  if (ms % UNITS.d === 0) return `${ms / UNITS.d}d`;
  return ms % UNITS.h === 0 ? `${ms / UNITS.h}h` : `${ms / UNITS.m}m`;
}

/** How strict each is: what has more lets fewer go on. */
const STRICTNESS = { 'release-manager': 0, admin: 1, nobody: 2 };

/**
 * Whether a freeze holds less after an edit: everything but another name, more environments, more flags, an earlier begin,
 * a later end, longer windows, and rollouts and people who are held more strictly. Another rule is less, too, for nobody can say at a glance that it is not.
 */
export function loosensFreeze(before: FreezeContent, after: FreezeContent): boolean {
  const covers = (content: FreezeContent, id: number) =>
    content.environments === null || content.environments.includes(id);
  if (after.environments !== null) {
    if (before.environments === null || !before.environments.every((id) => covers(after, id))) return true;
  }
  // With a list of tags it is for fewer flags than without one.
  if (after.tags !== null && (before.tags === null || !before.tags.every((tag) => after.tags?.includes(tag))))
    return true;
  if (after.inFlight === 'finish-stage' && before.inFlight === 'hold') return true;
  const strictness = ({ overrideBy }: FreezeContent) => STRICTNESS[overrideBy ?? 'nobody'];
  if (strictness(after) < strictness(before)) return true;
  const ends = ({ toAt }: FreezeContent) => toAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (after.fromAt > before.fromAt || ends(after) < ends(before)) return true;
  return after.rule !== before.rule || after.zone !== before.zone || (after.lastsMs ?? 0) < (before.lastsMs ?? 0);
}

/** A freeze as it is shown to somebody who may see `only` some environments, or all. */
export function showFreeze(
  row: FreezeRow,
  known: KnownEnvironments,
  only: readonly number[] | undefined,
  now: Date,
  shown: { from?: string | undefined; days: number } = { days: AHEAD_DAYS },
): FreezeAnswer {
  const from = shown.from === undefined ? now : new Date(shown.from);
  const to = new Date(from.getTime() + shown.days * UNITS.d);
  const seen = row.environments?.filter((id) => only === undefined || only.includes(id)) ?? null;
  const frozen = freezeAt([{ ...asFreeze(row), environments: null, tags: null }], 0, now);
  return {
    id: row.id,
    name: row.name,
    environments: seen && known.filter(({ id }) => seen.includes(id)).map(({ key }) => key),
    ...{ tags: row.tags, inFlight: row.inFlight, overrideBy: row.overrideBy },
    from: row.fromAt.toISOString(),
    to: row.toAt?.toISOString() ?? null,
    rule: row.rule,
    zone: row.zone,
    lasts: row.lastsMs === null ? null : writeLasts(row.lastsMs),
    state: frozen ? 'holds' : isOver(row, now) ? 'over' : 'ahead',
    until: untilOf(frozen),
    windows: windowsAhead(asFreeze(row), from, to, MOST_AHEAD).map((window) => ({
      ...{ from: window.from.toISOString(), to: window.to.toISOString() },
    })),
    endedAt: row.endedAt?.toISOString() ?? null,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

const untilOf = (frozen: Frozen | null) => frozen?.until?.toISOString() ?? null;

/** No moment of it is to come. */
export function isOver(row: FreezeRow, now: Date): boolean {
  if (row.endedAt !== null && row.endedAt <= now) return true;
  return row.toAt !== null && row.toAt.getTime() + (row.lastsMs ?? 0) <= now.getTime();
}

/** A freeze as the log keeps it. */
export function logFreeze(content: FreezeContent & Pick<FreezeRow, 'endedAt'>, known: KnownEnvironments) {
  const { name, tags, inFlight, overrideBy, rule, zone, lastsMs } = content;
  return {
    ...{ name, tags, inFlight, overrideBy, rule, zone },
    covers: content.environments && known.filter(({ id }) => content.environments?.includes(id)).map(({ key }) => key),
    from: content.fromAt.toISOString(),
    to: content.toAt?.toISOString() ?? null,
    lasts: lastsMs === null ? null : writeLasts(lastsMs),
    endedAt: content.endedAt?.toISOString() ?? null,
  };
}
