import { join } from 'node:path';
import type { AccessList } from '../access/access-list.ts';
import { ROOT } from '../access/principal.ts';
import type { Check, Door } from '../changes/door.ts';
import type { Doorbell } from '../changes/doorbell.ts';
import { beginEpoch } from '../changes/new-epoch.ts';
import type { Db } from '../database/connect.ts';
import { asProblem } from '../platform/answer-problem.ts';
import type { Clock } from '../platform/clock.ts';
import { withinDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { Problem } from '../platform/problem.ts';
import { type DiskBase, DiskSnapshots } from './disk-snapshot.ts';
import { FlagTags } from './flag-tags.ts';
import { KillHolder } from './hold-kill.ts';
import { Journal } from './journal.ts';
import type { KillParts } from './kill-flag.ts';
import { Overlays } from './overlay.ts';
import { readRulesetThrough } from './read-ruleset.ts';
import type { RestoreParts } from './restore-flag.ts';
import { Rulesets } from './rulesets.ts';
import type { JournalEntry } from './served.ts';
import { Settler } from './settle.ts';
import type { Signer } from './signed-file.ts';

export interface DeliveryParts {
  db: Db;
  clock: Clock;
  doorbell: Doorbell;
  /** What the door asks of every change, in this order. */
  checks: Check[];
  secrets: Signer;
  /** Of this node alone, on a volume that stays. */
  dataDir: string;
  snapshotMaxAgeMs: number;
  list: AccessList;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** How long a kill waits for its commit; a second, but in tests. */
  commitMs?: number;
}

/** Everything that one node serves and holds. */
export interface Delivery {
  door: Door;
  rulesets: Rulesets;
  settler: Settler;
  overlays: Overlays;
  journal: Journal;
  /** For `killRoutes`. */
  kill: KillParts;
  restore: RestoreParts;
  /** Takes over the access list from the disk, where the database gives none in time; true where memory has one. */
  readAccess(): Promise<boolean>;
  /** Begins to ask, to settle and to keep on disk, and loads what this node served before. */
  start(): void;
  /** What is not as it should be with journal and disk, in sentences, for `/readyz`. */
  faults(): string[];
  close(): Promise<void>;
}

const KEEP_MS = 2_000;
const ACCESS_MS = 2_000;

/** Opens the journal and puts in force what it holds; nothing here waits for the database. */
export async function openDelivery(parts: DeliveryParts): Promise<Delivery> {
  const { db, clock, doorbell, checks, secrets: signer, dataDir, log } = parts;
  const journal = await Journal.open({ folder: join(dataDir, 'journal'), signer, clock, log });
  const overlays = new Overlays();
  const tags = new FlagTags(db, clock);
  const door = (): Door => made;
  const rulesets: Rulesets = new Rulesets({
    ...{ db, clock, doorbell, overlays, log },
    keep: (entries) => keepAll(journal, entries),
    beginEpoch: (order) => beginEpoch(door(), { ...order, principal: ROOT }),
    readDisk: (environmentId) => readDisk(environmentId),
  });
  const keepOnDisk = (environmentId: number) => keepWhole(environmentId, rulesets, disk);
  const settler = new Settler({ door, rulesets, overlays, journal, keepOnDisk, log });
  const made: Door = {
    ...{ db, clock, doorbell, checks },
    readRuleset: readRulesetThrough(rulesets.held),
    settleFirst: settler.settleFirst,
  };
  const holder = new KillHolder({ rulesets, overlays, journal, clock });
  const disk = new DiskSnapshots({
    ...{ folder: join(dataDir, 'snapshots'), signer, clock, log, maxAgeMs: parts.snapshotMaxAgeMs },
    hold: (environmentId) => holdForDisk(environmentId, rulesets, overlays, tags, clock),
  });
  await disk.open();
  const readDisk = async (environmentId: number): Promise<DiskBase | undefined> => {
    const found = await disk.readBase(environmentId);
    if (found !== undefined) reviveFromDisk(found, { overlays, journal, tags });
    return found;
  };
  holder.revive(journal.entries());
  const stops: (() => void)[] = [];
  return {
    ...{ door: made, rulesets, settler, overlays, journal },
    kill: {
      db,
      rulesets,
      holder,
      settler,
      tags,
      ...(parts.commitMs === undefined ? {} : { commitMs: parts.commitMs }),
    },
    restore: { door: made, overlays, settler },
    readAccess: () => readAccess(parts.list, disk),
    start: () => {
      stops.push(...followAll(parts.list, { rulesets, settler, tags, disk }));
      void loadKept(rulesets, disk, log);
    },
    faults: () => [...journal.faults(), ...disk.faults()],
    close: async () => {
      for (const stop of stops) stop();
      await disk.close();
      await journal.close();
    },
  };
}

interface Followed {
  rulesets: Rulesets;
  settler: Settler;
  tags: FlagTags;
  disk: DiskSnapshots;
}

/** What goes on by itself from now on; answers how to stop each. */
function followAll(list: AccessList, { rulesets, settler, tags, disk }: Followed): (() => void)[] {
  const keepAccess = () => void disk.followAccess(list);
  if (list.revision >= 0) keepAccess();
  for (const environmentId of rulesets.heldEnvironments()) disk.follow(environmentId);
  return [
    rulesets.onServed(({ environmentId }) => disk.follow(environmentId)),
    rulesets.onPlaces((places) => {
      tags.follow(places);
      const held = places.filter(({ environmentId, digest }) => rulesets.baseOf(environmentId)?.digest === digest);
      disk.confirm(new Map(held.map(({ environmentId, position }) => [environmentId, position])));
    }),
    list.onChanged(keepAccess),
    list.onRevoked(keepAccess),
    rulesets.follow(),
    settler.follow(),
  ];
}

async function keepAll(journal: Journal, entries: readonly JournalEntry[]): Promise<void> {
  const late = () => new Problem('unavailable', 'The disk did not answer in time.');
  const kept = Promise.all(entries.map((entry) => journal.append(entry)));
  // What could not be written is in force all the same, and written when it can be.
  await withinDeadline(kept, KEEP_MS, late).catch(() => undefined);
}

/** What lies on disk of an environment that nobody asks for would be served by a start without the database. */
async function keepWhole(environmentId: number, rulesets: Rulesets, disk: DiskSnapshots): Promise<boolean> {
  if (rulesets.baseOf(environmentId) === undefined) {
    if (!(await disk.list()).includes(environmentId)) return true;
    const loaded = await rulesets.load(environmentId).catch(asProblem);
    if (loaded instanceof Problem) return loaded.code === 'not_found';
  }
  return disk.keep(environmentId);
}

function holdForDisk(
  environmentId: number,
  rulesets: Rulesets,
  overlays: Overlays,
  tags: FlagTags,
  clock: Clock,
): ReturnType<ConstructorParameters<typeof DiskSnapshots>[0]['hold']> {
  const base = rulesets.baseOf(environmentId);
  if (base === undefined) return undefined;
  const confirmedAt = clock.now().getTime() - rulesets.ageMs(environmentId);
  return { base, beside: { overlay: overlays.of(environmentId), tags: tags.toDisk(base.projectId), confirmedAt } };
}

/** Kills that lay over the ruleset when it was kept hold at any age, also where the journal lost them. */
function reviveFromDisk(
  found: DiskBase,
  { overlays, journal, tags }: { overlays: Overlays; journal: Journal; tags: FlagTags },
): void {
  tags.fromDisk(found.base.projectId, found.tags);
  for (const entry of found.overlay) {
    if (found.base.settled.has(entry.id) || !overlays.add(entry)) continue;
    journal.append(entry).catch(() => undefined);
  }
}

async function readAccess(list: AccessList, disk: DiskSnapshots): Promise<boolean> {
  const late = () => new Problem('database_unavailable', 'The database did not answer in time.');
  try {
    await withinDeadline(list.refresh(), ACCESS_MS, late);
  } catch {
    const saved = await disk.readAccess();
    if (saved !== undefined) list.fromDisk(saved);
  }
  return list.revision >= 0;
}

/** Environments that this node served before are served again, whoever asks first. */
async function loadKept(rulesets: Rulesets, disk: DiskSnapshots, log: Pick<Logger, 'warn'>): Promise<void> {
  for (const environmentId of await disk.list()) {
    await rulesets.load(environmentId).catch((error: unknown) => {
      log.warn({ environmentId, error }, 'an environment of the last run could not be loaded');
    });
  }
}
