import type { JsonValue } from '@turnout/core';
import { type Asking, orderOf } from '../access/asking.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder, Committed, Door, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import type { MetricDefinition } from './evidence.ts';
import { findMetric, removeMetric, type StoredMetric, saveMetric } from './metric-store.ts';

export interface MetricParts {
  door: Door;
  /** The policies that name a metric, in their present version or in one that a live rollout uses. */
  metricNamedBy(tx: Tx, projectId: number, key: string): Promise<string[]>;
}

const NO_RULESET = { flags: [], segments: [] };
/** What decides a guard's verdict: changed under a policy, it would be another policy that nobody saved. */
const DECIDING = ['kind', 'event', 'denominator', 'cap', 'source'] as const;

/** Defines a metric, or replaces its definition. */
export async function putMetric(
  parts: MetricParts,
  asking: Asking,
  projectId: number,
  metric: MetricDefinition,
): Promise<Committed<StoredMetric>> {
  const { key } = metric;
  const before = await findMetric(parts.door.db, projectId, key);
  const order = orderOfMetric(asking, projectId, key, before === undefined ? 'create' : 'update');
  return commitChange(parts.door, order, async (tx) => {
    const row = await findMetric(tx, projectId, key);
    if (row === undefined) {
      if (asking.expected !== undefined) throw gone(key);
      const made = await saveMetric(tx, projectId, metric);
      return { result: made, touched: NO_RULESET, after: logMetric(made) };
    }
    requireExpected(asking.expected, row.version, row);
    const [was, is] = [logMetric(row), logMetric(metric)];
    if (canonicalJson(was) === canonicalJson(is)) return { result: row, touched: NO_RULESET, unchanged: true };
    const changed = DECIDING.find((field) => row[field] !== metric[field]);
    if (changed !== undefined) await requireUnnamed(parts, tx, projectId, key, `Its ${changed} stays`);
    return { result: await saveMetric(tx, projectId, metric), touched: NO_RULESET, before: was, after: is };
  });
}

/** Deletes a metric that no policy names. */
export async function deleteMetric(
  parts: MetricParts,
  asking: Asking,
  projectId: number,
  key: string,
): Promise<Committed<undefined>> {
  const order = orderOfMetric(asking, projectId, key, 'delete');
  return commitChange(parts.door, order, async (tx): Promise<Written<undefined>> => {
    const row = await requireMetric(tx, projectId, key);
    requireExpected(asking.expected, row.version, row);
    await requireUnnamed(parts, tx, projectId, key, 'It stays');
    await removeMetric(tx, projectId, key);
    return { result: undefined, touched: NO_RULESET, before: logMetric(row), after: null };
  });
}

/** The metric, or 404; inside of the project only. */
export async function requireMetric(db: Db | Tx, projectId: number, key: string): Promise<StoredMetric> {
  const row = await findMetric(db, projectId, key);
  if (row === undefined) throw gone(key);
  return row;
}

async function requireUnnamed(parts: MetricParts, tx: Tx, projectId: number, key: string, what: string): Promise<void> {
  const users = await parts.metricNamedBy(tx, projectId, key);
  if (users.length === 0) return;
  const detail = `Policies go by the metric ${key}: ${users.join(', ')}. ${what}; define another metric, or change them first.`;
  throw new Problem('wrong_state', detail);
}

const gone = (key: string) => new Problem('not_found', `There is no metric ${key} in this project.`);

function orderOfMetric(asking: Asking, projectId: number, key: string, verb: string): ChangeOrder {
  return { ...orderOf(asking), projectId, environmentIds: [], action: `metric.${verb}`, subject: `metric/${key}` };
}

function logMetric({ kind, event, denominator, direction, unit, cap, source }: MetricDefinition): JsonValue {
  return { kind, event, denominator: denominator ?? null, direction, unit, cap: cap ?? null, source };
}
