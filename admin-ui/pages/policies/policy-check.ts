import type { PolicyCheckAnswer } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { sameValue } from '../../parts/same-value.ts';

/** So long nobody types until it is asked what the server says of it. */
const STILL_MS = 250;

/** What the server says of a text, asked anew as it is typed. */
export class PolicyCheck implements ReactiveController {
  answer: PolicyCheckAnswer | undefined;
  refusal: Refusal | undefined;
  /** The text that the answer is about. */
  of: string | undefined;
  readonly #host: ReactiveControllerHost;
  #project = '';
  #asked: { text: string; flag: string; mustBeNew: boolean } | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  hostDisconnected(): void {
    clearTimeout(this.#waiting);
    this.#asking?.abort();
    this.#asked = undefined;
  }

  /** Checks a text soon, at the traffic of a flag where one is named; what was answered before stands until then. */
  look(project: string, text: string, flag = '', mustBeNew = false): void {
    const asked = { text, flag, mustBeNew };
    if (this.#project === project && sameValue(this.#asked, asked)) return;
    const isFirst = this.#asked === undefined;
    this.#project = project;
    this.#asked = asked;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.again(), isFirst ? 0 : STILL_MS);
  }

  async again(): Promise<void> {
    if (this.#asked === undefined) return;
    const { text, flag, mustBeNew } = this.#asked;
    this.#asking?.abort();
    const mine = new AbortController();
    this.#asking = mine;
    try {
      const path = `/projects/${encodeURIComponent(this.#project)}/policies/check`;
      const body = { yaml: text, ...(flag === '' ? {} : { flag }), ...(mustBeNew ? { mustBeNew } : {}) };
      this.answer = await send<PolicyCheckAnswer>(path, { method: 'POST', body, signal: mine.signal });
      this.of = text;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }
}
