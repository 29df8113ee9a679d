import { setTimeout as sleep } from 'node:timers/promises';
import { watches } from '../decisions/guard-scope.ts';
import { isLive } from '../decisions/rollout.ts';
import { LookLoop } from '../platform/look-loop.ts';
import { Problem } from '../platform/problem.ts';
import type { Policy } from '../policies/policy.ts';
import { DueLooks, type Heard } from './due-looks.ts';
import { followEnded } from './follow-ended.ts';
import { lookAtRun } from './look-at-run.ts';
import type { LoopParts } from './loop-parts.ts';
import { OpenPlaces, type Taken } from './open-places.ts';
import { findRollouts } from './rollout-store.ts';
import { type ListedRun, readRunToLookAt, runsToLookAt } from './run-store.ts';
import { shareAnswers } from './shared-answers.ts';

/** Signals, presses of other nodes and everything else that rings nobody are seen after so long. */
const MOST_WAIT_MS = 5_000;
/** While something is on its way to every app, it is looked at more often: a bake begins when it is there. */
const REACHING_MS = 500;
const LEAST_WAIT_MS = 50;
/** However often it rings, there is so much time between two looks. */
const GAP_MS = 200;
/** So many of a pass are looked at at once: most of a look is waiting for answers. */
const AT_ONCE = 24;
/** So many may wait for the same source, or for probes of the same project, of whichever pass they are. */
const AT_ONE_PLACE = 12;
/** Those for which there was no room there are looked for again after so long. */
const NO_ROOM_MS = 1_000;
/** A source that takes longer holds up no more than its own rollouts: the others are looked at again meanwhile. */
const SLOW_MS = 2_000;
/** Looks that nobody hurries fall together: so many of them cost one reading of what is to be looked at. */
const TOGETHER_MS = 500;

/**
 * Looks at every live run again and again, on the node that holds the lease: gathers evidence, decides, and acts. It
 * keeps nothing in memory that another node would need to go on: whoever holds the lease next begins with the database,
 * decides on what is there then, and skips nothing.
 */
export class RolloutLoop {
  readonly #parts: LoopParts;
  readonly #loop: LookLoop;
  readonly #due = new DueLooks();
  /** Looks that are under way, also those of a pass of before. */
  readonly #looks = new Set<Promise<void>>();
  /** How many wait at each place: a source that does not answer keeps looks for longer than a pass. */
  readonly #taken: Taken = new Map();
  /** By rollout: what it goes by, which is the same as long as it lives. */
  readonly #policies = new Map<string, Policy>();
  #begun = Number.NEGATIVE_INFINITY;
  #passes = 0;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#loop = new LookLoop({ look: () => this.#look(), soonMs: () => this.#begun + GAP_MS - this.#now() });
  }

  /** Goes on by itself from now on; answers how to stop. */
  follow(): () => void {
    return this.#loop.follow();
  }

  /** Something was pressed or rung: looks at once, or right after the look that is under way, at those it may concern. */
  wake = (heard: Heard = {}): void => {
    this.#due.hear(heard);
    this.#loop.wake();
  };

  /** Looks at every run once. Never throws: what could not be done is seen again at the next look. */
  pass(): Promise<void> {
    this.#due.hear({});
    return this.#loop.pass();
  }

  /** Waits for the looks that are under way. */
  async close(): Promise<void> {
    await this.#loop.close();
    await Promise.all(this.#looks);
  }

  #now(): number {
    return this.#parts.door.clock.monotonic();
  }

  async #look(): Promise<number> {
    this.#begun = this.#now();
    try {
      return this.#parts.held() === undefined ? MOST_WAIT_MS : await this.#lookAtAll(++this.#passes);
    } catch (error) {
      this.#parts.log.warn({ error }, 'rollouts could not be looked at: nothing acts until they can be');
      return MOST_WAIT_MS;
    }
  }

  /** Answers after how many ms the next look is due. */
  async #lookAtAll(pass: number): Promise<number> {
    const { door, sources } = this.#parts;
    const listed = await runsToLookAt(door.db);
    const due = this.#due.take(listed, this.#now());
    await this.#readPolicies(listed, due);
    const parts = { ...this.#parts, sources: { ...sources, askSource: shareAnswers(sources.askSource) } };
    const placesOf = (run: ListedRun) => placesAsked(run, this.#policies.get(run.rollout));
    const turns = new OpenPlaces(due, { most: AT_ONE_PLACE, placesOf, taken: this.#taken });
    const work = async () => {
      // Once a later pass has begun it is the one that knows whose turn it is.
      for (let run = turns.take(); run !== undefined && pass === this.#passes; run = turns.take()) {
        await this.#lookAt(parts, run).finally(() => turns.done(run));
      }
    };
    const all = Promise.all(Array.from({ length: AT_ONCE }, work));
    await (this.#loop.follows ? Promise.race([all, sleep(SLOW_MS, undefined, { ref: false })]) : all);
    this.#due.putOff(turns.full, this.#now() + NO_ROOM_MS);
    const next = this.#due.next(this.#begun + MOST_WAIT_MS) - this.#now();
    return Math.max(turns.left > 0 ? GAP_MS : LEAST_WAIT_MS, next);
  }

  async #readPolicies(listed: readonly ListedRun[], due: readonly ListedRun[]): Promise<void> {
    const known = this.#policies;
    const unknown = new Set(due.flatMap(({ rollout }) => (known.has(rollout) ? [] : [rollout])));
    for (const { id, pinned } of await findRollouts(this.#parts.door.db, [...unknown])) known.set(id, pinned);
    const live = new Set(listed.map(({ rollout }) => rollout));
    for (const id of known.keys()) if (!live.has(id)) known.delete(id);
  }

  async #lookAt(parts: LoopParts, { id }: ListedRun): Promise<void> {
    this.#due.begin(id);
    const look = lookAtOne(parts, id).then((wait) => this.#due.end(id, this.#dueIn(wait)));
    this.#looks.add(look);
    await look.finally(() => this.#looks.delete(look));
  }

  /** What a look asks for is kept to; where it asks for nothing, those of one pass are looked at together again. */
  #dueIn(wait: number | undefined): number {
    const routine = Math.ceil((this.#begun + MOST_WAIT_MS) / TOGETHER_MS) * TOGETHER_MS;
    return wait === undefined ? routine : Math.min(routine, this.#now() + wait);
  }
}

/** What a look may have to wait for, where all that go there wait together: sources, and probes of one project. */
function placesAsked(run: ListedRun, policy: Policy | undefined): string[] {
  if (policy === undefined) return [];
  const { projectId } = run;
  const sources = policy.guards.flatMap((guard) =>
    guard.kind === 'threshold' && watches(guard, run) ? [JSON.stringify([projectId, guard.source])] : [],
  );
  const probes = policy.gates.some(({ kind }) => kind === 'probe') ? [JSON.stringify([projectId])] : [];
  return [...new Set(sources), ...probes];
}

/** Looks at a run as it is now, and answers in how many ms to look again; undefined where nothing hurries. */
async function lookAtOne(parts: LoopParts, id: string): Promise<number | undefined> {
  const { door, log } = parts;
  // Asked for each look: one that was lost since the pass began gathers nothing that nobody may keep.
  const lease = parts.held();
  if (lease === undefined) return undefined;
  try {
    // The run before its rollout: what moved in between is seen by the version of the run.
    const kept = await readRunToLookAt(door.db, id);
    const [rollout] = kept === undefined ? [] : await findRollouts(door.db, [kept.run.rollout]);
    if (kept === undefined || rollout === undefined) return undefined;
    const isReaching = kept.reach !== null && kept.reach.reachedAt === null && kept.reach.lateAt === null;
    const most = isReaching ? REACHING_MS : undefined;
    if (!isLive(kept.run.state)) {
      await followEnded(parts, rollout, kept, lease);
      return most;
    }
    const at = await lookAtRun(parts, rollout, kept, lease);
    const wait = at === null ? MOST_WAIT_MS : at.getTime() - door.clock.now().getTime();
    return wait < (most ?? MOST_WAIT_MS) ? wait : most;
  } catch (error) {
    // Somebody moved it meanwhile, or another node acts now: whoever looks next sees what is.
    const isPassing = error instanceof Problem && PASSING.has(error.code);
    if (!isPassing) log.warn({ error, run: id }, 'a rollout could not be looked at');
    return isPassing ? REACHING_MS : undefined;
  }
}

const PASSING: ReadonlySet<string> = new Set(['changed_since', 'lease_lost', 'frozen']);
