import type { RolloutItem } from '@turnout/server/contracts';
import { live } from '../../client/live.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';
import { isOfRollouts, whileMoving } from './of-rollouts.ts';
import { isLive } from './tell-rollout.ts';
import { type BoardView, queriesOf } from './view.ts';

interface RolloutPage {
  items: RolloutItem[];
  next: string | null;
}

const LIVE_PAGE = 200;
const OVER_PAGE = 25;

/** The rollouts of a project: all that are live, and those that are over page by page. */
export class BoardReading extends Reading {
  /** Undefined until they were read once. */
  items: readonly RolloutItem[] | undefined;
  hasMore = false;
  /** Ids of those that went on while somebody looked. */
  moved: ReadonlySet<string> = new Set();
  #path = '';
  #view: BoardView = { state: '', on: '', flag: '' };
  #pages = 1;

  /** Shows these; reads only where something else was shown before. */
  follow(project: string, view: BoardView): void {
    const path = `/projects/${encodeURIComponent(project)}/rollouts`;
    this.turnTo(JSON.stringify([path, view]), () => {
      if (path !== this.#path) this.items = undefined;
      this.#path = path;
      this.#view = view;
      this.#pages = 1;
      this.moved = new Set();
    });
  }

  more(): void {
    this.#pages++;
    void this.read();
  }

  protected override hears = isOfRollouts;

  protected override listen() {
    const soon = () => this.readSoon();
    return [live.on('kill', soon), whileMoving(() => this.#isMoving, soon)];
  }

  get #isMoving(): boolean {
    return this.items?.some(({ state, reach }) => isLive(state) || reach === 'pending' || reach === 'late') ?? false;
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const { live: running, over, rest } = queriesOf(this.#view);
    const [now, before] = await Promise.all([
      running === undefined ? NONE : this.#readPages({ ...rest, state: running }, LIVE_PAGE, 20, signal),
      over === undefined ? NONE : this.#readPages({ ...rest, state: over }, OVER_PAGE, this.#pages, signal),
    ]);
    this.#take([...now.items, ...before.items]);
    this.hasMore = before.hasMore;
  }

  #take(items: readonly RolloutItem[]): void {
    const known = new Map(this.items?.map((item) => [item.id, markOf(item)]));
    // One that ended between the two questions is in both answers.
    const once = [...new Map(items.map((item) => [item.id, item])).values()];
    this.moved = new Set(
      once.filter((item) => known.has(item.id) && known.get(item.id) !== markOf(item)).map((item) => item.id),
    );
    this.items = once;
  }

  async #readPages(query: Record<string, string>, limit: number, most: number, signal: AbortSignal) {
    const items: RolloutItem[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= most; page++) {
      const answer = await send<RolloutPage>(this.#path, { query: { ...query, limit, cursor }, signal });
      items.push(...answer.items);
      cursor = answer.next ?? undefined;
      if (cursor === undefined) break;
    }
    return { items, hasMore: cursor !== undefined };
  }
}

const NONE = { items: [] as RolloutItem[], hasMore: false };

/** Where it is and what it is: a sentence that counts units is another every five seconds, and flashes for nobody. */
function markOf({ state, environment, stage, page, reach }: RolloutItem): string {
  return JSON.stringify([state, environment, stage, page, reach]);
}
