import type { ListedSegment } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChangeNews, live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { myActor } from '../../parts/undo-flow.ts';

const PAGE = 200;
/** A burst of changes is looked at once. */
const GATHER_MS = 250;

/** All segments of an environment, read again when the log tells of a change in one of them or in who names them. */
export class SegmentsReading implements ReactiveController {
  items: readonly ListedSegment[] | undefined;
  refusal: Refusal | undefined;
  /** What somebody else changed just now; it flashes once. */
  changed: ReadonlySet<string> = new Set();
  readonly #host: ReactiveControllerHost;
  #path: string | undefined;
  #environment = '';
  #reading: AbortController | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => this.#hear(news)),
      live.on('reset', () => this.#readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#reading?.abort();
    this.#path = undefined;
  }

  follow(project: string, environment: string): void {
    const path = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/segments`;
    if (path === this.#path) return;
    this.#path = path;
    this.#environment = environment;
    this.items = undefined;
    this.refusal = undefined;
    this.changed = new Set();
    void this.read();
  }

  #hear({ subject, environments, actor }: ChangeNews): void {
    const isHere = environments.length === 0 || environments.some(({ key }) => key === this.#environment);
    if (!isHere) return;
    const [kind, key = ''] = subject.split(/\/(.*)/);
    if (kind === 'segment' && actor !== myActor()) this.changed = new Set([...this.changed, key]);
    if (kind === 'segment' || kind === 'flag' || kind === 'import') this.#readSoon();
  }

  #readSoon(): void {
    if (this.#waiting !== undefined) return;
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      void this.read();
    }, GATHER_MS);
  }

  /** Reads it again; what was there is shown until then. */
  async read(): Promise<void> {
    const path = this.#path;
    if (path === undefined) return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      this.items = await readAll(path, mine.signal);
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }
}

async function readAll(path: string, signal: AbortSignal): Promise<ListedSegment[]> {
  const items: ListedSegment[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE, cursor };
    const page = await send<{ items: ListedSegment[]; next: string | null }>(path, { query, signal });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}
