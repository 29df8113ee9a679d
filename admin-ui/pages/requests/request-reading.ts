import type { RequestSummary, RolloutAnswer, WholeRequest } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isOfRequests } from '../../client/inbox.ts';
import { type ChangeNews, live } from '../../client/live.ts';
import { lookAgain } from '../../client/look-again.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { rolloutOf } from './tell-request.ts';

const GATHER_MS = 250;
/** Approvals expire and freezes end without a change that would tell of it. */
const AGAIN_MS = 15_000;

/** One request as it is now, and the rollout that asks, where one does. */
export class RequestReading implements ReactiveController {
  request: WholeRequest | undefined;
  rollout: RolloutAnswer | undefined;
  refusal: Refusal | undefined;
  readonly #host: ReactiveControllerHost;
  #path = '';
  #reading: AbortController | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => this.#concerns(news) && this.#readSoon()),
      live.on('reset', () => this.#readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
      lookAgain(() => this.request?.closed === null && this.#readSoon(), AGAIN_MS),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#reading?.abort();
    this.#path = '';
  }

  follow(project: string, id: string): void {
    const path = `/projects/${encodeURIComponent(project)}/requests/${encodeURIComponent(id)}`;
    if (path === this.#path) return;
    this.#path = path;
    this.request = undefined;
    this.rollout = undefined;
    this.refusal = undefined;
    void this.read();
  }

  /** Whatever changes where it would apply may make it come to something else. */
  #concerns(news: ChangeNews): boolean {
    const { environments = [] } = this.request ?? {};
    return isOfRequests(news) || news.environments.some(({ key }) => environments.includes(key));
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
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      const request = await send<WholeRequest>(path, { signal: mine.signal });
      const rollout = rolloutOf(request);
      this.rollout =
        rollout === undefined
          ? undefined
          : // Without it the request is shown all the same.
            await send<RolloutAnswer>(`${path.replace(/\/requests\/.*/, '')}/rollouts/${rollout}`, {
              signal: mine.signal,
            }).catch(() => undefined);
      if (mine.signal.aborted) return;
      this.request = request;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
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
