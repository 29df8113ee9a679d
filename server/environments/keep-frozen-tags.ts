import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { isHolding } from './freeze.ts';
import { readFreezes } from './freeze-store.ts';

/**
 * Throws where a flag loses the tags by which a freeze holds it now: otherwise whoever may edit a description would have
 * the way out of every such freeze.
 */
export async function keepFrozenTags(
  tx: Tx,
  projectId: number,
  { key, before, after }: { key: string; before: readonly string[]; after: readonly string[] },
  now: Date,
): Promise<void> {
  const lost = before.filter((tag) => !after.includes(tag));
  if (lost.length === 0) return;
  const freezes = (await readFreezes(tx, projectId, now)).filter(({ tags }) => tags?.some((tag) => lost.includes(tag)));
  const held = freezes.find((freeze) => isHolding(freeze, now) && !freeze.tags?.some((tag) => after.includes(tag)));
  if (held === undefined) return;
  throw new Problem(
    'frozen',
    `The freeze “${held.name}” holds ${key} by its tags: it keeps them until that is over. Nothing was changed.`,
  );
}
