import { type Compiled, type Context, evaluate, type MeasuredRun, type RunReport, UnitFold } from '@turnout/core';
import type { ClientReport } from './client-report-contract.ts';
import type { ReportSource } from './report.ts';

/** What was told longer ago may be of another entry than the present one. */
const OLDEST_MS = 300_000;

interface Measured {
  signed: Compiled;
  open: Compiled;
}

/** The part of a ruleset whose runs pages can be counted for, by how their contexts are known. */
const measuredOf = new WeakMap<Compiled, Measured>();

/**
 * The units that one report of a page is about, for the runs that are measured now. The page knows of no run: what it
 * was given is evaluated once more, and only where it says that it was given the same it counts as exposed. Within one
 * report nobody knows what came first, so that exposures are taken to come before events.
 */
export function unitsOfPage(
  compiled: Compiled,
  { flags, events, ageMs, durationMs }: Pick<ClientReport, 'flags' | 'events' | 'ageMs' | 'durationMs'>,
  context: Context,
  source: Exclude<ReportSource, 'server'>,
): RunReport[] {
  if (ageMs + durationMs > OLDEST_MS) return [];
  const measured = findMeasured(compiled)[source];
  if (measured.flags.size === 0) return [];
  // All of it lies at one moment, the end of what the report tells of.
  const fold = new UnitFold(() => 0);
  fold.hold(measured);
  for (const [flag, variants] of shownOf(flags)) {
    if (!measured.flags.has(flag)) continue;
    const found = evaluate(compiled, flag, context);
    if (found.variant !== undefined && variants.has(found.variant)) fold.expose(found, context);
  }
  for (const { event, count, valued, sum } of events) {
    // Of several values of one visitor it is the mean that is known.
    if (count > 0) fold.track(event, valued > 0 ? sum / valued : undefined, context);
  }
  return fold.take().map(({ takenAt: _, records: __, ...run }) => ({ ...run, ageMs }));
}

/** By flag, so that each costs one evaluation though a report may name it a thousand times. */
function shownOf(flags: ClientReport['flags']): Map<string, Set<string>> {
  const shown = new Map<string, Set<string>>();
  for (const { flag, variants } of flags) {
    const found = shown.get(flag) ?? new Set();
    shown.set(flag, found);
    for (const [variant, count] of Object.entries(variants)) if (count > 0) found.add(variant);
  }
  return shown;
}

function findMeasured(compiled: Compiled): Measured {
  let found = measuredOf.get(compiled);
  if (found === undefined) {
    found = {
      // What a token vouches for is who somebody is, and nothing else that units may be made of.
      signed: withRuns(compiled, ({ by }) => by === 'targetingKey'),
      open: withRuns(compiled, () => true),
    };
    measuredOf.set(compiled, found);
  }
  return found;
}

function withRuns(compiled: Compiled, counts: (run: MeasuredRun) => boolean): Compiled {
  const flags = [...compiled.flags].filter(
    ([, { source }]) => source?.run !== undefined && source.clientVisible && counts(source.run),
  );
  return { ...compiled, flags: new Map(flags) };
}
