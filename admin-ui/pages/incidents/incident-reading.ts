import type { WholeIncidentAnswer } from '@turnout/server/contracts';
import type { ChangeNews } from '../../client/live.ts';
import { lookAgain } from '../../client/look-again.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';

const AGAIN_MS = 30_000;

/** One incident as it is now. */
export class IncidentReading extends Reading {
  incident: WholeIncidentAnswer | undefined;
  #path = '';
  #id = '';

  get path(): string {
    return this.#path;
  }

  follow(project: string, id: string): void {
    const path = `/projects/${encodeURIComponent(project)}/incidents/${encodeURIComponent(id)}`;
    this.turnTo(path, () => {
      this.#path = path;
      this.#id = id;
      this.incident = undefined;
    });
  }

  /** What is its own, and while it is open, whatever is done in its environments. */
  override hears({ subject, environments }: Pick<ChangeNews, 'subject' | 'environments'>): boolean {
    if (subject === `incident/${this.#id}`) return true;
    const { state, places = [] } = this.incident ?? {};
    return state !== 'closed' && environments.some(({ key }) => places.some(({ environment }) => environment === key));
  }

  protected override listen() {
    return [lookAgain(() => this.readSoon(), AGAIN_MS)];
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    this.incident = await send<WholeIncidentAnswer>(this.#path, { signal });
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
