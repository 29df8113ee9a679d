import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Principal } from '../access/principal.ts';
import type { Tx } from '../database/connect.ts';
import { environments } from '../database/tables.ts';
import { findPlace } from './change-store.ts';
import { commitChange } from './commit-change.ts';
import type { Committed, Door, LockedEnvironment } from './door.ts';

/** A random name for a history: 128 bits in hex. */
export function newEpochName(): string {
  return randomBytes(16).toString('hex');
}

/** Why a new epoch begins; `stillNeeded` looks again under the lock. */
export interface EpochOrder {
  projectId: number;
  environmentId: number;
  principal: Principal;
  actor?: string;
  reason?: string | undefined;
  requestId?: string | undefined;
  stillNeeded?(row: LockedEnvironment): boolean;
}

/**
 * Begins a new history for an environment: a step of the restore procedure, and what a node does that finds Postgres
 * behind what it has served. Revisions count from 0 again; every client takes a whole ruleset. Answers the new epoch,
 * or undefined when it was no longer needed.
 */
export async function beginEpoch(door: Door, order: EpochOrder): Promise<Committed<string | undefined>> {
  const { projectId, environmentId, reason, requestId } = order;
  const place = await findPlace(door.db, projectId, environmentId);
  const committed = await commitChange(
    door,
    {
      projectId,
      // It alters no ruleset, so it gives no revision; the row is locked below, after the project's.
      environmentIds: [],
      principal: order.principal,
      ...(order.actor === undefined ? {} : { actor: order.actor }),
      action: 'environment.new-epoch',
      subject: `environment/${place?.key ?? environmentId}`,
      ...(reason === undefined ? {} : { reason }),
      ...(requestId === undefined ? {} : { requestId }),
    },
    async (tx) => {
      const row = await lockRow(tx, projectId, environmentId);
      if (!row || (order.stillNeeded && !order.stillNeeded(row))) {
        return { result: undefined, touched: { flags: [], segments: [] }, unchanged: true };
      }
      const epoch = newEpochName();
      await tx.update(environments).set({ epoch, revision: 0 }).where(eq(environments.id, environmentId));
      return {
        result: epoch,
        touched: { flags: [], segments: [] },
        before: { epoch: row.epoch, revision: row.revision },
        after: { epoch, revision: 0 },
      };
    },
  );
  if (committed.result !== undefined) {
    door.doorbell.ring({ environmentId, position: `${committed.result}.0`, digest: '' });
  }
  return committed;
}

async function lockRow(tx: Tx, projectId: number, environmentId: number): Promise<LockedEnvironment | undefined> {
  const [row] = await tx.select().from(environments).where(eq(environments.id, environmentId)).for('update');
  return row && row.projectId === projectId ? { ...row, projectKey: '' } : undefined;
}
