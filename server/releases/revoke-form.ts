import type { Tx } from '../database/connect.ts';
import { formsInForceOf, revokeForms } from './good-store.ts';

/**
 * Something was found against a flag in an environment: the form that is in force is not known to be good any more, in
 * whatever release it is. Where a rollout is in flight, that is the form that it found.
 */
export async function revokeForm(
  tx: Tx,
  environmentId: number,
  flag: string | readonly string[],
  because: string,
  now: Date,
): Promise<void> {
  const inForce = await formsInForceOf(tx, environmentId, typeof flag === 'string' ? [flag] : flag);
  await revokeForms(tx, environmentId, [...inForce.values()], { because, now });
}
