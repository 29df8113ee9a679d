import type { RequestSummary, RolloutAnswer, WholeRequest } from '@turnout/server/contracts';
import { isOfRequests } from '../../client/inbox.ts';
import type { ChangeNews } from '../../client/live.ts';
import { lookAgain } from '../../client/look-again.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';
import { rolloutOf } from './tell-request.ts';

/** Approvals expire and freezes end without a change that would tell of it. */
const AGAIN_MS = 15_000;

/** One request as it is now, and the rollout that asks, where one does. */
export class RequestReading extends Reading {
  request: WholeRequest | undefined;
  rollout: RolloutAnswer | undefined;
  #project = '';
  #path = '';

  follow(project: string, id: string): void {
    const path = `/projects/${encodeURIComponent(project)}/requests/${encodeURIComponent(id)}`;
    this.turnTo(path, () => {
      this.#project = `/projects/${encodeURIComponent(project)}`;
      this.#path = path;
      this.request = undefined;
      this.rollout = undefined;
    });
  }

  /** Whatever changes where it would apply may make it come to something else. */
  protected override hears(news: ChangeNews): boolean {
    const { environments = [] } = this.request ?? {};
    return isOfRequests(news) || news.environments.some(({ key }) => environments.includes(key));
  }

  protected override listen() {
    return [lookAgain(() => this.request?.closed === null && this.readSoon(), AGAIN_MS)];
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const request = await send<WholeRequest>(this.#path, { signal });
    const asks = rolloutOf(request);
    // Without it the request is shown all the same.
    const reading = asks && send<RolloutAnswer>(`${this.#project}/rollouts/${asks}`, { signal }).catch(() => undefined);
    const rollout = await reading;
    if (!signal.aborted) Object.assign(this, { request, rollout });
  }

  /** Asks for something of it, and reads it again, whatever came of that. */
  async act(verb: 'approve' | 'reject' | 'withdraw' | 'apply' | 'rebase', body: object): Promise<RequestSummary> {
    const version = this.request?.version;
    const sending = { method: 'POST', body, ...(version === undefined ? {} : { version }) } as const;
    try {
      return (await send<{ request: RequestSummary }>(`${this.#path}/${verb}`, sending)).request;
    } finally {
      await this.read();
    }
  }
}
