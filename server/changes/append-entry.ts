import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { actorOf } from '../access/principal.ts';
import type { Tx } from '../database/connect.ts';
import { changeEnvironments, changePayloads, changes, environments, projects } from '../database/tables.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { type ChainedColumns, chainHash } from './chain.ts';
import type { ChangeOrder, ChangeReceipt, Direction, LockedEnvironment, Written } from './door.ts';
import type { EntryBody } from './entry-body.ts';

/** The end of a project's chain, under the project's lock. */
export interface ChainEnd {
  id: number;
  chainSeq: number;
  chainHead: string;
}

/** An environment's new place with the patch that leads there, as it is stored and travels. */
export interface NewRevision {
  environment: LockedEnvironment;
  position: string;
  revision: number;
  digest: string;
  patch: string;
  direction: Direction;
}

/** The parts of an order that its entry keeps. */
type Kept = Pick<
  ChangeOrder,
  'principal' | 'actor' | 'action' | 'subject' | 'reason' | 'requestId' | 'killId' | 'undoes' | 'overridesFreeze'
>;

/**
 * Appends one entry to a project's chain, moves its end there, and the environments to their new places. The caller
 * holds the locks. What depends on the entry's number alone is sent in one go: each way to the database and back is time
 * under the lock.
 */
export async function appendEntry(
  tx: Tx,
  project: ChainEnd,
  order: Kept,
  written: Pick<Written<unknown>, 'before' | 'after' | 'afterEntry'>,
  revisions: readonly NewRevision[],
  now: Date,
): Promise<ChangeReceipt> {
  const body = canonicalJson(bodyOf(order, written, revisions));
  const salt = randomBytes(16).toString('hex');
  const columns: ChainedColumns = {
    projectId: project.id,
    seq: project.chainSeq + 1,
    at: now,
    actor: order.actor ?? actorOf(order.principal),
    action: order.action,
    subject: order.subject,
    requestId: order.requestId ?? null,
    killId: order.killId ?? null,
    payloadHash: sha256(salt, body),
    prevHash: project.chainHead,
  };
  const hash = chainHash(columns);
  const [entry] = await tx
    .insert(changes)
    .values({ ...columns, hash })
    .returning({ id: changes.id });
  const changeId = entry?.id ?? 0;
  await Promise.all([
    tx.insert(changePayloads).values({ changeId, salt, body }),
    ...(revisions.length > 0 ? [tx.insert(changeEnvironments).values(placesOf(changeId, revisions))] : []),
    ...revisions.map(({ environment, revision, digest }) =>
      tx.update(environments).set({ revision, digest }).where(eq(environments.id, environment.id)),
    ),
    tx.update(projects).set({ chainSeq: columns.seq, chainHead: hash }).where(eq(projects.id, project.id)),
  ]);
  await written.afterEntry?.(tx, changeId);
  return {
    id: changeId,
    seq: columns.seq,
    at: now.toISOString(),
    environments: revisions.map(({ environment, position }) => ({ key: environment.key, position })),
  };
}

function placesOf(changeId: number, revisions: readonly NewRevision[]) {
  return revisions.map(({ environment, revision, digest, patch }) => ({
    ...{ changeId, environmentId: environment.id, epoch: environment.epoch },
    ...{ revision, digest, patch },
  }));
}

/** The digests are in the body, so that the chain vouches for the patches too. */
function bodyOf(
  order: Kept,
  written: Pick<Written<unknown>, 'before' | 'after'>,
  revisions: readonly NewRevision[],
): EntryBody {
  return {
    v: 1,
    ...(order.reason === undefined ? {} : { reason: order.reason }),
    ...(order.undoes === undefined ? {} : { undoes: order.undoes }),
    ...(order.overridesFreeze?.used.length ? { overrode: order.overridesFreeze.used } : {}),
    ...(written.before === undefined ? {} : { before: written.before }),
    ...(written.after === undefined ? {} : { after: written.after }),
    environments: revisions.map(({ environment, position, digest, direction }) => ({
      id: environment.id,
      key: environment.key,
      position,
      digest,
      direction,
    })),
  };
}
