import type { Compiled } from '../evaluate/compile.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { layOverlay } from './overlay.ts';
import { RulesetSession } from './ruleset-session.ts';
import { isSameJson } from './same-json.ts';
import { FAIR, SimulatedNet, type Weather } from './simulated-net.fixture.ts';
import { SimulatedNode } from './simulated-node.fixture.ts';
import { dice, VirtualTime } from './virtual-time.fixture.ts';
import type { Snapshot } from './wire.ts';
import { FLAGS, Truth } from './world.fixture.ts';

/** A client of the world, and what an observer remembers of it. */
class Client {
  session: RulesetSession;
  /** By flag, the ids of kills that it has seen. */
  readonly #seen = new Map<string, Set<string>>();
  readonly #world: SimulatedWorld;
  #last: Ruleset | undefined;
  #lastSource = '';
  #epoch: string | undefined;
  #checked: Compiled | undefined;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.session = this.#begin();
  }

  /** The process begins anew with what it had on disk, or with nothing that it remembers. */
  restart(): void {
    const snapshot = this.session.snapshot();
    const ageMs = this.session.ageMs();
    this.session.end();
    // A kill that has no name is for the one process that saw it.
    for (const { flag, id } of this.session.overlay) if (id.startsWith('carried-')) this.#seen.delete(flag);
    for (const { flag, id } of snapshot?.overlay ?? []) this.#see(flag, [id]);
    const cached = snapshot && (JSON.parse(JSON.stringify(snapshot)) as Snapshot);
    this.session = this.#begin(cached, Number.isFinite(ageMs) ? ageMs : undefined);
  }

  #begin(snapshot?: Snapshot, ageMs?: number): RulesetSession {
    const { net, time } = this.#world;
    const parts = { ports: net, now: () => time.now, headers: {} };
    const session = new RulesetSession(parts, snapshot && { snapshot, ageMs, source: 'cache' });
    session.begin();
    return session;
  }

  /** Throws where the client is not what it promises to be. */
  check(): void {
    const { compiled, position } = this.session;
    if (compiled === undefined || position === undefined || compiled === this.#checked) return;
    this.#checked = compiled;
    const { ruleset } = this.session.snapshot() as Snapshot;
    const { overlay } = this.session;
    const { truth, time } = this.#world;
    const fail = (what: string) => new Error(`at ${time.now}, ${position}: ${what}`);
    if (!isSameJson(ruleset, truth.history.get(position))) throw fail('the base is not what history says');
    if (!isSameJson(compiled.ruleset, layOverlay(ruleset, overlay))) throw fail('base and overlay are not in force');
    this.#checkEpoch(ruleset.epoch);
    // What only a disk told counts until a server's base has the flag killed by itself.
    const isFirst = this.#last?.epoch !== ruleset.epoch && this.#lastSource === 'cache';
    this.#lastSource = this.session.source;
    for (const flag of isFirst ? FLAGS : []) if (ruleset.flags[flag]?.killed) this.#seen.delete(flag);
    const last = this.#last;
    this.#last = ruleset;
    if (last?.epoch === ruleset.epoch && ruleset.revision < last.revision) throw fail(`it was at ${last.revision}`);
    for (const { flag, id } of overlay) if (!id.startsWith('carried-')) this.#see(flag, [id]);
    for (const flag of FLAGS) {
      this.#see(flag, truth.killsAt(position, flag));
      if (isKilled(compiled, flag)) continue;
      const alive = [...(this.#seen.get(flag) ?? [])].filter((id) => !truth.everLifted.has(id));
      if (alive.length > 0) throw fail(`${flag} is served, though ${alive} killed it and nobody restored it`);
    }
  }

  /** No client goes back to an epoch that the database was in only before the client's own began. */
  #checkEpoch(epoch: string): void {
    const before = this.#epoch;
    // Until a server has spoken there is nothing to go back from.
    this.#epoch = this.session.source === 'cache' ? undefined : epoch;
    if (before === undefined || before === epoch) return;
    const { times } = this.#world.truth;
    const began = times.findIndex((one) => one.epoch === before);
    const last = times.map((one) => one.epoch).lastIndexOf(epoch);
    if (last < began) throw new Error(`at ${this.#world.time.now}: from ${before} back to ${epoch}`);
  }

  #see(flag: string, ids: Iterable<string>): void {
    const seen = this.#seen.get(flag) ?? new Set();
    for (const id of ids) seen.add(id);
    this.#seen.set(flag, seen);
  }

  /** Once all is well: what it serves is what the database says, but for a kill that the database lost. */
  checkEnd(): void {
    const { truth } = this.#world;
    const { compiled, position, state } = this.session;
    if (position !== truth.position)
      throw new Error(`it ends at ${position} (${state}), the server at ${truth.position}`);
    const { overlay } = this.session;
    for (const flag of FLAGS) {
      // Nobody but the client knows of it any more, so nobody can name it, and it stays.
      const isLost = overlay.some((entry) => entry.flag === flag && !truth.records(entry.id));
      const there = truth.ruleset.flags[flag]?.killed === true;
      if (isKilled(compiled as Compiled, flag) !== there && !isLost) {
        throw new Error(`${flag} ends ${there ? '' : 'not '}killed at the server: ${JSON.stringify(overlay)}`);
      }
    }
  }
}

function isKilled(compiled: Compiled, flag: string): boolean {
  return evaluate(compiled, flag, {}).disabledBy === 'killed';
}

/** A database that is set back to backups, nodes that lag and die, a net that loses and repeats, clients that move. */
export class SimulatedWorld {
  readonly time = new VirtualTime();
  readonly truth: Truth;
  readonly net: SimulatedNet;
  readonly #roll: () => number;
  readonly #nodes: SimulatedNode[];
  readonly #clients: Client[];

  constructor(seed: number) {
    this.#roll = dice(seed);
    this.truth = new Truth(this.#roll, () => this.time.now);
    this.#nodes = [1, 2, 3].map(() => new SimulatedNode(this.truth, this.time, this.#roll));
    this.net = new SimulatedNet(this.time, this.#roll, this.#nodes);
    this.#clients = [1, 2].map(() => new Client(this));
  }

  /** Bad days for so long, with a check after every step; then all heals, and everybody must arrive. */
  async live(badMs: number): Promise<void> {
    this.net.weather = this.#weather();
    const happen = () => {
      if (this.time.now >= badMs) return;
      this.#happen();
      this.time.after(this.#roll() ** 2 * 3_000, happen);
    };
    this.time.after(0, happen);
    await this.time.pass(badMs, () => this.#check());
    this.#heal();
    await this.time.pass(240_000, () => this.#check());
    for (const client of this.#clients) client.checkEnd();
    for (const { session } of this.#clients) session.end();
  }

  #check(): void {
    for (const client of this.#clients) client.check();
  }

  #weather(): Weather {
    const some = () => (this.#roll() < 0.5 ? 0 : this.#roll() * 0.1);
    return { refuse: some() * 3, lose: some(), repeat: some(), freeze: some() / 3, delayMs: 5 + this.#roll() * 2_000 };
  }

  #happen(): void {
    const node = this.#pick(this.#nodes);
    const flag = this.#pick(FLAGS);
    const events: [weight: number, happen: () => void][] = [
      [30, () => node.catchUp()],
      [14, () => node.write(() => this.truth.flip())],
      [8, () => node.kill(flag)],
      [10, () => void node.commitHeld()],
      [8, () => node.write(() => this.truth.restore(flag))],
      [6, () => this.#exchange()],
      [3, () => this.truth.backup()],
      [2, () => this.truth.setBack()],
      [3, () => this.truth.isSetBack && this.truth.beginEpoch()],
      [4, () => node.restart(this.#roll() < 0.5)],
      [2, () => node.stop()],
      [4, () => this.#cut(node)],
      [4, () => this.#pick(this.#clients).restart()],
    ];
    let left = this.#roll() * events.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, happen] of events) {
      left -= weight;
      if (left >= 0) continue;
      happen();
      return;
    }
  }

  #cut(node: SimulatedNode): void {
    node.isCutOff = !node.isCutOff && this.#roll() < 0.7;
  }

  /** One node tells another what it holds. */
  #exchange(): void {
    const to = this.#pick(this.#nodes);
    for (const entry of this.#pick(this.#nodes).entries) to.hear(entry);
  }

  #heal(): void {
    this.net.weather = FAIR;
    for (const node of this.#nodes) {
      node.isCutOff = false;
      if (!node.isReachable) node.restart(false);
    }
    if (this.truth.isSetBack) this.truth.beginEpoch();
    const go = () => {
      for (const node of this.#nodes) {
        node.catchUp();
        node.commitHeld();
      }
      this.time.after(2_000, go);
    };
    go();
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#roll() * of.length)] as T;
  }
}
