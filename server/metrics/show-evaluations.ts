import { isDeepStrictEqual } from 'node:util';
import { formatPosition, type JsonValue } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db } from '../database/connect.ts';
import { servedFlag } from '../flags/configuration.ts';
import { requireFlagIn } from '../flags/flag-place.ts';
import { type FlagInEnvironment, listFlagsIn } from '../flags/flag-store.ts';
import { makePage, type Page } from '../platform/page.ts';
import type { EvaluationSummaryAnswer, EvaluationsQuery, FlagEvaluationsAnswer } from './contract.ts';
import { CODED } from './count-rows.ts';
import {
  changedAt,
  countsOf,
  defaultsOf,
  type LastEvaluation,
  lastOf,
  reportedSince,
  type Span,
  type StepCount,
  uncountedOf,
} from './evaluation-store.ts';
import { findLifecycle, type Lifecycle } from './lifecycle.ts';
import { lastDay, readSpan, zeros } from './span.ts';

/** What was evaluated of a flag in an environment, over time. */
export async function showEvaluations(
  db: Db,
  place: EnvironmentPlace,
  key: string,
  query: EvaluationsQuery,
  now: Date,
): Promise<FlagEvaluationsAnswer> {
  const span = readSpan(query, now);
  const found = await requireFlagIn(db, place, key);
  const environmentId = place.environment.id;
  const flagId = found.flag.id;
  const counts = await countsOf(db, environmentId, [flagId], span);
  const lasts = await lastOf(db, environmentId, [flagId]);
  const told = await lastOf(db, environmentId, [flagId], 'pages');
  const lifecycleOf = await readLives(db, place, [found], [...lasts, ...told], now);
  return {
    ...{ flag: key, environment: place.environment.key, step: query.step },
    ...{ from: span.from.toISOString(), to: span.to.toISOString() },
    variants: showVariants(found, counts, lasts, span),
    coded: { ...seriesOf(CODED, counts, span), lastAt: showMoment(lastAtOf(lasts, CODED)) },
    codedDefaults: showDefaults(found, await defaultsOf(db, environmentId, flagId)),
    uncounted: await showUncounted(db, environmentId, span),
    lifecycle: lifecycleOf(found),
    ...showLast(lasts),
    pages: showPages(found, await countsOf(db, environmentId, [flagId], span, 'pages'), told, span),
  };
}

/** The flags of an environment: where each is in its life, and how often it was evaluated in the last day. */
export async function listEvaluations(
  db: Db,
  place: EnvironmentPlace,
  page: { limit: number; after: string | undefined },
  now: Date,
): Promise<Page<EvaluationSummaryAnswer>> {
  const environmentId = place.environment.id;
  const rows = await listFlagsIn(db, place.projectId, environmentId, { archived: 'false' }, page);
  const shown = rows.slice(0, page.limit);
  const ids = shown.map(({ flag }) => flag.id);
  const lasts = await lastOf(db, environmentId, ids);
  const span = lastDay(now);
  const days = daysOf(await countsOf(db, environmentId, ids, span), span);
  const pagesDays = daysOf(await countsOf(db, environmentId, ids, span, 'pages'), span);
  const told = await lastOf(db, environmentId, ids, 'pages');
  const lifecycleOf = await readLives(db, place, shown, [...lasts, ...told], now);
  const show = (found: FlagInEnvironment): EvaluationSummaryAnswer => ({
    flag: found.flag.key,
    lifecycle: lifecycleOf(found),
    ...showLast(lasts.filter(({ flagId }) => flagId === found.flag.id)),
    lastDay: days.get(found.flag.id) ?? zeros(span),
    pagesLastDay: pagesDays.get(found.flag.id) ?? zeros(span),
  });
  return makePage(rows, page.limit, show, ({ flag }) => flag.key);
}

/**
 * Reads what it needs of some flags at once; answers how to tell where one of them is in its life. There the word of pages
 * counts too: who believes a lie of one keeps a flag for longer, and who overhears the truth breaks a page.
 */
async function readLives(
  db: Db,
  place: EnvironmentPlace,
  found: readonly FlagInEnvironment[],
  lasts: readonly LastEvaluation[],
  now: Date,
): Promise<(found: FlagInEnvironment) => Lifecycle> {
  const { projectId, environment } = place;
  const keys = found.map(({ flag }) => flag.key);
  const changed = await changedAt(db, projectId, environment.id, keys);
  const { byApps, byAnybody } = await reportedSince(db, environment.id);
  return ({ flag, configuration, environment: { shedLevel } }) => {
    const own = lasts.filter(({ flagId }) => flagId === flag.id);
    return findLifecycle(
      {
        ...{ flag: servedFlag(flag, configuration), kind: flag.kind, shedLevel, createdAt: flag.createdAt },
        changedAt: changed.get(flag.key) ?? flag.createdAt,
        askedAt: latestOf(own.map((last) => last.askedAt)),
        givenAt: latestOf(own.map((last) => last.bulkAt)),
        // Of a flag that they are not given pages could not tell, and that they do not says nothing of it.
        reportedSince: flag.clientVisible ? byAnybody : byApps,
      },
      now,
    );
  };
}

/** Variants that the flag has, in its order, and those that it had. */
function showVariants(
  { flag }: FlagInEnvironment,
  counts: readonly StepCount[],
  lasts: readonly LastEvaluation[],
  span: Span,
): FlagEvaluationsAnswer['variants'] {
  const names = new Set([...Object.keys(flag.variants), ...counts.map(({ variant }) => variant)]);
  names.delete(CODED);
  return [...names].map((variant) => {
    const last = lasts.find((one) => one.variant === variant);
    const { epoch = null, revision = null } = last ?? {};
    return {
      variant,
      ...seriesOf(variant, counts, span),
      lastAt: showMoment(lastAtOf(lasts, variant)),
      position: epoch === null || revision === null ? null : formatPosition({ epoch, revision }),
    };
  });
}

function showPages(
  found: FlagInEnvironment,
  counts: readonly StepCount[],
  lasts: readonly LastEvaluation[],
  span: Span,
): FlagEvaluationsAnswer['pages'] {
  return {
    variants: showVariants(found, counts, lasts, span).map(({ position: _, ...variant }) => variant),
    coded: { ...seriesOf(CODED, counts, span), lastAt: showMoment(lastAtOf(lasts, CODED)) },
    lastAskedAt: showLast(lasts).lastAskedAt,
  };
}

function seriesOf(variant: string, counts: readonly StepCount[], span: Span): { total: number; counts: number[] } {
  const series = zeros(span);
  let total = 0;
  for (const { variant: counted, step, count } of counts) {
    if (counted !== variant) continue;
    series[step] = (series[step] ?? 0) + count;
    total += count;
  }
  return { total, counts: series };
}

function daysOf(counts: readonly StepCount[], span: Span): Map<number, number[]> {
  const days = new Map<number, number[]>();
  for (const { flagId, step, count } of counts) {
    const day = days.get(flagId) ?? zeros(span);
    day[step] = (day[step] ?? 0) + count;
    days.set(flagId, day);
  }
  return days;
}

/** A default that no variant has as its value is what nobody would get from the flag. */
function showDefaults(
  { flag }: FlagInEnvironment,
  defaults: readonly { value: string; lastAt: Date }[],
): FlagEvaluationsAnswer['codedDefaults'] {
  const values = defaults.map(({ value, lastAt }) => ({
    value: JSON.parse(value) as JsonValue,
    lastAt: lastAt.toISOString(),
  }));
  const served = Object.values(flag.variants);
  const differ = values.some(({ value }) => !served.some((one) => isDeepStrictEqual(one, value)));
  return { values, differ };
}

async function showUncounted(db: Db, environmentId: number, span: Span): Promise<FlagEvaluationsAnswer['uncounted']> {
  const shown = { overflow: zeros(span), unknown: zeros(span), dropped: zeros(span) };
  for (const { step, ...counted } of await uncountedOf(db, environmentId, span)) {
    shown.overflow[step] = counted.overflow;
    shown.unknown[step] = counted.unknown;
    shown.dropped[step] = counted.dropped;
  }
  return shown;
}

function showLast(lasts: readonly LastEvaluation[]) {
  return {
    lastAskedAt: showMoment(latestOf(lasts.map(({ askedAt }) => askedAt))),
    lastGivenAt: showMoment(latestOf(lasts.map(({ bulkAt }) => bulkAt))),
  };
}

function lastAtOf(lasts: readonly LastEvaluation[], variant: string): Date | undefined {
  const own = lasts.filter((one) => one.variant === variant);
  return latestOf(own.flatMap(({ askedAt, bulkAt }) => [askedAt, bulkAt]));
}

function latestOf(moments: readonly (Date | null)[]): Date | undefined {
  let latest: Date | undefined;
  for (const one of moments) if (one !== null && (latest === undefined || one > latest)) latest = one;
  return latest;
}

function showMoment(moment: Date | undefined): string | null {
  return moment?.toISOString() ?? null;
}
