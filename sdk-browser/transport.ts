import type { PlainAnswer, PlainRequest, Ports } from '@turnout/core';

/** Headers that a session looks at; a page of another origin sees no others. */
const READ = ['etag', 'retry-after', 'turnout-age-ms', 'turnout-context-error'];

/** A request, and whether it is to arrive although the page goes. */
export type PageRequest = PlainRequest & { keepalive?: boolean };

export interface PagePorts extends Ports {
  send(request: PageRequest): Promise<PlainAnswer>;
}

/**
 * `fetch` as a session needs it. `url` has no slash at its end. A stream is opened without a header, so that no
 * preflight comes before it, and its address may name the path of the server itself.
 */
export function makePorts(url: string): PagePorts {
  return {
    open({ path }, { onHead, onText, onEnd }) {
      const abort = new AbortController();
      const read = async () => {
        const { status, headers, body } = await fetch(new URL(path, url), { signal: abort.signal, ...PLAIN });
        onHead(status, pick(headers));
        if (status !== 200) return abort.abort();
        const reader = body!.getReader();
        const decoder = new TextDecoder();
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          onText(decoder.decode(piece.value, { stream: true }));
        }
      };
      read().then(() => onEnd(undefined), onEnd);
      return { close: () => abort.abort() };
    },
    async send({ path, method, headers, body = null, timeoutMs, keepalive = false }) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), timeoutMs);
      try {
        const { signal } = abort;
        const answer = await fetch(url + path, { method, headers, body, keepalive, signal, ...PLAIN });
        return { status: answer.status, headers: pick(answer.headers), body: await answer.text() };
      } finally {
        clearTimeout(timer);
      }
    },
    sleep(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}

/** No cookie of the server's goes along, and no copy of an answer stays in the cache of the browser. */
const PLAIN: RequestInit = { credentials: 'omit', cache: 'no-store' };

function pick(headers: Headers): Record<string, string | undefined> {
  return Object.fromEntries(READ.map((name) => [name, headers.get(name) ?? undefined]));
}

/** 128 random bits in hex. */
export function makeId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
