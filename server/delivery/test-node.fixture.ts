import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessList } from '../access/access-list.ts';
import { checkMayChange } from '../access/may-change.ts';
import type { Check } from '../changes/door.ts';
import type { Ring } from '../changes/doorbell.ts';
import { LocalDoorbell } from '../changes/local-doorbell.ts';
import type { Database, Db } from '../database/connect.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { Secrets } from '../platform/secrets.ts';
import { type Delivery, openDelivery } from './open-delivery.ts';

/** A database that can be taken away: refused at once, or hanging for ever. */
export interface SwitchedDb {
  db: Db;
  state: 'there' | 'refused' | 'hung';
}

export function switchedDb(database: Pick<Database, 'db'>): SwitchedDb {
  const switched: SwitchedDb = {
    state: 'there',
    db: new Proxy(database.db, {
      get: (target, name) => {
        if (switched.state === 'there' || typeof name === 'symbol') return Reflect.get(target, name, target);
        if (switched.state === 'refused') {
          return () => {
            throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
          };
        }
        return () => never;
      },
    }),
  };
  return switched;
}

/** Takes every call of a query's chain and is never fulfilled. */
const never: object = new Proxy(() => undefined, {
  get: (_target, name) => (name === 'then' || name === 'catch' ? () => new Promise(() => undefined) : () => never),
});

/** Everything of one node but its listening, on a folder of its own. */
export interface TestNode extends Delivery {
  dataDir: string;
  doorbell: LocalDoorbell;
  database: SwitchedDb;
  log: string[];
  /** Ends it; a node that starts on the same folder finds what it left there. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export interface NodeOptions {
  dataDir?: string;
  clock?: Clock;
  checks?: Check[];
  snapshotMaxAgeMs?: number;
  database?: SwitchedDb;
  /** How long a kill waits for its commit. Long, so that a busy machine changes no answer. */
  commitMs?: number;
}

export async function openNode(database: Database, options: NodeOptions = {}): Promise<TestNode> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'turnout-node-'));
  const switched = options.database ?? switchedDb(database);
  const clock = options.clock ?? systemClock;
  const doorbell = new LocalDoorbell();
  const log: string[] = [];
  const note = (fields: object, message: string) => void log.push(`${message} ${JSON.stringify(fields)}`);
  const delivery = await openDelivery({
    db: switched.db,
    clock,
    doorbell,
    checks: options.checks ?? [checkMayChange],
    secrets: Secrets.open({ dataDir, fromEnv: SECRET }),
    dataDir,
    snapshotMaxAgeMs: options.snapshotMaxAgeMs ?? 3_600_000,
    list: new AccessList({ db: switched.db, clock, rootVerifier: undefined }),
    log: { info: note, warn: note, error: note },
    commitMs: options.commitMs ?? 20_000,
  });
  const close = () => delivery.close().catch(() => undefined);
  return {
    ...delivery,
    ...{ dataDir, doorbell, database: switched, log },
    stop: close,
    remove: async () => {
      await close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export const SECRET = 'a-secret-of-tests-that-has-32-bytes-or-more';

/** Joins nodes as a fleet's doorbell would: what one rings, the others hear. */
export function joinNodes(a: TestNode, b: TestNode): void {
  let passing = false;
  const pass = (to: LocalDoorbell) => (ring: Ring) => {
    if (passing) return;
    passing = true;
    to.ring(ring);
    passing = false;
  };
  a.doorbell.onRing(pass(b.doorbell));
  b.doorbell.onRing(pass(a.doorbell));
}

/** A clock whose wall and monotonic time only move when told. */
export class TestClock implements Clock {
  #at = Date.parse('2026-01-31T12:00:00.000Z');
  #monotonic = 1_000_000;

  now(): Date {
    return new Date(this.#at);
  }
  monotonic(): number {
    return this.#monotonic;
  }
  advance(ms: number): void {
    this.#at += ms;
    this.#monotonic += ms;
  }
}
