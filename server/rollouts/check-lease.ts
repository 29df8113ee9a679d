import type { Check } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import type { HeldLease } from '../platform/lease.ts';
import { Problem } from '../platform/problem.ts';
import { isInForce } from './lease-store.ts';

/** The door's check: whoever acts for all nodes shows the lease, and one that was taken over meanwhile does nothing. */
export const checkLease: Check = async (tx, { principal, actor, lease }) => {
  // With another actor it is a person's word that a rollout, or a train, carries out here and now.
  const actsAlone = (principal.kind === 'rollout' || principal.kind === 'train') && actor === undefined;
  if (lease === undefined) return actsAlone ? taken('rollouts') : undefined;
  return (await isInForce(tx, lease)) ? undefined : taken(lease.name);
};

/** The same for what is written without a change of its own. */
export async function requireLease(tx: Tx, lease: HeldLease): Promise<void> {
  if (!(await isInForce(tx, lease))) throw taken(lease.name);
}

function taken(name: string): Problem {
  return new Problem('lease_lost', `The lease ${name} is not in force any more: another node acts now.`);
}
