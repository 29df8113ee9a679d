import { type FlagReport, type JsonValue, parsePosition } from '@turnout/core';
import { type ArrivedReport, type ReportPlace, type ReportSource, sourceOf, type Uncounted } from './report.ts';

/** A flag that the project has, and what its variants are called. */
export interface KnownFlag {
  id: number;
  variants: ReadonlySet<string>;
  /** Of any other flag a page knows nothing, and what it says of one is not noted. */
  isClientVisible: boolean;
}

/** Finds a flag by its key in a project. */
export type FindFlag = (projectId: number, key: string) => KnownFlag | undefined;

export interface CountRow {
  environmentId: number;
  flagId: number;
  /** RFC 3339, at a whole minute. */
  at: string;
  variant: string;
  count: number;
  source: ReportSource;
}

export interface LastRow {
  environmentId: number;
  flagId: number;
  variant: string;
  askedAt: string | null;
  bulkAt: string | null;
  epoch: string | null;
  revision: number | null;
  source: ReportSource;
}

export interface DefaultRow {
  environmentId: number;
  flagId: number;
  value: string;
  lastAt: string;
}

export type UncountedRow = Uncounted & { environmentId: number; at: string; source: ReportSource };

/** What reports add to the tables: each row once, in the order in which every node locks them. */
export interface CountRows {
  counts: CountRow[];
  lasts: LastRow[];
  defaults: DefaultRow[];
  uncounted: UncountedRow[];
}

/** The variant under which the caller's coded default is counted: no flag has one without a name. */
export const CODED = '';
/** What is longer is shown to nobody. */
const LONGEST_DEFAULT = 1_024;
/** A report says that it is at most a day old; one that claims more is counted as if it were. */
const OLDEST_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** Adds up what reports hold. `now` is the database's time: neither a client's clock nor this node's decides a minute. */
export function countRows(arrived: readonly ArrivedReport[], now: Date, find: FindFlag): CountRows {
  const counting = new Counting(find);
  for (const one of arrived) counting.take(one, now.getTime());
  return counting.rows();
}

/** The whole minute that lies so long before `now`. */
export function minuteOf(now: number, agoMs: number): string {
  const at = now - Math.min(OLDEST_MS, Math.max(0, agoMs));
  return new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS).toISOString();
}

/** Where and when what is being added was counted. */
interface Stretch {
  place: ReportPlace;
  at: string;
  lastAt: string;
  epoch: string | null;
  revision: number | null;
  isBulk: boolean;
  source: ReportSource;
}

class Counting {
  readonly #find: FindFlag;
  readonly #counts = new Map<string, CountRow>();
  readonly #lasts = new Map<string, LastRow>();
  readonly #defaults = new Map<string, DefaultRow>();
  readonly #uncounted = new Map<string, UncountedRow>();

  constructor(find: FindFlag) {
    this.#find = find;
  }

  rows(): CountRows {
    const sorted = <T>(rows: Map<string, T>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    return {
      counts: sorted(this.#counts),
      lasts: sorted(this.#lasts),
      defaults: sorted(this.#defaults),
      uncounted: sorted(this.#uncounted),
    };
  }

  take({ place, report, waitedMs }: ArrivedReport, now: number): void {
    const { ageMs, durationMs, overflow, dropped } = report;
    const position = report.position === null ? undefined : parsePosition(report.position);
    const stretch = {
      place,
      // A batch is counted in the minute of its middle.
      at: minuteOf(now, waitedMs + ageMs + durationMs / 2),
      lastAt: minuteOf(now, waitedMs + ageMs),
      epoch: position?.epoch ?? null,
      revision: position?.revision ?? null,
      source: sourceOf(place),
    };
    for (const flag of report.flags) this.#add(flag, { ...stretch, isBulk: false });
    for (const flag of report.bulk) this.#add(flag, { ...stretch, isBulk: true });
    this.#miss({ ...stretch, isBulk: false }, { overflow, unknown: 0, dropped });
  }

  #add({ flag, variants, coded, codedDefaults }: FlagReport, stretch: Stretch): void {
    const found = this.#find(stretch.place.projectId, flag);
    const known = stretch.source === 'server' || found?.isClientVisible ? found : undefined;
    let unknown = known === undefined ? coded : 0;
    if (known !== undefined && coded > 0) this.#count(stretch, known.id, CODED, coded);
    for (const [variant, count] of Object.entries(variants)) {
      if (count === 0) continue;
      if (known?.variants.has(variant)) this.#count(stretch, known.id, variant, count);
      else unknown += count;
    }
    this.#miss(stretch, { overflow: 0, unknown, dropped: 0 });
    if (known !== undefined) for (const value of codedDefaults) this.#noteDefault(stretch, known.id, value);
  }

  #count(stretch: Stretch, flagId: number, variant: string, count: number): void {
    const { environmentId } = stretch.place;
    const { at, source } = stretch;
    const found = ensure(this.#counts, nameOf(environmentId, flagId, at, variant, source), () => ({
      ...{ environmentId, flagId, at, variant, source },
      count: 0,
    }));
    found.count += count;
    this.#see(stretch, flagId, variant);
  }

  #see(stretch: Stretch, flagId: number, variant: string): void {
    const { lastAt, epoch, revision, isBulk, source } = stretch;
    const { environmentId } = stretch.place;
    const found = ensure(this.#lasts, nameOf(environmentId, flagId, variant, source), () => ({
      ...{ environmentId, flagId, variant, epoch, revision, source },
      askedAt: null,
      bulkAt: null,
    }));
    const field = isBulk ? 'bulkAt' : 'askedAt';
    found[field] = later(found[field], lastAt);
    if (epoch === null) return;
    found.revision = found.epoch === epoch ? Math.max(found.revision ?? 0, revision ?? 0) : revision;
    found.epoch = epoch;
  }

  #noteDefault({ place: { environmentId }, lastAt }: Stretch, flagId: number, given: JsonValue): void {
    const value = JSON.stringify(given);
    if (value.length > LONGEST_DEFAULT) return;
    const found = ensure(this.#defaults, nameOf(environmentId, flagId, value), () => ({
      ...{ environmentId, flagId, value, lastAt },
    }));
    found.lastAt = later(found.lastAt, lastAt);
  }

  #miss({ place: { environmentId }, at, source }: Stretch, { overflow, unknown, dropped }: Uncounted): void {
    if (overflow + unknown + dropped === 0) return;
    const nothing = { environmentId, at, overflow: 0, unknown: 0, dropped: 0, source };
    const found = ensure(this.#uncounted, nameOf(environmentId, 0, at, source), () => nothing);
    found.overflow += overflow;
    found.unknown += unknown;
    found.dropped += dropped;
  }
}

function later(a: string | null, b: string): string {
  return a !== null && a > b ? a : b;
}

/** Sorts as the numbers and texts that it is made of do, so that all nodes lock rows in one order. */
function nameOf(environmentId: number, flagId: number, ...more: string[]): string {
  return [String(environmentId).padStart(16, '0'), String(flagId).padStart(16, '0'), ...more].join('\n');
}

function ensure<T>(map: Map<string, T>, name: string, make: () => T): T {
  let found = map.get(name);
  if (found === undefined) {
    found = make();
    map.set(name, found);
  }
  return found;
}
