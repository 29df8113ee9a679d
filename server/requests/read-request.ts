import { formatPosition } from '@turnout/core';
import type { Asking } from '../access/asking.ts';
import type { Door } from '../changes/door.ts';
import { allEnvironments } from '../environments/environment-store.ts';
import { freezeAt } from '../environments/freeze.ts';
import { readFreezes, tagsHolding } from '../environments/freeze-store.ts';
import { Problem } from '../platform/problem.ts';
import type { ProblemAnswer } from '../platform/problem-contract.ts';
import type { WholeRequest } from './contract.ts';
import { sayMoved } from './draft-diff.ts';
import { planDraft } from './plan-draft.ts';
import type { RequestParts } from './request-parts.ts';
import { flagsOf, tagsIn } from './request-time.ts';
import { showRequests } from './show-request.ts';
import type { RequestRow } from './store.ts';
import { tryDraft } from './try-draft.ts';

/** One request with all that somebody needs who approves it: what it comes to, and whether that is still so. */
export async function readWholeRequest(parts: RequestParts, asking: Asking, row: RequestRow): Promise<WholeRequest> {
  const { door, list } = parts;
  const viewer = { principal: asking.principal, now: door.clock.now(), list };
  const [summary] = await showRequests(door.db, row.projectId, [row], viewer);
  if (!summary) throw new Error('a request that is there is shown');
  const { items, base, diff } = row;
  return { ...summary, items, base, diff, now: row.state === 'open' ? await tryNow(parts, asking, row) : null };
}

async function tryNow(parts: RequestParts, asking: Asking, row: RequestRow): Promise<WholeRequest['now']> {
  const { door, kinds } = parts;
  const environments = await allEnvironments(door.db, row.projectId);
  const own = environments.filter(({ id }) => row.environments.includes(id));
  const positions = Object.fromEntries(own.map((environment) => [environment.key, formatPosition(environment)]));
  const frozen = await frozenNow(door, row, own);
  const still = { positions, frozen, directions: row.directions, moved: null, problem: null };
  if (row.kind === 'stage') return { ...still, same: true };
  try {
    const plan = await planDraft(door.db, kinds, { projectId: row.projectId, environments }, row);
    const tried = await tryDraft(door, asking, row.projectId, { ...plan, reason: row.reason });
    const moved = sayMoved(row.diff, tried.diff);
    return { ...still, directions: tried.directions, same: moved === undefined, moved: moved ?? null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...still, same: false, problem: error.toBody() as ProblemAnswer };
  }
}

async function frozenNow(door: Door, row: RequestRow, environments: readonly { id: number; key: string }[]) {
  const now = door.clock.now();
  const freezes = await readFreezes(door.db, row.projectId, now);
  const tags = await tagsHolding(door.db, row.projectId, flagsOf(row));
  return Object.fromEntries(
    environments.flatMap(({ id, key }) => {
      const frozen = freezeAt(freezes, id, now, tagsIn(id, flagsOf(row), tags));
      return frozen ? [[key, { name: frozen.name, until: frozen.until?.toISOString() ?? null }]] : [];
    }),
  );
}
