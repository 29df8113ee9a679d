import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { allEnvironments } from '../environments/environment-store.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { sayMoved } from './draft-diff.ts';
import { type PlannedDraft, planDraft } from './plan-draft.ts';
import { type RequestParts, requireDraft, requireOpen, requireRequest } from './request-parts.ts';
import { nameChange, type RequestRow, updateRequest } from './store.ts';
import { carryOut, type Outcome, outcomeOf, withinOf } from './try-draft.ts';

/**
 * Carries a request out: does what its items say under the locks, and looks there whether it still comes to what was
 * approved. Whether enough people approve is for the door, which asks last of all. One change, one revision in each
 * environment, undone as one.
 */
export async function applyRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  id: string,
): Promise<Done<RequestRow> & { secret?: string }> {
  const { door, kinds } = parts;
  const seen = await requireRequest(door.db, projectId, id, asking.principal);
  requireDraft(seen);
  requireWhyInSpite(asking);
  const environments = await allEnvironments(door.db, projectId);
  const plan = await planDraft(door.db, kinds, { projectId, environments }, { ...seen, by: seen.createdBy });
  const order = orderFor(asking, seen, plan);
  const committed = await commitChange<RequestRow>(door, order, async (tx, ground) => {
    const row = await requireOpen(tx, projectId, id, asking);
    requireExpected(seen.version, row.version, undefined);
    await requireNotAboard(parts, tx, id);
    const combined = await carryOut(door, plan, [tx, ground]).catch((error: unknown) => {
      throw movedOn(error);
    });
    const outcome = outcomeOf(plan.items, ground, combined);
    if (combined.written.unchanged) throw new Problem('wrong_state', 'Everything is so already. Withdraw the request.');
    requireSame(row, outcome);
    // The door asks by these whose approval it takes: where a rollout leads later, too, as it is now.
    const { directions } = outcome;
    const closed = { state: 'applied' as const, closedAt: ground.now, closedBy: actorOf(asking.principal) };
    const result = await updateRequest(tx, projectId, id, { ...closed, directions });
    return {
      ...combined.written,
      result,
      afterEntry: async (inside, changeId) => {
        await combined.written.afterEntry?.(inside, changeId);
        await nameChange(inside, projectId, id, changeId);
      },
    };
  });
  // A name, a protection or a freeze is in every node's memory.
  if (plan.protection) await parts.list.refresh().catch(() => undefined);
  const done = await withResult(committed, () => requireRequest(door.db, projectId, id, asking.principal));
  const secret = committed.replayed || plan.secret === undefined ? {} : { secret: plan.secret };
  return { ...done, ...secret, result: { ...done.result, changeId: done.change?.id ?? null } };
}

/** What the author wrote before says nothing of a freeze, nor why it cannot wait for its end. */
function requireWhyInSpite({ overridesFreeze, reason }: Asking): void {
  if (overridesFreeze === undefined || reason?.trim()) return;
  throw invalid([{ path: '/reason', code: 'required', expected: 'why it cannot wait for the end of the freeze' }]);
}

async function requireNotAboard({ aboardOf }: RequestParts, tx: Tx, id: string): Promise<void> {
  const train = await aboardOf?.(tx, id);
  if (train === undefined) return;
  throw new Problem(
    'wrong_state',
    `It is aboard ${train} and leaves with it. Withdraw it there to apply it by itself.`,
  );
}

function orderFor(asking: Asking, row: RequestRow, plan: PlannedDraft): ChangeOrder {
  return {
    ...orderOf({ ...asking, reason: asking.reason ?? row.reason }),
    ...{ projectId: row.projectId, environmentIds: plan.environmentIds, action: 'request.apply' },
    ...{ subject: `request/${row.id}`, approved: { request: row.id } },
    ...(plan.protection ? { access: true as const, ...withinOf(plan) } : {}),
  };
}

/** What was approved is what is done: anything else is looked at anew. */
function requireSame(row: RequestRow, { diff, base }: Outcome): void {
  const moved = sayMoved(row.diff, diff);
  if (moved === undefined) return;
  throw new Problem('changed_since', `${moved} Rebase it, and have it approved as it then is.`, {
    current: { diff, positions: base },
  });
}

/** Somebody changed what an item is about: what they made of it is in the answer. */
function movedOn(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== 'stale_version') return error;
  return new Problem('changed_since', `${error.message} Rebase the request, and have it approved as it then is.`, {
    ...error.extra,
  });
}
