import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../database/connect.ts';
import { metrics } from '../database/tables.ts';
import type { MetricDefinition } from './evidence.ts';

/** A metric as it is stored, with the version of its definition. */
export type StoredMetric = MetricDefinition & { version: number };
type MetricRow = typeof metrics.$inferSelect;

/** The metrics of a project, by key. */
export async function listMetrics(db: Db | Tx, projectId: number): Promise<StoredMetric[]> {
  const rows = await db.select().from(metrics).where(eq(metrics.projectId, projectId)).orderBy(metrics.key);
  return rows.map(readMetric);
}

export async function findMetric(db: Db | Tx, projectId: number, key: string): Promise<StoredMetric | undefined> {
  const [row] = await db.select().from(metrics).where(inProject(projectId, key));
  return row && readMetric(row);
}

/** Makes it, or replaces its definition and counts the version up. */
export async function saveMetric(tx: Tx, projectId: number, metric: MetricDefinition): Promise<StoredMetric> {
  const { key, ...definition } = metric;
  const content = { denominator: null, cap: null, ...definition };
  const [row] = await tx
    .insert(metrics)
    .values({ projectId, key, ...content })
    .onConflictDoUpdate({
      target: [metrics.projectId, metrics.key],
      set: { ...content, version: sql`${metrics.version} + 1` },
    })
    .returning();
  return readMetric(row as MetricRow);
}

export async function removeMetric(tx: Tx, projectId: number, key: string): Promise<void> {
  await tx.delete(metrics).where(inProject(projectId, key));
}

const inProject = (projectId: number, key: string) => and(eq(metrics.projectId, projectId), eq(metrics.key, key));

function readMetric({ projectId: _, denominator, cap, ...row }: MetricRow): StoredMetric {
  return { ...row, ...(denominator === null ? {} : { denominator }), ...(cap === null ? {} : { cap }) };
}
