import type { AccessList } from '../access/access-list.ts';
import type { Acknowledged, AwaitReceipts } from '../changes/await-receipts.ts';
import type { Doorbell } from '../changes/doorbell.ts';
import type { Database } from '../database/connect.ts';
import type { Rulesets } from '../delivery/rulesets.ts';
import type { Clock } from '../platform/clock.ts';
import { repeat } from '../platform/repeat.ts';
import { ReceiptDesk, type Target } from './await-receipts.ts';
import { Flips } from './flips.ts';
import { Instances } from './instances.ts';
import { InstanceKeeper } from './keep-instances.ts';
import { NodePlaces } from './node-places.ts';
import { OtherNodes } from './other-nodes.ts';
import type { ReceiptSigner } from './receipt-token.ts';
import { instancesInDatabase, type SharedInstances } from './shared-instances.ts';
import { showReceipts } from './show-instances.ts';

export interface FleetParts {
  database: Pick<Database, 'db' | 'kind'>;
  /** Where nodes tell each other of their apps, if not in the database. */
  shared?: SharedInstances | undefined;
  clock: Clock;
  signer: ReceiptSigner;
  node: string;
  /** As what other nodes and people know this one: the same over restarts. */
  standing: { id: string; host: string };
  list: AccessList;
  /** Heard before what is served follows it, so that a flip's time begins with its commit. */
  doorbell: Doorbell;
  /** Those of this node, once it has them. */
  rulesets(): Rulesets;
}

/** Everything that a node knows of running apps. */
export interface Fleet {
  instances: Instances;
  others: OtherNodes;
  desk: ReceiptDesk;
  flips: Flips;
  keeper: InstanceKeeper;
  places: NodePlaces;
  awaitReceipts: AwaitReceipts;
  /** Begins to ask other nodes and to write for them; answers how to stop each. */
  follow(): (() => void)[];
  /** Leaves word that this node ends. */
  close(): Promise<void>;
}

/** Other nodes say every two seconds that they are there, and are given up after three times that. */
const TOUCH_MS = 2_000;
const LOST_MS = 6_000;
const SWEEP_MS = 60_000;

export function openFleet(parts: FleetParts): Fleet {
  const { database, clock, node, signer, list, doorbell } = parts;
  const shared = parts.shared ?? instancesInDatabase(database.db, node);
  // An embedded database has one process: whoever wrote there before is gone.
  const isAlone = database.kind === 'embedded';
  const others = new OtherNodes({ clock, shared, lostMs: isAlone ? -1 : LOST_MS });
  const flips: Flips = new Flips({ clock, instancesOf: (environmentId) => instances.of(environmentId) });
  const instances: Instances = new Instances({
    ...{ clock, signer, node },
    rulesets: {
      served: (environmentId) => parts.rulesets().served(environmentId),
      heard: (environmentId) => parts.rulesets().heard(environmentId),
    },
    isNode: (name) => others.isNode(name),
    onMoved: (instance) => flips.moved(instance),
    onLeft: (instance) => flips.left(instance),
  });
  doorbell.onRing((ring, origin) => {
    if (origin === 'here') flips.committed(ring);
  });
  const keeper = new InstanceKeeper({
    clock,
    instances,
    shared,
    touchMs: isAlone ? Number.POSITIVE_INFINITY : TOUCH_MS,
  });
  const places = new NodePlaces({
    ...{ db: database.db, clock, node: parts.standing.id, host: parts.standing.host, isAlone },
    rulesets: () => parts.rulesets(),
  });
  const desk = new ReceiptDesk({ clock, instances, flips, others });
  return {
    ...{ instances, others, desk, flips, keeper, places },
    awaitReceipts: async (what, ms) => {
      const receipts = await desk.receiptsOf(targetsOf(list, what), ms);
      return showReceipts(receipts, list, clock);
    },
    follow: () => [
      followServed(parts.rulesets(), instances, flips),
      others.follow(),
      keeper.follow(),
      places.follow(),
      repeat(SWEEP_MS, () => instances.sweep()),
    ],
    close: async () => {
      await Promise.all([keeper.close(), places.close()]);
    },
  };
}

function followServed(rulesets: Rulesets, instances: Instances, flips: Flips): () => void {
  for (const environmentId of rulesets.heldEnvironments()) {
    const served = rulesets.served(environmentId);
    if (served !== undefined) instances.noteServed(served);
  }
  return rulesets.onServed((served, step) => {
    instances.noteServed(served);
    flips.served(served, step);
  });
}

/** Where a change is to be acknowledged: in each environment whose ruleset it altered; a kill where it was made. */
function targetsOf(list: AccessList, { projectId, change, kill }: Acknowledged): Target[] {
  if (kill !== undefined) return [{ environmentId: kill.environmentId, kill: kill.id }];
  return (change?.environments ?? []).flatMap(({ key, position }) => {
    const environmentId = list.findEnvironment(projectId, key)?.id;
    return environmentId === undefined ? [] : [{ environmentId, position }];
  });
}
