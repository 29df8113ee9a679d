import { writeFrame } from './sse.ts';
import { itemOf } from './values.fixture.ts';
import type { ValuesListener, ValuesPorts, Visitor } from './values-parts.ts';
import { ValuesSession } from './values-session.ts';
import type { ValueItem, ValueItems, ValuesAsk, ValuesEvent } from './values-wire.ts';
import { dice, VirtualTime } from './virtual-time.fixture.ts';

const FLAGS = ['a', 'b', 'c', 'd'];
/** What a flag serves unless it is killed: a word for everybody, or one that differs from visitor to visitor. */
type Served = { word: string; isPersonal: boolean };

/** What the database says at each revision, and at which one each kill was recorded. */
class Truth {
  readonly history: Record<string, Served>[] = [
    Object.fromEntries(FLAGS.map((flag) => [flag, { word: 'x', isPersonal: false }])),
  ];
  readonly recordedAt = new Map<string, number>();

  get revision(): number {
    return this.history.length - 1;
  }

  write(flag: string, served: Served): void {
    this.history.push({ ...this.history[this.revision], [flag]: served });
  }
}

interface Kill {
  id: string;
  flag: string;
}

/** A node: it lags behind the database, and knows kills of its own and of those that told it. */
class Node {
  revision = 0;
  kills: Kill[] = [];
  /** Kills that its base records. */
  settled: string[] = [];
  readonly streams = new Set<(event: ValuesEvent) => void>();
  readonly #truth: Truth;
  readonly #roll: () => number;

  constructor(truth: Truth, roll: () => number) {
    this.#truth = truth;
    this.#roll = roll;
  }

  get state(): string {
    const ids = this.kills.map(({ id }) => id).sort();
    return `e.${this.revision}~${ids.length === 0 ? '0' : ids.join('-')}`;
  }

  get held(): Record<string, ValueItems> {
    return Object.fromEntries(this.kills.map(({ flag, id }) => [id, { [flag]: itemOf(flag, `off by ${id}`) }]));
  }

  /** What it answers for somebody, as far as it is the same for everybody where nobody is named. */
  items(who?: string): ValueItem[] {
    const served = Object.entries(this.#truth.history[this.revision]!);
    const killed = new Map(this.kills.map(({ flag, id }) => [flag, itemOf(flag, `off by ${id}`)]));
    return served.flatMap(([flag, { word, isPersonal }]) => {
      const item = killed.get(flag);
      if (item) return [item];
      if (!isPersonal) return [itemOf(flag, word)];
      return who === undefined ? [] : [itemOf(flag, `${word} for ${who}`)];
    });
  }

  /** Something is changed here: its streams are told what became the same for everybody. */
  step(change: () => void): void {
    const from = this.state;
    const before = JSON.stringify(this.#truth.history[this.revision]);
    change();
    const { recordedAt } = this.#truth;
    const isRecorded = (id: string) => (recordedAt.get(id) ?? Number.POSITIVE_INFINITY) <= this.revision;
    this.kills = this.kills.filter(({ id }) => !isRecorded(id));
    const known = this.settled;
    this.settled = [...recordedAt.keys()].filter(isRecorded);
    if (from === this.state) return;
    const after = this.#truth.history[this.revision]!;
    const isPersonal = Object.values(after).some((served) => served.isPersonal);
    const hasMore = isPersonal && before !== JSON.stringify(after);
    const settled = this.settled.filter((id) => !known.includes(id));
    const event = { to: this.state, flags: byKey(this.items()), removed: [], held: this.held, settled };
    for (const tell of this.streams) tell(hasMore ? { ...event, refetchMs: this.#roll() * 500 } : event);
  }
}

/** Some nodes, a database that comes and goes, a net that cuts and delays, and a client of values in it. */
export class ValuesWorld {
  readonly time = new VirtualTime();
  readonly #roll: () => number;
  readonly #truth = new Truth();
  readonly #nodes: Node[];
  readonly #session: ValuesSession;
  #isDatabaseUp = true;
  #isBad = true;
  #kills = 0;
  /** Kills that nobody restored, by flag. */
  readonly #alive = new Map<string, string[]>();
  /** Kills that a stream has told the client of. */
  readonly #told = new Set<string>();
  #revision = 0;
  readonly #cuts = new Set<() => void>();

  constructor(seed: number) {
    this.#roll = dice(seed);
    this.#nodes = [1, 2, 3].map(() => new Node(this.#truth, this.#roll));
    this.#session = new ValuesSession({
      ports: this.#ports(),
      visitor: { context: { targetingKey: 'u' } },
      onChange: () => undefined,
      onState: () => undefined,
    });
  }

  /** Bad days for so long, with a look after every step; then all heals, and the client must arrive. */
  async live(badMs: number): Promise<void> {
    this.#session.begin();
    const happen = () => {
      if (this.#isBad) this.#happen();
      this.time.after(this.#roll() ** 2 * 2_000, happen);
    };
    this.time.after(0, happen);
    await this.time.pass(badMs, () => this.#look());
    this.#isBad = false;
    this.#isDatabaseUp = true;
    this.#record();
    for (const node of this.#nodes) this.#catchUp(node);
    await this.time.pass(120_000, () => this.#look());
    this.#checkEnd();
    this.#session.end();
  }

  #happen(): void {
    const node = this.#pick(this.#nodes);
    const flag = this.#pick(FLAGS);
    const lot = this.#roll();
    if (lot < 0.4) this.#catchUp(node);
    else if (lot < 0.55) this.#write(flag, { word: this.#pick(['x', 'y']), isPersonal: this.#roll() < 0.5 });
    else if (lot < 0.65) this.#kill(node, flag);
    else if (lot < 0.72) this.#restore(flag);
    else if (lot < 0.8) this.#tellEachOther(node);
    else if (lot < 0.86) this.#isDatabaseUp = !this.#isDatabaseUp;
    else if (lot < 0.94) for (const cut of [...this.#cuts]) cut();
    else if (lot < 0.97) this.#switch(this.#pick(['u', 'v', 'w']));
    else if (this.#session.state === 'paused') this.#session.begin();
    else this.#session.pause();
  }

  #switch(targetingKey: string): void {
    void this.#session.fetch({ context: { targetingKey } });
  }

  #kill(node: Node, flag: string): void {
    const id = `k${++this.#kills}`;
    this.#alive.set(flag, [...(this.#alive.get(flag) ?? []), id]);
    node.step(() => node.kills.push({ id, flag }));
  }

  /** Whoever reaches the database records what it holds before anything else is written. */
  #record(): void {
    if (!this.#isDatabaseUp) return;
    for (const { id, flag } of this.#nodes.flatMap(({ kills }) => kills)) {
      if (this.#truth.recordedAt.has(id)) continue;
      this.#truth.write(flag, { word: `off by ${id}`, isPersonal: false });
      this.#truth.recordedAt.set(id, this.#truth.revision);
    }
  }

  #write(flag: string, served: Served): void {
    if (!this.#isDatabaseUp) return;
    this.#record();
    // A killed flag serves nothing else until it is restored.
    if (!this.#truth.history[this.#truth.revision]?.[flag]?.word.startsWith('off')) this.#truth.write(flag, served);
  }

  #restore(flag: string): void {
    if (!this.#isDatabaseUp) return;
    this.#record();
    this.#truth.write(flag, { word: 'x', isPersonal: false });
    this.#alive.delete(flag);
  }

  #catchUp(node: Node): void {
    if (!this.#isDatabaseUp) return;
    this.#record();
    const left = this.#truth.revision - node.revision;
    const steps = this.#isBad ? Math.ceil(left * this.#roll()) : left;
    for (let i = 0; i < steps; i++) node.step(() => node.revision++);
  }

  #tellEachOther(node: Node): void {
    const other = this.#pick(this.#nodes);
    const news = node.kills.filter(
      ({ id }) => !other.kills.some((kill) => kill.id === id) && !other.settled.includes(id),
    );
    if (news.length > 0) other.step(() => other.kills.push(...news));
  }

  #look(): void {
    const { values, start } = this.#session;
    const at = start.state;
    const revision = Number(at?.split(/[.~]/)[1] ?? 0);
    const fail = (what: string) => new Error(`at ${this.time.now}, ${at}: ${what}`);
    if (revision < this.#revision) throw fail(`it was at ${this.#revision}`);
    this.#revision = revision;
    for (const [flag, { variant }] of values ?? []) {
      const alive = (this.#alive.get(flag) ?? []).filter((id) => this.#told.has(id));
      if (!variant?.startsWith('off') && alive.length > 0)
        throw fail(`${flag} flickers back to ${variant} from ${alive}`);
    }
  }

  #checkEnd(): void {
    if (this.#session.state === 'paused') return;
    const who = `${this.#session.visitor.context.targetingKey}`;
    const served = Array.from(this.#session.values ?? [], ([key, { variant }]) => `${key} ${variant}`).sort();
    const right = this.#nodes[0]!.items(who)
      .map(({ key, variant }) => `${key} ${variant}`)
      .sort();
    if (`${served}` !== `${right}`)
      throw new Error(`it ends at ${this.#session.start.state} with ${served}, not ${right}`);
    if (this.#session.state !== 'live') throw new Error(`it ends ${this.#session.state}`);
  }

  #ports(): ValuesPorts {
    return {
      random: () => this.#roll(),
      sleep: (ms, then) => this.time.after(ms, then),
      now: () => this.time.now,
      open: (ask, visitor, listener) => this.#open(ask, visitor, listener),
    };
  }

  #delay = () => this.#roll() ** 3 * (this.#isBad ? 1_500 : 20);

  #open(ask: ValuesAsk, { context }: Visitor, listener: ValuesListener): () => void {
    const node = this.#pick(this.#nodes);
    let isOpen = true;
    let clearAt = 0;
    const carry = (arrive: () => void) => {
      clearAt = Math.max(clearAt, this.time.now + this.#delay());
      this.time.after(clearAt - this.time.now, () => isOpen && arrive());
    };
    const tell = (event: ValuesEvent) => {
      carry(() => listener.onText(writeFrame({ event: 'values', data: JSON.stringify(event) })));
      carry(() => Object.keys(event.held).map((id) => this.#told.add(id)));
    };
    const close = () => {
      isOpen = false;
      node.streams.delete(tell);
      this.#cuts.delete(cut);
    };
    const cut = () => {
      close();
      listener.onEnd(new Error('cut'));
    };
    this.#cuts.add(cut);
    this.time.after(this.#delay(), () => {
      if (!isOpen) return;
      if (this.#isBad && this.#roll() < 0.1) return cut();
      const isBehind = Number(/e\.(\d+)/.exec(ask.from ?? '')?.[1] ?? 0) > node.revision;
      carry(() => listener.onHead(isBehind ? 503 : 200, isBehind ? 1 : Number.NaN));
      if (!isBehind) tell(this.#first(node, ask, `${context.targetingKey}`));
      if (isBehind || ask.isOnce) carry(cut);
      else node.streams.add(tell);
    });
    return close;
  }

  #first(node: Node, { from, tag, held, isOnce }: ValuesAsk, who: string): ValuesEvent {
    const settled = held.filter((id) => node.settled.includes(id));
    const event = { to: node.state, removed: [], held: node.held, settled, ageMs: 0 };
    const first = isOnce ? event : { ...event, beatMs: 100_000, retryMs: this.#roll() * 500 };
    if (from === node.state && tag === who) return { ...first, flags: {} };
    return { ...first, flags: byKey(node.items(who)), tag: who };
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#roll() * of.length)] as T;
  }
}

function byKey(items: ValueItem[]): ValueItems {
  return Object.fromEntries(items.map((item) => [item.key, item]));
}
