import { hexOf, type ValuesPorts, type Visitor } from '@turnout/core';
import type { TurnoutOptions } from './options.ts';
import { VERSION } from './version.ts';

/** Says who one visitor is, where the key wants that signed. */
export interface ContextToken {
  readonly source: TurnoutOptions['contextToken'];
  /** The token that was sent last. */
  text?: string | undefined;
}

/** Whom values are asked for, and what proves it. */
export interface Whom extends Visitor {
  token: ContextToken;
}

/** What a page tells its server, without what says whose page it is. */
type Told = Record<string, unknown>;

export interface PagePorts extends ValuesPorts<Whom> {
  /**
   * Posts to `/client/v1/${name}`, as text so that no preflight comes before it. Where the server says that the token
   * has expired, posts once more with another, unless it is the last that they bring.
   */
  post(name: string, told: Told, token: ContextToken, init: RequestInit, isLast?: boolean): Promise<Response>;
  /** Hands it to the browser, which sends it although the page goes. False where it does not. */
  hand(name: string, told: Told, token: ContextToken): boolean | undefined;
}

/** `fetch` as a session needs it. `url` has no slash at its end. */
export function makePorts(url: string, key: string): PagePorts {
  const path = `${url}/client/v1/`;
  const write = (told: Told, { text }: ContextToken) =>
    JSON.stringify({ key, sdk: `browser/${VERSION}`, ...told, contextToken: text });
  const ports: PagePorts = {
    async post(name, told, token, init, isLast) {
      const { source } = token;
      token.text ??= typeof source === 'function' ? await source() : source;
      const answer = await fetch(path + name, {
        ...init,
        method: 'POST',
        body: write(told, token),
        // No cookie of the server's goes along, and no copy of an answer stays in the cache of the browser.
        credentials: 'omit',
        cache: 'no-store',
      });
      if (isLast || answer.headers.get('turnout-context-error') !== 'expired') return answer;
      token.text = undefined;
      return ports.post(name, told, token, init, true);
    },
    hand: (name, told, token) => navigator.sendBeacon?.(path + name, write(told, token)),
    open(ask, { token, context }, { onHead, onText, onEnd }) {
      const abort = new AbortController();
      const read = async () => {
        const answer = await ports.post('values', { ...ask, context }, token, { signal: abort.signal });
        onHead(answer.status, Number(answer.headers.get('retry-after')));
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) onText(piece.value);
      };
      read().then(onEnd, onEnd);
      return () => abort.abort();
    },
    sleep(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    now: () => performance.now(),
  };
  return ports;
}

/** 128 random bits in hex. */
export function makeId(): string {
  return hexOf(crypto.getRandomValues(new Uint32Array(4)));
}
