import { type Asking, orderOf } from '../access/asking.ts';
import { mintSecret, newId, verifierOf } from '../access/mint-secret.ts';
import { actorOf } from '../access/principal.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Door, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { Secrets } from '../platform/secrets.ts';
import { requireExpected } from '../platform/version.ts';
import type { HookPatch, NewHook } from './contract.ts';
import { logHook } from './hook.ts';
import {
  addSecret,
  environmentsOf,
  findHook,
  type HookRow,
  type HookSecretRow,
  insertHook,
  updateHook,
} from './hook-store.ts';
import { keepListed } from './keep-listed.ts';

/** What the use cases of hooks need. */
export interface HookParts {
  door: Door;
  secrets: Pick<Secrets, 'seal' | 'unseal'>;
}

const NOTHING_SERVED = { flags: [], segments: [] };

/** Makes a hook. Its secret is in the answer and nowhere else. */
export async function createHook(
  parts: HookParts,
  asking: Asking,
  projectId: number,
  { auth, reason: _reason, ...wanted }: NewHook,
): Promise<Committed<HookRow> & { secret: string }> {
  const id = newId();
  const row = { ...wanted, id, projectId, auth: auth ?? (wanted.source === 'generic' ? 'hmac' : 'bearer') } as const;
  const { secret, kept } = newSecret(parts, row);
  const committed = await change(parts, asking, projectId, { action: 'hook.create', id }, async (tx, now) => {
    await requireEnvironments(tx, projectId, wanted.environments);
    const made = await insertHook(tx, { ...row, createdBy: actorOf(asking.principal) });
    await addSecret(tx, kept, { expiresAt: now });
    return { result: made, after: logHook(made) };
  });
  return { ...committed, secret };
}

/** What is left out stays. */
export async function editHook(
  parts: HookParts,
  asking: Asking,
  projectId: number,
  id: string,
  { reason: _reason, ...patch }: HookPatch,
): Promise<Committed<HookRow>> {
  return change(parts, asking, projectId, { action: 'hook.update', id }, async (tx) => {
    const row = await requireHook(tx, projectId, id);
    requireExpected(asking.expected, row.version, undefined);
    const next = { ...row, ...patch } as HookRow;
    if (next.actions.length > 0 && next.environments.length === 0) throw NOWHERE();
    if (canonicalJson(logHook(row)) === canonicalJson(logHook(next))) return { result: row, unchanged: true };
    await requireEnvironments(tx, projectId, next.environments);
    await keepListed(tx, projectId, row, next);
    const { name, environments, flags, tags, actions, maxFlipsPerHour } = next;
    const set = { name, environments, flags, tags, actions, maxFlipsPerHour };
    return { result: await updateHook(tx, projectId, id, set), before: logHook(row), after: logHook(next) };
  });
}

/** Makes another secret; the one before is good until the overlap is over, and any older one no more. */
export async function rotateHook(
  parts: HookParts,
  asking: Asking,
  projectId: number,
  id: string,
  overlapMs: number,
): Promise<Committed<HookRow> & { secret: string }> {
  const { secret, kept } = newSecret(parts, await requireHook(parts.door.db, projectId, id));
  const committed = await change(parts, asking, projectId, { action: 'hook.rotate', id }, async (tx, now) => {
    const row = await requireHook(tx, projectId, id);
    requireExpected(asking.expected, row.version, undefined);
    await addSecret(tx, kept, { expiresAt: new Date(now.getTime() + overlapMs) });
    const { name } = row;
    return { result: await updateHook(tx, projectId, id, {}), after: { name, secret: kept.id, overlapMs } };
  });
  return { ...committed, secret };
}

/** Nothing comes in by it any more. What came in stays known for its day. */
export async function deleteHook(
  parts: HookParts,
  asking: Asking,
  projectId: number,
  id: string,
): Promise<Committed<HookRow>> {
  return change(parts, asking, projectId, { action: 'hook.delete', id }, async (tx, now) => {
    const row = await requireHook(tx, projectId, id);
    requireExpected(asking.expected, row.version, undefined);
    await keepListed(tx, projectId, row);
    await updateHook(tx, projectId, id, { deletedAt: now });
    return { result: row, before: logHook(row), after: null };
  });
}

/** The hook, or 404. */
export async function requireHook(db: Db | Tx, projectId: number, id: string): Promise<HookRow> {
  const row = await findHook(db, projectId, id);
  if (!row) throw new Problem('not_found', 'There is no such hook in this project.');
  return row;
}

/** The secret that senders sign with, as it was made. */
export function unsealSecret({ secrets }: Pick<HookParts, 'secrets'>, { hookId, id, sealed }: HookSecretRow): string {
  return secrets.unseal(placeOf(hookId, id), sealed ?? '');
}

const placeOf = (hookId: string, id: string) => `hook/${hookId}/${id}`;

function newSecret({ secrets }: Pick<HookParts, 'secrets'>, { id: hookId, auth }: Pick<HookRow, 'id' | 'auth'>) {
  const { id, secret } = mintSecret('hook');
  const how =
    auth === 'hmac' ? { sealed: secrets.seal(placeOf(hookId, id), secret) } : { verifier: verifierOf(secret) };
  return { secret, kept: { id, hookId, ...how } };
}

const NOWHERE = () =>
  invalid([{ path: '/environments', code: 'required', expected: 'at least one environment, where it may act' }]);

async function requireEnvironments(tx: Tx, projectId: number, keys: readonly string[]): Promise<void> {
  const known = await environmentsOf(tx, projectId);
  const expected = 'the key of an environment of this project';
  const faults = keys.flatMap((key, index) => {
    return known.has(key) ? [] : [{ path: `/environments/${index}`, code: 'unknown', expected }];
  });
  if (faults.length > 0) throw invalid(faults);
}

/** Hooks are an admin's, like keys. */
async function change(
  parts: HookParts,
  asking: Asking,
  projectId: number,
  { action, id }: { action: string; id: string },
  write: (tx: Tx, now: Date) => Promise<Omit<Written<HookRow>, 'touched'>>,
): Promise<Committed<HookRow>> {
  const order = { ...orderOf(asking), projectId, environmentIds: [], action, subject: `hook/${id}` };
  return commitChange(parts.door, { ...order, access: true }, async (tx, { now }) => {
    return { ...(await write(tx, now)), touched: NOTHING_SERVED };
  });
}
