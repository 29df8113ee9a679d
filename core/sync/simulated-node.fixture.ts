import { formatPosition, parsePosition } from '../model/position.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { overlayHash } from './overlay.ts';
import type { VirtualTime } from './virtual-time.fixture.ts';
import type { OverlayEntry, Snapshot } from './wire.ts';
import type { Truth } from './world.fixture.ts';

/** A client's stream, as its node sees it. */
export interface NodeStream {
  position: string | undefined;
  ahead: boolean;
  send(event: string, data: unknown, id?: string): void;
  end(): void;
}

interface Base {
  ruleset: Ruleset;
  position: string;
  recorded: string[];
}

const HEARTBEAT_MS = 4_000;
const RECENT = 2;

/** One node of a simulated world: what a real one promises, with the memory and the view of the database that it has. */
export class SimulatedNode {
  readonly #truth: Truth;
  readonly #time: VirtualTime;
  readonly #roll: () => number;
  readonly streams = new Set<NodeStream>();
  #base: Base | undefined;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  /** The journal: it is on a disk that outlives the process. */
  #entries: OverlayEntry[] = [];
  #past = new Set<string>();
  isDown = false;
  /** It cannot reach the database. */
  isCutOff = false;

  constructor(truth: Truth, time: VirtualTime, roll: () => number) {
    this.#truth = truth;
    this.#time = time;
    this.#roll = roll;
    this.catchUp();
    const beat = () => {
      time.after(HEARTBEAT_MS, beat);
      this.#beat();
    };
    time.after(roll() * HEARTBEAT_MS, beat);
  }

  get isReachable(): boolean {
    return !this.isDown && this.#base !== undefined;
  }

  get entries(): readonly OverlayEntry[] {
    return this.#entries;
  }

  get ageMs(): number {
    return Math.min(Number.MAX_SAFE_INTEGER, Math.round(this.#time.now - this.#confirmedAt));
  }

  /** Reads where the database is. One that was set back gets a new epoch from whoever remembers what was lost. */
  catchUp(): void {
    const truth = this.#truth;
    if (this.isDown || this.isCutOff) return;
    if (this.#base !== undefined && truth.isSetBack) {
      const isBehind = !truth.knows(this.#base.position) || this.#past.has(truth.ruleset.epoch);
      if (isBehind) truth.beginEpoch();
    }
    const before = this.#base;
    this.#confirmedAt = this.#time.now;
    if (before?.position === truth.position) return;
    this.#base = { ruleset: truth.ruleset, position: truth.position, recorded: truth.recorded() };
    const entries = this.#entries;
    if (before !== undefined && before.ruleset.epoch !== truth.ruleset.epoch) {
      this.#past.add(before.ruleset.epoch);
      if (!truth.knows(before.position)) this.#carryOver(before);
    }
    this.#entries = this.#entries.filter(({ id }) => !truth.records(id));
    this.#publish(entries !== this.#entries && overlayHash(entries) !== overlayHash(this.#entries));
  }

  /** Brings what it holds into the database; answers whether that can be reached. */
  commitHeld(): boolean {
    if (this.isDown || this.isCutOff || this.#truth.isSetBack) return false;
    for (const entry of this.#entries) this.#truth.commitKill(entry);
    return true;
  }

  /** A change by this node: what it holds is recorded first. */
  write(change: () => void): void {
    if (this.commitHeld()) change();
  }

  kill(flag: string): void {
    if (!this.isReachable || this.#entries.some((entry) => entry.flag === flag)) return;
    this.hear(this.#truth.newEntry(flag));
  }

  /** An entry comes to this node, by a call or from another node. */
  hear(entry: OverlayEntry): void {
    const isKnown = this.#entries.some(({ id }) => id === entry.id) || this.#base?.recorded.includes(entry.id);
    if (this.isDown || isKnown) return;
    this.#entries = [...this.#entries, entry];
    this.#publish(true);
  }

  /** The process begins anew: from its disk, or where that is lost from the database. The journal stays. */
  restart(keepsDisk: boolean): void {
    for (const stream of this.streams) stream.end();
    this.streams.clear();
    this.isDown = false;
    if (keepsDisk) return;
    this.#base = undefined;
    this.#past.clear();
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    this.catchUp();
  }

  stop(): void {
    for (const stream of this.streams) stream.end();
    this.streams.clear();
    this.isDown = true;
  }

  snapshot(names: readonly string[]): Snapshot {
    const { ruleset, recorded } = this.#base!;
    return { ruleset, overlay: this.#entries, settled: [...recorded.slice(-RECENT), ...this.#settledAmong(names)] };
  }

  /** Opens a stream as the hub does: hello, the whole overlay, then what leads from where the client is to here. */
  open(stream: NodeStream, names: readonly string[], lastEventId: string | undefined): void {
    this.streams.add(stream);
    stream.send('hello', { heartbeatMs: HEARTBEAT_MS, node: 'n', receiptToken: 't' });
    stream.send('overlay', {
      overlay: this.#entries,
      settled: this.#settledAmong(names),
      position: this.#base!.position,
    });
    stream.position = lastEventId;
    this.#resume(stream);
  }

  #settledAmong(names: readonly string[]): string[] {
    const { recorded } = this.#base!;
    // Old ones are asked of the database, and left out where it is away.
    const known = this.isCutOff ? recorded.slice(-RECENT) : recorded;
    return names.filter((id) => known.includes(id) && !this.#entries.some((entry) => entry.id === id));
  }

  #carryOver(lost: Base): void {
    for (const [key, flag] of Object.entries(lost.ruleset.flags)) {
      if (flag.killed !== true || this.#base!.ruleset.flags[key]?.killed === true) continue;
      const { epoch } = lost.ruleset;
      const entry: OverlayEntry = { ...this.#truth.newEntry(key), id: `carry_${epoch}_${key}`, epoch };
      if (!this.#entries.some(({ id }) => id === entry.id)) this.#entries = [...this.#entries, entry];
    }
  }

  #publish(overlayChanged: boolean): void {
    for (const stream of [...this.streams]) {
      const { position } = this.#base!;
      if (overlayChanged) stream.send('overlay', { overlay: this.#entries, settled: [], position });
      if (stream.position !== position) this.#resume(stream);
    }
  }

  #resume(stream: NodeStream): void {
    const here = this.#base!;
    const there = stream.position === undefined ? undefined : parsePosition(stream.position);
    const isSameEpoch = there?.epoch === here.ruleset.epoch;
    stream.ahead = isSameEpoch && there.revision > here.ruleset.revision;
    if (stream.ahead || stream.position === here.position) return;
    // The ring may have let go of what is needed.
    if (isSameEpoch && this.#roll() < 0.8) {
      for (let patch = this.#next(stream); patch !== undefined; patch = this.#next(stream)) {
        stream.send('patch', patch, patch.to);
        stream.position = patch.to;
      }
    }
    if (stream.position === here.position) return;
    stream.position = here.position;
    if (this.#roll() < 0.5) stream.send('ruleset', this.snapshot([]), here.position);
    else stream.send('resync', { position: here.position, spreadMs: 200 });
  }

  #next(stream: NodeStream) {
    const at = stream.position === undefined ? undefined : parsePosition(stream.position);
    if (at === undefined || at.revision >= this.#base!.ruleset.revision) return undefined;
    return this.#truth.patches.get(formatPosition(at));
  }

  #beat(): void {
    if (!this.isReachable) return;
    const { position } = this.#base!;
    for (const stream of [...this.streams]) {
      if (stream.ahead) this.catchUp();
      const data = { position: this.#base!.position, ageMs: this.ageMs, overlayHash: overlayHash(this.#entries) };
      stream.send('heartbeat', stream.ahead ? { ...data, position, behind: true } : data);
    }
  }
}
