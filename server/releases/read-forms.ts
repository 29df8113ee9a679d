import type { JsonValue } from '@turnout/core';
import type { Db, Tx } from '../database/connect.ts';
import { type FlagInEnvironment, liveFlagsIn } from '../flags/flag-store.ts';
import { liveRunsIn } from '../rollouts/run-store.ts';
import { logSegment } from '../segments/segment.ts';
import { findSegments } from '../segments/store.ts';
import { formOf } from './form.ts';
import type { FlagForm } from './release.ts';

/** A flag of an environment as it is now. */
export interface PresentForm {
  form: FlagForm;
  killed: boolean;
  /** The rollout that is live on it, whose anchor the form is at. */
  inFlight: string | null;
  row: FlagInEnvironment;
}

/** The forms of an environment's flags by key; with `keys` those among them alone. Archived flags are left out. */
export async function readForms(
  db: Db | Tx,
  { projectId, environmentId }: { projectId: number; environmentId: number },
  keys?: readonly string[],
): Promise<Map<string, PresentForm>> {
  const rows = await liveFlagsIn(db, projectId, environmentId, keys);
  const runs = new Map((await liveRunsIn(db, environmentId, keys)).map((kept) => [kept.flag, kept.run]));
  return new Map(
    rows.map((row) => {
      const run = runs.get(row.flag.key);
      const { killed } = row.configuration;
      return [row.flag.key, { form: formOf(row, run), killed, inFlight: run?.rollout ?? null, row }];
    }),
  );
}

/** The same of segments, each as the log keeps it. */
export async function readSegmentForms(
  db: Db | Tx,
  environmentId: number,
  keys?: readonly string[],
): Promise<Map<string, { [field: string]: JsonValue }>> {
  const rows = await findSegments(db, environmentId, keys);
  return new Map(rows.map((row) => [row.key, logSegment(row)]));
}
