import { hexOf, type PlainAnswer, type PlainRequest, type Ports } from '@turnout/core';

/** A request, and whether it is to arrive although the page goes. */
export type PageRequest = PlainRequest & { keepalive?: boolean };

export interface PagePorts extends Ports {
  send(request: PageRequest): Promise<PlainAnswer>;
}

/**
 * `fetch` as a session needs it. `url` has no slash at its end. A stream is opened without a header, so that no
 * preflight comes before it; its address may name the path of the server itself.
 */
export function makePorts(url: string): PagePorts {
  // No cookie of the server's goes along, and no copy of an answer stays in the cache of the browser.
  const ask = (address: string | URL, init: RequestInit) =>
    fetch(address, { ...init, credentials: 'omit', cache: 'no-store' });
  return {
    open({ path }, { onHead, onText, onEnd }) {
      const abort = new AbortController();
      const read = async () => {
        const { status, headers, body } = await ask(new URL(path, url), { signal: abort.signal });
        onHead(status, Object.fromEntries(headers));
        const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) onText(piece.value);
      };
      read().then(onEnd, onEnd);
      return { close: () => abort.abort() };
    },
    async send({ path, timeoutMs, ...request }) {
      // Where a browser cannot bound it, it bounds a request by itself.
      const signal = AbortSignal.timeout?.(timeoutMs);
      const answer = await ask(url + path, { ...request, signal });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    },
    sleep(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}

/** 128 random bits in hex. */
export function makeId(): string {
  return hexOf(crypto.getRandomValues(new Uint32Array(4)));
}
