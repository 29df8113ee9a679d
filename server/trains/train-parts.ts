import type { AccessList } from '../access/access-list.ts';
import type { Asking } from '../access/asking.ts';
import { hasRole, maySee } from '../access/permissions.ts';
import type { Principal, Role } from '../access/principal.ts';
import type { Door } from '../changes/door.ts';
import type { DraftKind } from '../changes/draft.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { requireNow } from '../requests/request-parts.ts';
import type { Departure } from './departure.ts';
import { findDeparture } from './departure-store.ts';
import type { Train } from './train.ts';
import { findTrain } from './train-store.ts';

/** What the use cases of trains, and of boarding them, need. */
export interface TrainParts {
  door: Door;
  list: AccessList;
  /** The calls that can wait in requests, of all rooms. */
  kinds: readonly DraftKind[];
  /** The database's clock, which cut-offs are held against; tests move it. */
  databaseNow(db: Db | Tx): Promise<Date>;
  /** Told when something changed that the loop looks at. */
  wake(): void;
  /** Whether some node acts. */
  isActing(): Promise<boolean>;
}

/** What trains touch of a ruleset before they leave: nothing. */
export const NO_RULESET = { flags: [], segments: [] };

const MAY_RUN: readonly Role[] = ['release-manager', 'admin'];
const MAY_RELEASE: readonly Role[] = ['release-manager'];

/** The train, or 404: also for whoever does not see its environment. */
export async function requireTrain(db: Db | Tx, projectId: number, key: string, principal: Principal): Promise<Train> {
  const train = await findTrain(db, projectId, key);
  if (!train || !maySee(principal, { projectId, environmentId: train.environmentId })) {
    throw new Problem('not_found', 'There is no such train.');
  }
  return train;
}

export async function requireDeparture(db: Db | Tx, train: Train, number: number): Promise<Departure> {
  const departure = await findDeparture(db, train.id, number);
  if (!departure) throw new Problem('not_found', `${train.key} has had no departure ${number} yet.`);
  return departure;
}

/** Throws 403 unless whoever asks makes and edits trains of that environment, as the database has them now. */
export async function requireMayRun(tx: Tx, { principal }: Asking, projectId: number, environmentId: number) {
  const now = await requireNow(tx, principal);
  if (now.kind === 'root' || hasRole(now, { projectId, environmentId }, MAY_RUN)) return;
  throw new Problem('forbidden', 'Making and editing trains needs the role release-manager or admin there.');
}

/** Throws 403 unless whoever asks is a release manager of the train's environment, as the database has them now. */
export async function requireMayRelease(tx: Tx, { principal }: Asking, { projectId, environmentId }: Train) {
  const now = await requireNow(tx, principal);
  if (now.kind === 'root' || hasRole(now, { projectId, environmentId }, MAY_RELEASE)) return;
  throw new Problem('forbidden', 'This needs the role release-manager where the train leaves for.');
}

/** The parts of an order about a train that alters nothing that is served. */
export function trainOrderOf({ projectId, environmentId, key }: Pick<Train, 'projectId' | 'environmentId' | 'key'>) {
  return { projectId, environmentIds: [], within: environmentId, subject: `train/${key}` };
}

export function requireLive(train: Train): void {
  if (train.archivedAt === null) return;
  throw new Problem('wrong_state', `The train ${train.key} was archived. Make a new one.`);
}
