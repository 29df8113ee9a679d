import { and, eq, inArray } from 'drizzle-orm';
import { type Principal, ROOT } from '../access/principal.ts';
import type { Db } from '../database/connect.ts';
import { environments, flagEnvironments, flags, projects } from '../database/tables.ts';
import { EMPTY_DIGEST } from './canonical.ts';
import { commitChange } from './commit-change.ts';
import type { ChangeOrder, Committed, Door } from './door.ts';
import { newEpochName } from './new-epoch.ts';

export const root: Principal = ROOT;

/** A project with environments and boolean flags that are off, written straight into the tables. */
export async function seedProject(db: Db, key: string, environmentKeys: string[], flagKeys: string[]) {
  const [project] = await db.insert(projects).values({ key, name: key, chainHead: EMPTY_DIGEST }).returning();
  const projectId = project?.id ?? 0;
  const rows = await db
    .insert(environments)
    .values(
      environmentKeys.map((name) => ({ projectId, key: name, name, epoch: newEpochName(), digest: EMPTY_DIGEST })),
    )
    .returning();
  for (const flagKey of flagKeys) {
    const [flag] = await db
      .insert(flags)
      .values({ projectId, key: flagKey, type: 'boolean', variants: { on: true, off: false }, tags: [] })
      .returning();
    await db.insert(flagEnvironments).values(
      rows.map((row) => ({
        flagId: flag?.id ?? 0,
        environmentId: row.id,
        state: 'off' as const,
        offVariant: 'off',
        prerequisites: [],
        rules: [],
        fallthrough: { variant: 'on' },
        salts: {},
      })),
    );
  }
  return { projectId, environmentIds: rows.map((row) => row.id), epochs: rows.map((row) => row.epoch) };
}

/** Sets a flag's state in some environments of a project, through the door. */
export async function setState(
  door: Door,
  projectId: number,
  environmentIds: number[],
  flagKey: string,
  state: 'on' | 'off',
  over: Partial<ChangeOrder> = {},
): Promise<Committed<string>> {
  return commitChange(
    door,
    { projectId, environmentIds, principal: root, action: `flag.${state}`, subject: `flag/${flagKey}`, ...over },
    async (tx, ground) => {
      const [flag] = (await tx.select().from(flags).where(eq(flags.projectId, projectId))).filter(
        (row) => row.key === flagKey,
      );
      const same = environmentIds.every((id) => ground.before.get(id)?.flags[flagKey]?.state === state);
      if (same) return { result: state, touched: { flags: [], segments: [] }, unchanged: true };
      await tx
        .update(flagEnvironments)
        .set({ state })
        .where(
          and(eq(flagEnvironments.flagId, flag?.id ?? 0), inArray(flagEnvironments.environmentId, environmentIds)),
        );
      return {
        result: state,
        touched: { flags: [flagKey], segments: [] },
        before: { state: state === 'on' ? 'off' : 'on' },
        after: { state },
      };
    },
  );
}
