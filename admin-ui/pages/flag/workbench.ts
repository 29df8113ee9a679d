import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChangeNews, live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { type Author, Desk, type Shape } from './desk.ts';
import { tabShelf } from './tab-shelf.ts';

/** Where something is stored, and whose log tells of it. */
export interface Place {
  project: string;
  /** Below `/projects/<project>`. */
  path: string;
  /** As the log names it: `flag/new-cart`. */
  subject: string;
  /** The environment that it belongs to; undefined where it belongs to the project. */
  environment: string | undefined;
}

/** How an answer becomes a draft, and a draft pieces. */
export interface Craft<A, D> extends Shape<D> {
  read(answer: A): D;
}

const UNKNOWN: Author = { name: 'Somebody', reason: null };

/**
 * Something that is stored, and what one has typed of it: read once, kept true by the live stream, and brought together
 * with what somebody else stores meanwhile.
 */
export class Workbench<A extends { version: number }, D> implements ReactiveController {
  answer: A | undefined;
  refusal: Refusal | undefined;
  desk: Desk<D> | undefined;
  /** The pieces that somebody else changed just now; they flash once. */
  arrived: readonly string[] = [];
  /** Who that was. */
  by: Author | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #craft: Craft<A, D>;
  #place: Place | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, craft: Craft<A, D>) {
    this.#host = host;
    this.#craft = craft;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => this.#hear(news)),
      live.on('kill', ({ flag }) => this.#place?.subject === `flag/${flag}` && void this.read()),
      live.on('reset', () => void this.read()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#place = undefined;
  }

  get draft(): D | undefined {
    return this.desk?.state.value?.draft;
  }

  /** Lays out what is at a place; does nothing where it lies there already. */
  show(place: Place): void {
    if (this.#place?.path === place.path && this.#place.project === place.project) return;
    this.#place = place;
    this.answer = undefined;
    this.refusal = undefined;
    this.arrived = [];
    // A draft is one person's: whoever signs in next in this tab does not store it under their name.
    const person = session.value.state === 'in' ? session.value.me.principal.id : '';
    this.desk = new Desk<D>(`${person} ${place.project} ${place.path}`, this.#craft, tabShelf);
    this.desk.state.subscribe(() => this.#host.requestUpdate());
    void this.read();
  }

  async read(by?: Author): Promise<void> {
    const place = this.#place;
    if (place === undefined) return;
    try {
      const answer = await send<A>(`/projects/${encodeURIComponent(place.project)}${place.path}`);
      if (place !== this.#place) return;
      const isNewer = this.answer !== undefined && answer.version !== this.answer.version;
      this.take(answer, by ?? (isNewer ? await this.#findAuthor(place) : UNKNOWN));
    } catch (error) {
      if (place === this.#place) this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }

  /** Takes an answer that somebody else brought about. */
  take(answer: A, by: Author): void {
    // An answer that was overtaken on its way says nothing new.
    if (this.answer !== undefined && answer.version < this.answer.version) return;
    const first = this.answer === undefined;
    this.answer = answer;
    this.refusal = undefined;
    const taken = this.desk?.take(this.#craft.read(answer), answer.version, by);
    if (!first && taken && taken.arrived.length > 0) {
      this.arrived = taken.arrived;
      this.by = by;
    }
    this.#host.requestUpdate();
  }

  /** Takes what a save of one's own answered. */
  settle(answer: A): void {
    this.answer = answer;
    this.arrived = [];
    this.desk?.settle(this.#craft.read(answer), answer.version);
    this.#host.requestUpdate();
  }

  /** A save found a newer version: takes it, with who made it. True where nobody has to choose anything. */
  async meet(current: unknown): Promise<boolean> {
    const place = this.#place;
    if (place === undefined) return false;
    this.take(current as A, await this.#findAuthor(place));
    return this.desk?.state.value?.conflicts.length === 0;
  }

  #hear({ subject, environments, actor, actorName, reason }: ChangeNews): void {
    const place = this.#place;
    if (place === undefined || place.subject !== subject) return;
    const isHere = environments.length === 0 || environments.some(({ key }) => key === place.environment);
    if (place.environment !== undefined && !isHere) return;
    void this.read({ name: actorName ?? actor, reason });
  }

  async #findAuthor({ project, subject, environment }: Place): Promise<Author> {
    const path = `/projects/${encodeURIComponent(project)}/changes`;
    const query = { subject, environment, limit: 1 };
    try {
      const [last] = (await send<{ items: ChangeNews[] }>(path, { query })).items;
      return last === undefined ? UNKNOWN : { name: last.actorName ?? last.actor, reason: last.reason };
    } catch {
      return UNKNOWN;
    }
  }
}
