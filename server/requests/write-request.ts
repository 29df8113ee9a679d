import { randomBytes } from 'node:crypto';
import type { Asking } from '../access/asking.ts';
import { madeBefore } from '../access/key-place.ts';
import { hasRole, isAllowed, maySee } from '../access/permissions.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Tx } from '../database/connect.ts';
import { allEnvironments } from '../environments/environment-store.ts';
import { readFreezes, tagsHolding } from '../environments/freeze-store.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import type { EditedItems, NewRequestIn } from './contract.ts';
import { sameDiff } from './draft-diff.ts';
import { type DraftToPlan, type PlannedDraft, planDraft } from './plan-draft.ts';
import { type DraftItem, LASTS_MS } from './request.ts';
import {
  authorsOf,
  NO_RULESET,
  type RequestParts,
  requestOrderOf,
  requireDraft,
  requireNow,
  requireOpen,
  requireRequest,
} from './request-parts.ts';
import { flagsOf, isExpired } from './request-time.ts';
import {
  carryApprovals,
  countOpen,
  insertRequest,
  type NewRequest,
  type RequestRow,
  updateRequest,
  voidApprovals,
} from './store.ts';
import { type Outcome, tryDraft } from './try-draft.ts';

const DAY_MS = 86_400_000;
/** More open ones than that nobody reads. */
const MOST_OPEN = 500;
/** Of one author: whoever writes many, by mistake or on purpose, leaves the others their room. */
const MOST_OF_AUTHOR = 50;

type ItemsIn = NewRequestIn['items'];

/** A request that is written in the transaction of whoever asks for it. */
export interface PreparedRequest {
  id: string;
  insert(tx: Tx, now: Date): Promise<RequestRow>;
}

/** Writes down calls that wait for an approval, with what they would come to now. */
export async function makeRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  wanted: NewRequestIn,
): Promise<Done<RequestRow>> {
  const { reason } = wanted;
  const { id, insert } = await prepareRequest(parts, asking, projectId, wanted);
  const order = { ...requestOrderOf({ ...asking, reason }, projectId, id), action: 'request.create' };
  const committed = await commitChange<RequestRow>(parts.door, order, async (tx, { now }) => {
    const row = await insert(tx, now);
    return { result: row, touched: NO_RULESET, before: null, after: logRequest(row) };
  });
  return withResult(committed, async (change) =>
    requireRequest(parts.door.db, projectId, await madeBefore(parts.door, projectId, change.id), asking.principal),
  );
}

/** Tries what is wanted, so that it can be written down. Throws what is wrong with an item, naming it. */
export async function prepareRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  wanted: NewRequestIn,
): Promise<PreparedRequest> {
  const { title, reason, days } = wanted;
  const id = randomBytes(6).toString('hex');
  const seed = randomBytes(16).toString('hex');
  const draft = { items: asItems(wanted.items), seed, reason, by: actorOf(asking.principal) };
  const tried = await planAndTry(parts, asking, projectId, draft);
  const insert = async (tx: Tx, now: Date) => {
    requireMayWrite(await requireNow(tx, asking.principal), projectId, tried);
    if ((await countOpen(tx, projectId, now)) >= MOST_OPEN) {
      throw new Problem('too_many', `There are ${MOST_OPEN} open requests. Close some of them first.`);
    }
    await requireRoom(tx, asking.principal, projectId, now);
    return insertRequest(tx, {
      ...{ id, projectId, seed, title, reason, subject: `request/${id}`, createdBy: actorOf(asking.principal) },
      ...{ kind: tried.plan.protection ? ('protection' as const) : ('change' as const), createdAt: now, editedAt: now },
      ...{ authors: authorsOf(asking.principal), ...fieldsOf(tried) },
      expiresAt: new Date(now.getTime() + (days === undefined ? LASTS_MS : days * DAY_MS)),
    });
  };
  return { id, insert };
}

/** The root token is nobody's in particular, and whoever has it needs no request to do harm. */
async function requireRoom(tx: Tx, principal: Principal, projectId: number, now: Date): Promise<void> {
  if (principal.kind === 'root') return;
  const author = { actor: actorOf(principal), person: authorsOf(principal)[0] };
  if ((await countOpen(tx, projectId, now, author)) < MOST_OF_AUTHOR) return;
  const detail = `One author has at most ${MOST_OF_AUTHOR} open requests in a project. Close some of yours first.`;
  throw new Problem('too_many', detail);
}

/** Writes other items. All approvals are void, and whoever writes becomes an author. */
export async function editRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  id: string,
  edited: EditedItems,
): Promise<Done<RequestRow>> {
  const now = await requireRequest(parts.door.db, projectId, id, asking.principal);
  requireDraft(now);
  const reason = edited.reason ?? now.reason;
  const draft = { items: asItems(edited.items), seed: now.seed, reason, by: now.createdBy, authors: now.authors };
  const tried = await planAndTry(parts, asking, projectId, draft, now.kind);
  const order = { ...requestOrderOf(asking, projectId, id), action: 'request.update' };
  const committed = await commitChange<RequestRow>(parts.door, order, async (tx, ground) => {
    const row = await requireOpen(tx, projectId, id, asking);
    requireMayWrite(await requireNow(tx, asking.principal), projectId, tried);
    await voidApprovals(tx, id, ground.now, 'the draft was edited');
    const authors = [...new Set([...row.authors, ...authorsOf(asking.principal)])];
    const set = { ...fieldsOf(tried), authors, title: edited.title ?? row.title, reason };
    const next = await updateRequest(tx, projectId, id, { ...set, ...renewed(row, ground.now) });
    return { result: next, touched: NO_RULESET, before: logRequest(row), after: logRequest(next) };
  });
  return withResult(committed, () => requireRequest(parts.door.db, projectId, id, asking.principal));
}

/**
 * Takes the draft to where everything is now. Where it comes to the same, what was approved stays so; where it does not,
 * or its time was over, all approvals are void. Whoever rebases writes nothing, and becomes no author.
 */
export async function rebaseRequest(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  id: string,
): Promise<Done<RequestRow>> {
  const now = await requireRequest(parts.door.db, projectId, id, asking.principal);
  requireDraft(now);
  const tried = await planAndTry(parts, asking, projectId, { ...now, by: now.createdBy }, now.kind, true);
  const order = { ...requestOrderOf(asking, projectId, id), action: 'request.rebase' };
  const committed = await commitChange<RequestRow>(parts.door, order, async (tx, ground) => {
    const row = await requireOpen(tx, projectId, id, asking);
    requireExpected(now.version, row.version, undefined);
    requireMayWrite(await requireNow(tx, asking.principal), projectId, tried);
    const freezes = await readFreezes(tx, projectId, row.editedAt);
    const tags = await tagsHolding(tx, projectId, flagsOf(row));
    const expired = isExpired(row, freezes, ground.now, tags);
    if (!expired && tried.hash === row.hash) return { result: row, touched: NO_RULESET, unchanged: true };
    const bound = tried.plan.bound.every((at) => tried.plan.items[at]?.base === row.items[at]?.base);
    const same = !expired && bound && sameDiff(tried.diff, row.diff);
    if (same) await carryApprovals(tx, id, tried.hash);
    else await voidApprovals(tx, id, ground.now, expired ? 'its time was over' : 'it comes to something else now');
    const next = await updateRequest(tx, projectId, id, {
      ...fieldsOf(tried),
      ...(same ? {} : renewed(row, ground.now)),
    });
    return { result: next, touched: NO_RULESET, before: logRequest(row), after: logRequest(next) };
  });
  return withResult(committed, () => requireRequest(parts.door.db, projectId, id, asking.principal));
}

type Planned = Outcome & { plan: PlannedDraft };

async function planAndTry(
  parts: RequestParts,
  asking: Asking,
  projectId: number,
  draft: DraftToPlan & { reason: string },
  kind?: RequestRow['kind'],
  anew = false,
): Promise<Planned> {
  const { door, kinds } = parts;
  const all = await allEnvironments(door.db, projectId);
  const environments = all.filter(({ id }) => maySee(asking.principal, { projectId, environmentId: id }));
  const plan = await planDraft(door.db, kinds, { projectId, environments }, draft, anew);
  if (plan.protection && plan.pieces.length > 1) {
    throw new Problem('wrong_state', 'What takes away protection stands in a request of its own.');
  }
  if (kind !== undefined && (kind === 'protection') !== plan.protection) {
    throw new Problem('wrong_state', 'Whether a request takes away protection stays as it was made.');
  }
  const tried = await tryDraft(door, asking, projectId, { ...plan, reason: draft.reason });
  if (canonicalJson(tried.logged.after) === canonicalJson({ items: [] })) {
    throw new Problem('wrong_state', 'These items change nothing: everything is so already.');
  }
  return { ...tried, plan };
}

/** Where an editor may write it: in all environments that it alters; what protects, an admin's. */
function requireMayWrite(principal: Principal, projectId: number, { plan, grows }: Planned): void {
  if (principal.kind === 'root') return;
  const places = plan.protection ? plan.named : [...new Set([...plan.environmentIds, ...grows])];
  const scopes = places.length === 0 ? [{ projectId }] : places.map((environmentId) => ({ projectId, environmentId }));
  const may = scopes.every((place) =>
    plan.protection
      ? isAllowed(principal, 'admin', place)
      : hasRole(principal, place, ['editor', 'release-manager', 'admin']),
  );
  if (may) return;
  const role = plan.protection ? 'admin' : 'editor, release-manager or admin';
  throw new Problem('forbidden', `This needs the role ${role} in every environment that it is about.`);
}

const asItems = (items: ItemsIn): DraftItem[] =>
  items.map(({ method, path, body, base }) => ({
    method,
    path,
    body: (body ?? null) as DraftItem['body'],
    base: base ?? null,
  }));

function fieldsOf({ plan, base, diff, directions, hash }: Planned) {
  const environments = plan.protection ? plan.named : plan.environmentIds;
  return { items: plan.items, environments, base, diff, directions, hash } satisfies Partial<NewRequest>;
}

/** It lasts as long again as it did at first. */
function renewed(row: RequestRow, now: Date) {
  return { editedAt: now, expiresAt: new Date(now.getTime() + row.expiresAt.getTime() - row.editedAt.getTime()) };
}

/** A request as the log keeps it. What is asked for stands in its items, which the hash vouches for. */
export function logRequest({ title, reason, items, hash }: RequestRow) {
  return { title, reason, hash, items: items.map(({ method, path, base }) => ({ call: `${method} ${path}`, base })) };
}
