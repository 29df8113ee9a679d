import { createHash } from 'node:crypto';
import { type Asking, type EnvironmentPlace, orderOf } from '../access/asking.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt, Committed, Door, Ground, Written } from '../changes/door.ts';
import { attempt } from '../changes/rehearse.ts';
import type { Tx } from '../database/connect.ts';
import { Problem, type ProblemCode } from '../platform/problem.ts';
import { makeRequest } from '../requests/write-request.ts';
import type { RollbackPart } from './carry-rollback.ts';
import type { EnvironmentRollback, FlagRollback } from './contract.ts';
import type { RollbackParts } from './rollback-parts.ts';
import { type RolledBack, rollBackEnvironment, rollBackFlag } from './rollback-work.ts';

/** What came of a rollback. */
export interface RollbackDone {
  rolled: RolledBack;
  applied: 'all' | 'safe-part' | 'nothing';
  /** What stands in the way of the rest; in a dry run too. */
  refusal: Problem | null;
  request: { id: string; title: string } | null;
  change?: ChangeReceipt;
}

interface Call {
  place: EnvironmentPlace;
  action: string;
  subject: string;
  /** What waits is this call, made later. */
  path: string;
  body: { to: EnvironmentRollback['to'] | FlagRollback['to'] };
  title: string;
  /** It was allowed beforehand as a whole. */
  neverGated: boolean;
  work(tx: Tx, ground: Ground, part: RollbackPart): Promise<Written<RolledBack>>;
}

/** Takes an environment back to its last known good, or to a release. */
export function rollBackTo(
  parts: RollbackParts,
  asking: Asking,
  place: EnvironmentPlace,
  to: EnvironmentRollback['to'],
  isDry: boolean,
): Promise<RollbackDone> {
  const { key } = place.environment;
  return rollBack(parts, asking, isDry, {
    ...{ place, action: 'environment.rollback', subject: `rollback/${key}`, neverGated: to === 'known-good' },
    ...{ path: `/environments/${key}/rollback`, body: { to } },
    title: `Rollback of ${key} to ${to === 'known-good' ? 'the last known good' : to.release}: what grows`,
    work: (tx, ground, part) => rollBackEnvironment({ tx, ground, place, part }, to),
  });
}

/** Takes one flag back to what it was there at a position or in a release. */
export function rollBackFlagTo(
  parts: RollbackParts,
  asking: Asking,
  place: EnvironmentPlace,
  { flag, to, isDry }: { flag: string; to: FlagRollback['to']; isDry: boolean },
): Promise<RollbackDone> {
  const { key } = place.environment;
  const where = 'position' in to ? to.position : to.release;
  return rollBack(parts, asking, isDry, {
    ...{ place, action: 'flag.rollback', subject: `flag/${flag}`, neverGated: false },
    ...{ path: `/environments/${key}/flags/${flag}/rollback`, body: { to } },
    title: `Rollback of ${flag} in ${key} to ${where}: what grows`,
    work: (tx, ground, part) => rollBackFlag({ tx, ground, place, part }, flag, to),
  });
}

/** What may be answered by doing at once what goes towards safe, and asking for the rest. */
const STANDS_BEFORE: ReadonlySet<ProblemCode> = new Set(['approval_required', 'frozen', 'forbidden']);

async function rollBack(parts: RollbackParts, asking: Asking, isDry: boolean, call: Call): Promise<RollbackDone> {
  if (isDry) return tryOut(parts, asking, call);
  try {
    const done = await commit(parts.door, asking, call, 'all');
    if (done.replayed) return { ...(await tryOut(parts, asking, call)), applied: 'all', change: done.change };
    return { rolled: done.result, applied: 'all', refusal: null, request: null, ...changeOf(done) };
  } catch (error) {
    if (!(error instanceof Problem) || call.neverGated || !STANDS_BEFORE.has(error.code)) throw error;
    return splitUp(parts, asking, call, error);
  }
}

/** The safe part now, and a request for what has to wait; whoever may not even ask for it is told so. */
async function splitUp(parts: RollbackParts, asking: Asking, call: Call, refusal: Problem): Promise<RollbackDone> {
  const done = await commit(parts.door, asking, call, 'at-once');
  if (done.replayed) throw refusal;
  const safe = { rolled: done.result, ...changeOf(done) };
  const applied = done.change === undefined ? 'nothing' : 'safe-part';
  try {
    const request = await askForRest(parts, asking, call);
    return { ...safe, applied, refusal: null, request };
  } catch (error) {
    if (!(error instanceof Problem) || done.change === undefined) throw error;
    return { ...safe, applied, refusal: error, request: null };
  }
}

async function askForRest(parts: RollbackParts, asking: Asking, { place, path, body, title }: Call) {
  const reason = asking.reason ?? title;
  const item = { method: 'POST' as const, path, body: { ...body } };
  const { requestId, principal } = asking;
  // The change that was just made has the name of the call, and this is another one.
  const own =
    requestId === undefined ? {} : { requestId: createHash('sha256').update(`${requestId}/rest`).digest('hex') };
  const { result } = await makeRequest(parts, { principal, reason, ...own }, place.projectId, {
    ...{ title: title.slice(0, 200), reason, items: [item] },
  });
  return { id: result.id, title: result.title };
}

async function tryOut({ door }: RollbackParts, asking: Asking, call: Call): Promise<RollbackDone> {
  const { parts, rehearsed } = attempt({ door }, true);
  const done = await commit(parts.door, { ...asking, requestId: undefined }, call, 'all');
  if (done.replayed) throw new Error('nothing that is tried is a repetition');
  const refusal = rehearsed?.refusal ?? null;
  const isSplit = refusal !== null && !call.neverGated && STANDS_BEFORE.has(refusal.code);
  const applied = refusal === null ? 'all' : isSplit && done.result.split.atOnce.size > 0 ? 'safe-part' : 'nothing';
  return { rolled: done.result, applied, refusal, request: null };
}

/** Only what goes towards safe, and runs that go to their anchors, are in the part that is never gated. */
function commit(door: Door, asking: Asking, call: Call, part: RollbackPart): Promise<Committed<RolledBack>> {
  const { place, action, subject, neverGated } = call;
  const order = {
    ...orderOf(asking),
    ...{ projectId: place.projectId, environmentIds: [place.environment.id], action, subject },
    ...(neverGated || part === 'at-once' ? { toAnchor: true as const } : {}),
  };
  return commitChange<RolledBack>(door, order, (tx, ground) => call.work(tx, ground, part));
}

const changeOf = ({ change }: Committed<unknown>) => (change === undefined ? {} : { change });
