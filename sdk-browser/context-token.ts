import type { PlainAnswer } from '@turnout/core';
import type { TurnoutOptions } from './options.ts';
import type { PagePorts, PageRequest } from './transport.ts';

/** Says who this is, where the key wants that signed. A function is asked again once its token has expired. */
export class ContextToken {
  /** The token that was sent last. */
  text: string | undefined;
  #source: TurnoutOptions['contextToken'];

  constructor(source: TurnoutOptions['contextToken']) {
    this.#source = source;
  }

  get isGiven(): boolean {
    return !!this.#source;
  }

  /** For somebody else: a text was the former one's, and a function knows by itself who it is now. */
  change(source: TurnoutOptions['contextToken']): void {
    if (source || typeof this.#source === 'string') this.#source = source;
    this.text = undefined;
  }

  async send(ports: PagePorts, request: PageRequest, isLast = false): Promise<PlainAnswer> {
    const source = this.#source;
    if (!source) return ports.send(request);
    const token = this.text ?? (typeof source === 'string' ? source : await source());
    // Another source may have come meanwhile, for somebody else.
    if (source === this.#source) this.text = token;
    const answer = await ports.send({ ...request, headers: { ...request.headers, 'turnout-context': token } });
    if (answer.status !== 401 || isLast || !/expired/.test(answer.body)) return answer;
    this.text = undefined;
    return this.send(ports, request, true);
  }
}
