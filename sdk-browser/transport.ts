import type { PlainAnswer, PlainRequest, Ports } from '@turnout/core';

/** A request, and whether it is to arrive although the page goes. */
export type PageRequest = PlainRequest & { keepalive?: boolean };

export interface PagePorts extends Ports {
  send(request: PageRequest): Promise<PlainAnswer>;
}

/** No cookie of the server's goes along, and no copy of an answer stays in the cache of the browser. */
const PLAIN = { credentials: 'omit', cache: 'no-store' } as const;

/**
 * `fetch` as a session needs it. `url` has no slash at its end. A stream is opened without a header, so that no
 * preflight comes before it; its address may name the path of the server itself.
 */
export function makePorts(url: string): PagePorts {
  return {
    open({ path }, { onHead, onText, onEnd }) {
      const abort = new AbortController();
      const read = async () => {
        const { status, headers, body } = await fetch(new URL(path, url), { ...PLAIN, signal: abort.signal });
        onHead(status, Object.fromEntries(headers));
        const reader = body!.getReader();
        const decoder = new TextDecoder();
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          onText(decoder.decode(piece.value, { stream: true }));
        }
      };
      read().then(onEnd, onEnd);
      return { close: () => abort.abort() };
    },
    async send({ path, timeoutMs, ...request }) {
      // Where a browser cannot bound it, it bounds a request by itself.
      const signal = AbortSignal.timeout?.(timeoutMs);
      const answer = await fetch(url + path, { ...PLAIN, ...request, ...(signal && { signal }) });
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
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
