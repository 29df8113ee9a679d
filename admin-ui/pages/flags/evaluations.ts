import type { EvaluationSummaryAnswer } from '@turnout/server/contracts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Store } from '../../client/store.ts';

const PAGE = 200;
const EVERY_MS = 60_000;

export interface Evaluations {
  /** By the key of the flag. */
  byFlag: ReadonlyMap<string, EvaluationSummaryAnswer>;
  /** Why they could not be read last time; what was read before is still there. */
  refusal: Refusal | undefined;
}

const NONE: Evaluations = { byFlag: new Map(), refusal: undefined };

/** How much each flag is asked for in one environment: read at once and then every minute, while somebody looks. */
export class EvaluationReader {
  readonly now = new Store<Evaluations>(NONE);
  #place = '';
  #reading: AbortController | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;

  /** Follows an environment; the same one again changes nothing. */
  follow(project: string, environment: string): void {
    const place = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/evaluations`;
    if (place === this.#place) return;
    this.stop();
    this.#place = place;
    this.now.value = NONE;
    void this.read();
    this.#clock = setInterval(() => {
      if (!document.hidden) void this.read();
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#clock);
    this.#reading?.abort();
    this.#place = '';
  }

  async read(): Promise<void> {
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    const byFlag = new Map<string, EvaluationSummaryAnswer>();
    try {
      let cursor: string | undefined;
      do {
        const query = { limit: PAGE, cursor };
        const page = await send<{ items: EvaluationSummaryAnswer[]; next: string | null }>(this.#place, {
          query,
          signal: mine.signal,
        });
        for (const item of page.items) byFlag.set(item.flag, item);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      this.now.value = { byFlag, refusal: undefined };
    } catch (error) {
      if (!mine.signal.aborted) this.now.value = { ...this.now.value, refusal: asRefusal(error) };
    }
  }
}
