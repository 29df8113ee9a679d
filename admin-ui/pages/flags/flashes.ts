import { flagIndex } from '../../client/flag-index.ts';
import { live } from '../../client/live.ts';
import { actorOf } from '../../client/me.ts';
import { requireMe } from '../../client/session.ts';
import { Store } from '../../client/store.ts';

/** A flash lasts so long, and a kill of one's own is told again within so long. */
const FLASH_MS = 1_700;
const MINE_MS = 10_000;

/** The flags that somebody else has just changed, from when the screen shows what they are now. */
export class Flashes {
  readonly now = new Store<ReadonlySet<string>>(new Set());
  /** Heard of, and not read again yet. */
  readonly #awaited = new Map<string, unknown>();
  readonly #mine = new Map<string, number>();
  #stops: (() => void)[] = [];

  start(): void {
    const me = actorOf(requireMe().principal);
    this.#stops = [
      live.on('change', ({ subject, actor }) => {
        if (actor !== me && subject.startsWith('flag/')) this.#hear(subject.slice('flag/'.length));
      }),
      // A kill does not say who; whoever pressed it here knows.
      live.on('kill', ({ flag }) => {
        if (Date.now() - (this.#mine.get(flag) ?? 0) > MINE_MS) this.#hear(flag);
      }),
      flagIndex.subscribe(() => this.#compare()),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#awaited.clear();
  }

  /** What is told of this flag in the next seconds was done here. */
  own(key: string): void {
    this.#mine.set(key, Date.now());
  }

  #hear(key: string): void {
    this.#awaited.set(key, find(key));
  }

  #compare(): void {
    const changed = [...this.#awaited].filter(([key, before]) => find(key) !== before).map(([key]) => key);
    if (changed.length === 0) return;
    for (const key of changed) this.#awaited.delete(key);
    this.now.value = new Set([...this.now.value, ...changed]);
    setTimeout(() => {
      this.now.value = new Set([...this.now.value].filter((key) => !changed.includes(key)));
    }, FLASH_MS);
  }
}

const find = (key: string) => flagIndex.value.flags.find((flag) => flag.key === key);
