import type { PlainAnswer } from '@turnout/core';
import type { TurnoutOptions } from './options.ts';

/** Says who one visitor is, where the key wants that signed. */
export class ContextToken {
  readonly source: TurnoutOptions['contextToken'];
  /** The token that was sent last. */
  text: string | undefined;

  constructor(source: TurnoutOptions['contextToken']) {
    this.source = source;
  }

  /** Sends with the token, and once more with another where the server says that this one has expired. */
  async send(call: (token: string | undefined) => Promise<PlainAnswer>, isLast = false): Promise<PlainAnswer> {
    const { source } = this;
    this.text ??= typeof source === 'function' ? await source() : source;
    const answer = await call(this.text);
    if (isLast || answer.headers['turnout-context-error'] !== 'expired') return answer;
    this.text = undefined;
    return this.send(call, true);
  }
}
