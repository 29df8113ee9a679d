import type { AccessList } from '../access/access-list.ts';
import { type ChangeWords, showChange } from '../changes/change.ts';
import type { Entry } from '../changes/change-store.ts';
import type { Doorbell } from '../changes/doorbell.ts';
import type { Teller } from '../changes/tell-change.ts';
import type { Db } from '../database/connect.ts';
import { OpenStreams, type StreamTimes } from '../delivery/open-streams.ts';
import type { Overlays } from '../delivery/overlay.ts';
import type { Rulesets } from '../delivery/rulesets.ts';
import { retryFrame } from '../delivery/stream-frames.ts';
import type { Fleet } from '../fleet/open-fleet.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { LiveAdmission } from './admit-streams.ts';
import { LogFollower } from './follow-log.ts';
import { COMMENT, changeFrame, liveFrame } from './live-frames.ts';
import { type LiveOpening, LiveStream } from './live-stream.ts';
import { type Backlog, readClaim, StartReader } from './read-start.ts';
import { ReaderCheck } from './recheck-readers.ts';
import { type FleetCounts, FleetWatch } from './watch-fleet.ts';
import { type KillNews, KillWatch } from './watch-kills.ts';

export interface LiveParts {
  db: Db;
  clock: Clock;
  doorbell: Pick<Doorbell, 'onRing' | 'onAccess'>;
  list: Pick<AccessList, 'environmentById' | 'listEnvironments' | 'onRevoked' | 'onChanged' | 'nameOf'>;
  rulesets: Pick<Rulesets, 'onServed' | 'onSettled' | 'baseOf' | 'heard'>;
  overlays: Pick<Overlays, 'of' | 'environments'>;
  fleet: Pick<Fleet, 'instances' | 'others'>;
  tellers: readonly Teller[];
  /** Told of what should not happen. */
  onError(error: unknown): void;
  times?: StreamTimes;
}

const TIMES: StreamTimes = { beatMs: 15_000, stuckMs: 20_000 };
const DRAIN_MS = 2_000;
/** Beside those of every stream: what other answers of this API have, for what is read with a cookie. */
const HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'same-origin' };
/**
 * The streams of screens: one for each, which tells of everything that a page shows of a project. They share the log
 * that is read, the frames that are made, and the bounds that the streams of SDKs have.
 */
export class LiveStreams {
  readonly #parts: LiveParts;
  readonly #words: ChangeWords;
  readonly #streams: OpenStreams<LiveStream>;
  readonly #log: LogFollower;
  readonly #kills: KillWatch;
  readonly #fleet: FleetWatch;
  readonly #start: StartReader;
  readonly #admission = new LiveAdmission();
  readonly #stops: (() => void)[];
  /** By project, how many streams are open or on their way. */
  readonly #looked = new Map<number, number>();
  #isDraining = false;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    const { list, onError } = parts;
    this.#words = { tellers: parts.tellers, nameOf: (actor) => list.nameOf(actor) };
    this.#streams = new OpenStreams<LiveStream>({
      clock: parts.clock,
      times: parts.times ?? TIMES,
      beat: (stream) => stream.write(COMMENT),
      catchUp: (stream) => {
        if (stream.missed) this.#reset(stream);
      },
      revoked: liveFrame('revoked', {}),
      onStuck: () => undefined,
    });
    this.#log = new LogFollower({
      ...{ db: parts.db, doorbell: parts.doorbell, onError },
      projectOf: (environmentId) => list.environmentById(environmentId)?.projectId,
      onEntries: (projectId, entries) => this.#tellEntries(projectId, entries),
      onGap: (projectId) => {
        for (const stream of this.#streams.of(projectId)) this.#reset(stream);
      },
    });
    this.#start = new StartReader({ db: parts.db, log: this.#log, rulesets: parts.rulesets, onError });
    this.#kills = new KillWatch({
      ...{ overlays: parts.overlays, rulesets: parts.rulesets },
      tell: (news) => this.#tellKill(news),
    });
    this.#fleet = new FleetWatch({
      ...{ fleet: parts.fleet, clock: parts.clock, onError },
      environments: () => [...this.#looked.keys()].flatMap((projectId) => this.#environmentsOf(projectId)),
      tell: (environmentId, counts) => this.#tellFleet(environmentId, counts),
    });
    const readers = new ReaderCheck({
      list,
      streams: () => [...this.#looked.keys()].flatMap((projectId) => [...this.#streams.of(projectId)]),
      onOther: (stream) => this.#reset(stream),
    });
    this.#stops = [
      list.onRevoked((id) => this.#streams.revoke(id)),
      () => readers.close(),
      () => this.#log.close(),
      () => this.#kills.close(),
      () => this.#fleet.close(),
    ];
  }

  get count(): number {
    return this.#streams.count;
  }

  /** Opens a stream. Rejects with a problem before anything was answered, and never afterwards. */
  async open(opening: LiveOpening): Promise<void> {
    if (this.#isDraining) throw goingDown();
    const { response, projectId } = opening;
    const leave = this.#admission.admit(opening.principal.id);
    this.#looked.set(projectId, (this.#looked.get(projectId) ?? 0) + 1);
    const gone = once(() => {
      leave();
      this.#lookAway(projectId);
    });
    response.once('close', gone);
    try {
      const stream = new LiveStream(opening);
      const claimed = readClaim(opening.lastEventId);
      await this.#start.soon(this.#log.begin(projectId));
      const positions = await this.#start.positionsOf(projectId, this.#environmentsOf(projectId));
      // What is committed while a backlog is read is in none: then it is read again.
      for (;;) {
        const backlog = await this.#start.backlogOf(projectId, stream.only, claimed);
        if (response.destroyed) return;
        if (this.#isDraining) throw goingDown();
        // Whoever lost their right meanwhile was among no streams yet, and nobody told them.
        const reader = stream.recheck();
        if (reader === 'ended') throw new Problem('unauthorized', 'This may not be read any more.');
        if (reader === 'other' || (this.#log.seqOf(projectId) ?? 0) > (backlog.seq ?? 0)) continue;
        response.once('close', this.#streams.add(stream));
        this.#begin(stream, positions, backlog);
        return;
      }
    } catch (error) {
      gone();
      throw error;
    }
  }

  /** Tells every screen to come back elsewhere, each at its own time; resolves when they are gone. */
  async drain(): Promise<void> {
    this.#stop();
    await this.#streams.drain(({ retryMs }) => liveFrame('goodbye', { retryMs }), DRAIN_MS);
  }

  close(): void {
    this.#stop();
    this.#streams.close();
  }

  #stop(): void {
    this.#isDraining = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  #lookAway(projectId: number): void {
    const left = (this.#looked.get(projectId) ?? 1) - 1;
    if (left > 0) this.#looked.set(projectId, left);
    else {
      this.#looked.delete(projectId);
      this.#log.end(projectId);
    }
  }

  #begin(stream: LiveStream, positions: Map<number, string>, { seq, entries }: Backlog): void {
    const { projectId, retryMs } = stream;
    stream.seq = seq;
    stream.open(HEADERS);
    stream.write(retryFrame(retryMs));
    const heartbeatMs = (this.#parts.times ?? TIMES).beatMs;
    const seen = this.#environmentsOf(projectId).filter((id) => stream.sees(id));
    const places = seen.map((id) => [this.#keyOf(id), positions.get(id) ?? null] as const);
    stream.write(liveFrame('hello', { seq: seq ?? null, positions: Object.fromEntries(places), heartbeatMs }));
    if (entries === 'too many') stream.write(liveFrame('reset', { seq: seq ?? null }));
    else for (const entry of entries) stream.write(changeFrame(showChange(entry, stream.only, this.#words)));
    this.#tellState(stream);
    stream.missed = stream.isFull;
  }

  /** What holds now and stands in no log: kills in force that it does not have yet, and how many apps run. */
  #tellState(stream: LiveStream): void {
    for (const environmentId of this.#environmentsOf(stream.projectId)) {
      if (!stream.sees(environmentId)) continue;
      const environment = this.#keyOf(environmentId);
      for (const { id, flag } of this.#parts.overlays.of(environmentId)) {
        stream.write(liveFrame('kill', { environment, flag, id, state: 'held' }));
      }
      const counts = this.#fleet.countsOf(environmentId);
      if (counts !== undefined) stream.write(liveFrame('fleet', { environment, counts }));
    }
  }

  #tellEntries(projectId: number, entries: readonly Entry[]): void {
    const streams = this.#streams.of(projectId);
    for (const entry of entries) {
      const frames = new Map<string, Buffer>();
      for (const stream of streams) {
        if (stream.seq !== undefined && entry.seq <= stream.seq) continue;
        const { only } = stream;
        if (only !== undefined && !entry.steps.some(({ environmentId }) => only.includes(environmentId))) continue;
        let frame = frames.get(String(only));
        if (frame === undefined) {
          frame = changeFrame(showChange(entry, only, this.#words));
          frames.set(String(only), frame);
        }
        if (stream.write(frame)) stream.seq = entry.seq;
        else stream.missed = true;
      }
      this.#kills.noteEntry(entry);
    }
  }

  #tellKill({ environmentId, ...news }: KillNews): void {
    const environment = this.#keyOf(environmentId);
    this.#tellOf(environmentId, liveFrame('kill', { environment, ...news }));
  }

  #tellFleet(environmentId: number, counts: FleetCounts): void {
    this.#tellOf(environmentId, liveFrame('fleet', { environment: this.#keyOf(environmentId), counts }));
  }

  #tellOf(environmentId: number, frame: Buffer): void {
    const projectId = this.#parts.list.environmentById(environmentId)?.projectId;
    if (projectId === undefined) return;
    for (const stream of this.#streams.of(projectId)) {
      if (stream.sees(environmentId) && !stream.write(frame)) stream.missed = true;
    }
  }

  /** Whoever shows anything reads it again, and is told the rest anew. */
  #reset(stream: LiveStream): void {
    stream.missed = false;
    stream.seq = this.#log.seqOf(stream.projectId);
    if (stream.write(liveFrame('reset', { seq: stream.seq ?? null }))) this.#tellState(stream);
    else stream.missed = true;
  }

  #environmentsOf(projectId: number): number[] {
    const all = this.#parts.list.listEnvironments();
    return all.filter((row) => row.projectId === projectId).map(({ id }) => id);
  }

  #keyOf(environmentId: number): string {
    return this.#parts.list.environmentById(environmentId)?.key ?? String(environmentId);
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}

function goingDown(): Problem {
  return new Problem('unavailable', 'This node is going down; ask another one.', { retryAfterSeconds: 1 });
}
