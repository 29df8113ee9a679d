import type { RolloutItem } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChangeNews, live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { isLive } from './tell-rollout.ts';
import { type BoardView, queriesOf } from './view.ts';

interface RolloutPage {
  items: RolloutItem[];
  next: string | null;
}

const LIVE_PAGE = 200;
const OVER_PAGE = 25;
/** A burst of changes is looked at once. */
const GATHER_MS = 250;
/** What is decided is no change of anything: a board that waited for changes would show an old sentence. */
const AGAIN_MS = 5_000;

/** The rollouts of a project: all that are live, and those that are over page by page. */
export class BoardReading implements ReactiveController {
  /** Undefined until they were read once. */
  items: readonly RolloutItem[] | undefined;
  refusal: Refusal | undefined;
  hasMore = false;
  /** Ids of those that went on while somebody looked. */
  moved: ReadonlySet<string> = new Set();
  readonly #host: ReactiveControllerHost;
  #asked = '';
  #path = '';
  #view: BoardView = { state: '', on: '', flag: '' };
  #pages = 1;
  #reading: AbortController | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setInterval> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => isOfRollouts(news) && this.#readSoon()),
      live.on('kill', () => this.#readSoon()),
      live.on('reset', () => this.#readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
    ];
    this.#again = setInterval(() => this.#isMoving && !document.hidden && this.#readSoon(), AGAIN_MS);
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    clearInterval(this.#again);
    this.#reading?.abort();
    this.#asked = '';
  }

  /** Shows these; reads only where something else was shown before. */
  follow(project: string, view: BoardView): void {
    const asked = JSON.stringify([project, view]);
    if (asked === this.#asked) return;
    const isOther = this.#path !== `/projects/${encodeURIComponent(project)}/rollouts`;
    this.#asked = asked;
    this.#path = `/projects/${encodeURIComponent(project)}/rollouts`;
    this.#view = view;
    this.#pages = 1;
    this.moved = new Set();
    if (isOther) this.items = undefined;
    void this.read();
  }

  more(): void {
    this.#pages++;
    void this.read();
  }

  get #isMoving(): boolean {
    return this.items?.some(({ state, reach }) => isLive(state) || reach === 'pending' || reach === 'late') ?? false;
  }

  #readSoon(): void {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      void this.read();
    }, GATHER_MS);
  }

  /** Reads it again; what was there is shown until then. */
  async read(): Promise<void> {
    if (this.#asked === '') return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      const { live: running, over, rest } = queriesOf(this.#view);
      const [now, before] = await Promise.all([
        running === undefined ? NONE : this.#readPages({ ...rest, state: running }, LIVE_PAGE, 20, mine.signal),
        over === undefined ? NONE : this.#readPages({ ...rest, state: over }, OVER_PAGE, this.#pages, mine.signal),
      ]);
      this.#take([...now.items, ...before.items]);
      this.hasMore = before.hasMore;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
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

/** A stage that is entered is a change of the flag, made by the rollout. */
export function isOfRollouts({ subject, actor, action }: ChangeNews): boolean {
  return (
    subject.startsWith('rollout/') ||
    action.startsWith('rollout.') ||
    actor.startsWith('rollout:') ||
    subject.startsWith('flag/')
  );
}
