import type { Db } from '../database/connect.ts';
import {
  dropOldInstances,
  type InstanceRow,
  type NodeSighting,
  readInstanceRows,
  readSightings,
  touchInstances,
  writeInstances,
} from './instance-store.ts';

/**
 * Where nodes tell each other which apps they know: a text for each node and environment, kept for an hour. In Postgres,
 * or in Redis (instances-in-redis.ts).
 */
export interface SharedInstances {
  write(environmentId: number, body: string): Promise<void>;
  /** What was written last still holds; false where it is not there any more, and must be written again. */
  touch(environmentId: number): Promise<boolean>;
  /** What other nodes wrote of an environment. */
  read(environmentId: number): Promise<InstanceRow[]>;
  /** Which other nodes there are. */
  sightings(): Promise<NodeSighting[]>;
  dropOld(): Promise<void>;
}

export function instancesInDatabase(db: Db, node: string): SharedInstances {
  return {
    write: (environmentId, body) => writeInstances(db, node, environmentId, body),
    touch: (environmentId) => touchInstances(db, node, environmentId),
    read: (environmentId) => readInstanceRows(db, environmentId, node),
    sightings: () => readSightings(db, node),
    dropOld: () => dropOldInstances(db),
  };
}
