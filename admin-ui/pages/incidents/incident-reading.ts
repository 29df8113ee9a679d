import type { WholeIncidentAnswer } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChangeNews, live } from '../../client/live.ts';
import { lookAgain } from '../../client/look-again.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';

const GATHER_MS = 250;
const AGAIN_MS = 30_000;

/** One incident as it is now. */
export class IncidentReading implements ReactiveController {
  incident: WholeIncidentAnswer | undefined;
  refusal: Refusal | undefined;
  readonly #host: ReactiveControllerHost;
  #path = '';
  #id = '';
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => this.concerns(news) && this.#readSoon()),
      live.on('reset', () => this.#readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
      lookAgain(() => this.#readSoon(), AGAIN_MS),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#path = '';
  }

  get path(): string {
    return this.#path;
  }

  /** What is its own, and while it is open, whatever is done in its environments. */
  concerns({ subject, environments }: Pick<ChangeNews, 'subject' | 'environments'>): boolean {
    if (subject === `incident/${this.#id}`) return true;
    const { state, places = [] } = this.incident ?? {};
    return state !== 'closed' && environments.some(({ key }) => places.some(({ environment }) => environment === key));
  }

  follow(project: string, id: string): void {
    const path = `/projects/${encodeURIComponent(project)}/incidents/${encodeURIComponent(id)}`;
    if (path === this.#path) return;
    this.#path = path;
    this.#id = id;
    this.incident = undefined;
    this.refusal = undefined;
    void this.read();
  }

  #readSoon(): void {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      void this.read();
    }, GATHER_MS);
  }

  async read(): Promise<void> {
    const path = this.#path;
    if (path === '') return;
    try {
      const incident = await send<WholeIncidentAnswer>(path);
      if (path !== this.#path) return;
      this.incident = incident;
      this.refusal = undefined;
    } catch (error) {
      if (path === this.#path) this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }

  /** Does something to it, and reads it again whatever came of that. */
  async act(verb: 'join' | 'close' | 'reopen' | 'notes', body: object): Promise<void> {
    const { version } = this.incident ?? {};
    const believed = verb === 'close' || verb === 'reopen' ? version : undefined;
    try {
      await send(`${this.#path}/${verb}`, {
        method: 'POST',
        body,
        ...(believed === undefined ? {} : { version: believed }),
      });
    } finally {
      await this.read();
    }
  }
}
