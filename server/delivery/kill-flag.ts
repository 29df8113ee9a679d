import { actorOf, type HookPrincipal, type Principal } from '../access/principal.ts';
import { readReceipt } from '../changes/change-store.ts';
import type { ChangeReceipt } from '../changes/door.ts';
import type { Db } from '../database/connect.ts';
import type { ServedToUsers } from '../flags/contract.ts';
import { describeServe } from '../flags/describe-serve.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { Problem } from '../platform/problem.ts';
import type { FlagTags } from './flag-tags.ts';
import type { HeldKill, KillHolder, Wanted } from './hold-kill.ts';
import { checkKillRight, type FlagPlace } from './kill-right.ts';
import { findKill, findKillable } from './kill-store.ts';
import type { Recorded } from './record-kill.ts';
import type { Rulesets } from './rulesets.ts';
import type { JournalEntry } from './served.ts';
import type { Settler } from './settle.ts';

export interface KillParts {
  db: Db;
  rulesets: Rulesets;
  holder: KillHolder;
  settler: Settler;
  tags: FlagTags;
  /** How long the commit is waited for; a second, but in tests. */
  commitMs?: number;
}

export interface KillAsking {
  principal: Principal | HookPrincipal;
  reason?: string | undefined;
  incident?: string | undefined;
  requestId?: string | undefined;
}

export interface Killed {
  id: string;
  /** Where it is safe from a crash of this node: in the log, or so far in the journal. */
  durable: 'log' | 'journal';
  /** Nodes from whose disks it would come back; with `log` it needs none of them. */
  copies: number;
  change?: ChangeReceipt;
  before?: ServedToUsers;
  after?: ServedToUsers;
}

const NO_REASON = 'no reason given';
/** A commit that takes longer is not waited for: the kill is in force, and on disk. */
const COMMIT_MS = 1_000;
/** Where the disk failed the log is the only place left, and worth a longer wait. */
const ONLY_COMMIT_FACTOR = 5;
const LOAD_MS = 3_000;
const ASK_MS = 1_000;

/**
 * Kills a flag in an environment: everybody gets its offVariant, whatever else changes, until it is restored. The same
 * path with Postgres up or down: authorised from memory, journalled, laid over what is served, published, and
 * committed at the same time.
 */
export async function killFlag(parts: KillParts, asking: KillAsking, place: FlagPlace): Promise<Killed> {
  await checkKillRight(parts, asking.principal, place);
  const again = asking.requestId === undefined ? undefined : parts.holder.ofRequest(asking.requestId);
  if (again !== undefined) return answerAgain(parts, again, place);
  await requireKillable(parts, place);
  const before = describeServed(parts.rulesets, place);
  const wanted = wantedOf(parts, asking, place);
  let held = await parts.holder.hold(wanted);
  let recorded = await recordInTime(parts, held);
  if (recorded?.lifted && held.reused) {
    // The entry that lay there was lifted by a restore that this node had not seen: this call needs one of its own.
    held = await parts.holder.hold(wanted, true);
    recorded = await recordInTime(parts, held);
  }
  return answer(parts, place, held, recorded, before);
}

/** The flag must be one that this node serves, or that the database knows: one that is archived, or a moment old. */
async function requireKillable(parts: KillParts, place: FlagPlace): Promise<void> {
  const { projectId, environment, flag } = place;
  const late = () => new Problem('unavailable', 'Nothing is held in time.');
  const served =
    parts.rulesets.served(environment.id) ??
    (await withinDeadline(parts.rulesets.load(environment.id), LOAD_MS, late).catch(() => undefined));
  // Without any ruleset nobody can say that there is no such flag.
  if (served === undefined || Object.hasOwn(served.base.flags, flag)) return;
  const asked = withinDeadline(findKillable(parts.db, projectId, environment.id, flag), ASK_MS, late);
  const found = await asked.catch(() => 'away' as const);
  if (found === undefined) throw new Problem('not_found', 'There is no such flag in this project.');
  if (found === 'away') {
    throw new Problem(
      'not_found',
      'There is no such flag among those that this node serves, and the database cannot be asked for more.',
    );
  }
}

function wantedOf(parts: KillParts, asking: KillAsking, { environment, flag }: FlagPlace): Wanted {
  const { principal, incident, requestId } = asking;
  return {
    environmentId: environment.id,
    epoch: parts.rulesets.baseOf(environment.id)?.ruleset.epoch ?? '',
    flag,
    actor: actorOf(principal),
    reason: asking.reason?.trim() || NO_REASON,
    ...(incident === undefined ? {} : { incident }),
    ...(requestId === undefined ? {} : { request: requestId }),
  };
}

/** How the entry was recorded; undefined when that takes too long or cannot be done now: it is tried again every 2 s. */
async function recordInTime(parts: KillParts, { entry, durable }: HeldKill): Promise<Recorded | undefined> {
  const waiting = parts.settler.recorded(entry.id);
  const { commitMs = COMMIT_MS } = parts;
  const late = () => new Problem('unavailable', 'It is not recorded yet.');
  const tried = parts.settler.settle(entry.environmentId).then(() => waiting.told ?? parts.settler.record(entry));
  try {
    const recorded = Promise.race([waiting.outcome, tried]);
    return await withinDeadline(recorded, durable ? commitMs : ONLY_COMMIT_FACTOR * commitMs, late);
  } catch {
    return undefined;
  } finally {
    waiting.forget();
  }
}

function answer(
  parts: KillParts,
  place: FlagPlace,
  { entry, durable }: HeldKill,
  recorded: Recorded | undefined,
  before: ServedToUsers | undefined,
): Killed {
  const after = describeServed(parts.rulesets, place);
  const shown = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  if (recorded !== undefined) {
    const { change, sameAs } = recorded;
    if (!recorded.effect && sameAs === undefined && !recorded.lifted) {
      throw new Problem('not_found', 'There is no such flag in this project. That it was to be killed is in the log.');
    }
    const id = sameAs ?? recorded.id;
    if (sameAs !== undefined) parts.holder.remember({ ...entry, id: sameAs });
    return { id, durable: 'log', copies: durable ? 1 : 0, ...(change === undefined ? {} : { change }), ...shown };
  }
  if (durable) return { id: entry.id, durable: 'journal', copies: 1, ...shown };
  throw new Problem(
    'unavailable',
    `The kill ${entry.id} is in force on this node and its clients, but neither this node's disk nor the database ` +
      'takes it: it is lost if this node ends. It is tried again; ask another node to kill the flag too.',
    { retryAfterSeconds: 1 },
  );
}

/** The same request once more: it is told what the first one did, even where that was lifted since. */
async function answerAgain(parts: KillParts, entry: JournalEntry, place: FlagPlace): Promise<Killed> {
  const shown = describeServed(parts.rulesets, place);
  const now = shown === undefined ? {} : { before: shown, after: shown };
  const held = await parts.holder.find(entry);
  if (held !== undefined) return answer(parts, place, held, await recordInTime(parts, held), shown);
  const late = () => new Problem('unavailable', 'It did not answer in time.');
  const receipt = withinDeadline(receiptOf(parts, place.projectId, entry.id), ASK_MS, late);
  const change = await receipt.catch(() => undefined);
  return { id: entry.id, durable: 'log', copies: 1, ...(change === undefined ? {} : { change }), ...now };
}

async function receiptOf(parts: KillParts, projectId: number, id: string): Promise<ChangeReceipt | undefined> {
  const row = await findKill(parts.db, id);
  return row?.changeId == null ? undefined : readReceipt(parts.db, projectId, row.changeId);
}

/** What users of this node get, with the kills laid over; undefined where nothing is held. */
export function describeServed(rulesets: Rulesets, { environment, flag }: FlagPlace): ServedToUsers | undefined {
  const served = rulesets.served(environment.id);
  if (served === undefined) return undefined;
  const { flags, shedLevel } = served.compiled.ruleset;
  const found = Object.hasOwn(flags, flag) ? flags[flag] : undefined;
  return found && describeServe(found, shedLevel);
}
