import { and, eq } from 'drizzle-orm';
import { flagEnvironments, flags } from '../database/tables.ts';
import { requireUnchanged } from './require-unchanged.ts';
import type { Undoer } from './undoer.ts';

/** Puts back what `setState` of the seed fixture logged: the state of a flag in the environments of the change. */
export const stateUndoer: Undoer = {
  kind: 'flag',
  async undo(tx, change, ground) {
    const before = change.before as { state: 'on' | 'off' };
    const [first] = change.environments;
    const now = ground.before.get(first?.id ?? 0)?.flags[change.key];
    requireUnchanged(change, { state: now?.state ?? null });
    const [flag] = await tx
      .select()
      .from(flags)
      .where(and(eq(flags.projectId, change.projectId), eq(flags.key, change.key)));
    for (const { id } of change.environments) {
      await tx
        .update(flagEnvironments)
        .set({ state: before.state })
        .where(and(eq(flagEnvironments.flagId, flag?.id ?? 0), eq(flagEnvironments.environmentId, id)));
    }
    return { touched: { flags: [change.key], segments: [] }, before: change.after, after: change.before };
  },
};
