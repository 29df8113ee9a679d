import { randomBytes } from 'node:crypto';
import type { Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { insertKill, setKilled } from './kill-store.ts';

/** A kill as it is made inside of a change. */
export interface KillInChange {
  id: string;
  environmentId: number;
  flagId: number;
  flagKey: string;
  epoch: string;
  actor: string;
  reason: string;
  at: Date;
}

/** A name for a kill, as every kill has one: restores lift kills by naming them. */
export function newKillId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Kills a flag as a part of a change that does more, such as a run that goes back to its anchor and is killed for good.
 * It is recorded like every kill, so a restore lifts it; it needs no journal, for the change is in the log or nowhere.
 */
export async function killInChange(
  tx: Tx,
  kill: KillInChange,
): Promise<Required<Pick<Written<unknown>, 'settles' | 'afterEntry'>>> {
  const { environmentId, flagId, ...row } = kill;
  await setKilled(tx, environmentId, flagId, true);
  return {
    settles: new Map([[environmentId, [kill.id]]]),
    afterEntry: (inside, changeId) =>
      insertKill(inside, { ...row, environmentId, changeId, effect: true, byRevoked: false, liftedBy: null }),
  };
}
