import { flagWith, rulesetWith, segmentWith } from '../evaluate/ruleset.fixture.ts';
import { formatPosition } from '../model/position.ts';
import type { Flag, Ruleset, ShedLevel } from '../model/ruleset.ts';
import { diffRulesets } from './diff.ts';
import type { OverlayEntry, Patch } from './wire.ts';

export const FLAGS = ['a', 'b', 'c', 'd'];

/** What a database holds: where it is, and what its history, as far as it knows it, recorded. */
interface State {
  ruleset: Ruleset;
  /** By id, with the flag. */
  recorded: Map<string, string>;
  lifted: Set<string>;
  /** Positions that it came by. */
  path: Set<string>;
}

/**
 * The truth of a simulated world: one database that can be set back to a backup, and everything that ever was true in
 * it. All of it is written once and never changed in place.
 */
export class Truth {
  readonly #roll: () => number;
  readonly #now: () => number;
  #state: State;
  #backups: State[] = [];
  #epochs = 0;
  #ids = 0;
  /** Every ruleset that was ever committed, by position. */
  readonly history = new Map<string, Ruleset>();
  /** The ids by which flags are killed in it, by position. */
  readonly #inForce = new Map<string, Map<string, Set<string>>>();
  readonly patches = new Map<string, Patch>();
  /** Which epoch the database was in from when on. */
  readonly times: { epoch: string; from: number }[] = [];
  /** Ids that a restore has named, in whatever history. */
  readonly everLifted = new Set<string>();
  readonly #everRecorded = new Map<string, string>();
  /** Between a set-back and the new epoch nothing is committed: that is what the restore procedure is for. */
  isSetBack = false;

  constructor(roll: () => number, now: () => number) {
    this.#roll = roll;
    this.#now = now;
    const flags = Object.fromEntries(FLAGS.map((key) => [key, flagWith({ key })]));
    const segments = { s: segmentWith({ included: Array.from({ length: 100 }, (_, i) => `u${i}`) }) };
    const ruleset = rulesetWith(flags, { epoch: this.#name(), revision: 0, segments });
    this.#state = { ruleset, recorded: new Map(), lifted: new Set(), path: new Set() };
    this.#arrive(ruleset, new Map());
  }

  get ruleset(): Ruleset {
    return this.#state.ruleset;
  }

  get position(): string {
    return formatPosition(this.#state.ruleset);
  }

  /** Whether a place is in the past of where the database is. */
  knows(position: string): boolean {
    return this.#state.path.has(position);
  }

  records(id: string): boolean {
    return this.#state.recorded.has(id);
  }

  recorded(): string[] {
    return [...this.#state.recorded.keys()];
  }

  killsAt(position: string, flag: string): ReadonlySet<string> {
    return this.#inForce.get(position)?.get(flag) ?? new Set();
  }

  newEntry(flag: string): OverlayEntry {
    return { kind: 'kill', id: `k${this.#ids++}`, epoch: this.ruleset.epoch, flag, at: '2024-01-01T00:00:00.000Z' };
  }

  flip(): void {
    const key = FLAGS[Math.floor(this.#roll() * FLAGS.length)]!;
    const flag = this.ruleset.flags[key]!;
    const what = this.#roll();
    if (what < 0.6) this.#commit({ flags: { ...this.ruleset.flags, [key]: { ...flag, state: other(flag) } } });
    else if (what < 0.8) this.#commit({ segments: { s: this.#otherMembers() } });
    else this.#commit({ shedLevel: Math.floor(this.#roll() * 4) as ShedLevel });
  }

  /** Records an entry: with effect, unless it is recorded already or was named by a restore. */
  commitKill(entry: OverlayEntry): void {
    const { recorded, lifted } = this.#state;
    if (recorded.has(entry.id)) return;
    this.#state = { ...this.#state, recorded: new Map([...recorded, [entry.id, entry.flag]]) };
    this.#everRecorded.set(entry.id, entry.flag);
    if (lifted.has(entry.id)) {
      this.#commit({}, [entry.id]);
      return;
    }
    const killed: Flag = { ...this.ruleset.flags[entry.flag]!, killed: true };
    const flags = { ...this.ruleset.flags, [entry.flag]: killed };
    this.#commit({ flags }, [entry.id], (kills) => kills.add(entry.id), entry.flag);
  }

  /** Lifts a kill. Ids that only an abandoned history recorded are lifted with it: nobody can name them any more. */
  restore(flag: string): void {
    const { killed, ...alive } = this.ruleset.flags[flag]!;
    if (killed === undefined) return;
    const ids = this.killsAt(this.position, flag);
    this.#state = { ...this.#state, lifted: new Set([...this.#state.lifted, ...ids]) };
    for (const id of ids) this.everLifted.add(id);
    for (const [id, of] of this.#everRecorded) if (of === flag) this.everLifted.add(id);
    this.#commit({ flags: { ...this.ruleset.flags, [flag]: alive } }, [], (kills) => kills.clear(), flag);
  }

  backup(): void {
    this.#backups.push(this.#state);
  }

  /** The database is what it was at some backup; its epoch goes on only once `beginEpoch` was called. */
  setBack(): void {
    const state = this.#backups[Math.floor(this.#roll() * this.#backups.length)];
    if (state === undefined || state === this.#state) return;
    this.#state = state;
    this.isSetBack = true;
    this.times.push({ epoch: this.ruleset.epoch, from: this.#now() });
  }

  beginEpoch(): void {
    this.isSetBack = false;
    const kills = this.#inForce.get(this.position) ?? new Map();
    this.#arrive({ ...this.ruleset, epoch: this.#name(), revision: 0 }, kills);
  }

  #commit(
    changes: Partial<Ruleset>,
    settles: string[] = [],
    alter: (kills: Set<string>) => void = () => undefined,
    flag = '',
  ): void {
    const before = this.ruleset;
    const kills = new Map(this.#inForce.get(this.position));
    const ofFlag = new Set(kills.get(flag));
    alter(ofFlag);
    kills.set(flag, ofFlag);
    const after = { ...before, ...changes, revision: before.revision + 1 };
    const patch = diffRulesets(before, after, settles);
    this.patches.set(patch.from, JSON.parse(JSON.stringify(patch)));
    this.#arrive(after, kills);
  }

  #arrive(ruleset: Ruleset, kills: Map<string, Set<string>>): void {
    const position = formatPosition(ruleset);
    if (this.history.has(position)) throw new Error(`the world made ${position} twice`);
    this.history.set(position, ruleset);
    this.#inForce.set(position, kills);
    this.#state = { ...this.#state, ruleset, path: new Set([...this.#state.path, position]) };
    if (this.times.at(-1)?.epoch !== ruleset.epoch) this.times.push({ epoch: ruleset.epoch, from: this.#now() });
  }

  #otherMembers(): Ruleset['segments'][string] {
    const segment = this.ruleset.segments.s!;
    const one = `u${Math.floor(this.#roll() * 130)}`;
    const has = segment.included.includes(one);
    return { ...segment, included: has ? segment.included.filter((u) => u !== one) : [...segment.included, one] };
  }

  /** A random name: nothing can be read from the order of two. */
  #name(): string {
    return `${Math.floor(this.#roll() * 2 ** 32).toString(16)}e${this.#epochs++}`;
  }
}

function other(flag: Flag): Flag['state'] {
  return flag.state === 'on' ? 'off' : 'on';
}
