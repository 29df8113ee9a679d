import { randomInt } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { OpenStream, PlainAnswer, PlainRequest, Ports, StreamListener, StreamRequest } from '@turnout/core';
import { readBody } from './read-body.ts';

/** An address that a request can be made of, or what is wrong with it. */
export function readUrl(url: unknown): URL | string {
  if (typeof url !== 'string' || url === '') return 'the option `url` is missing: the address of the server';
  if (!URL.canParse(url)) return `the option \`url\` is no address: ${url}`;
  const read = new URL(url);
  if (read.protocol === 'http:' || read.protocol === 'https:') return read;
  return `the option \`url\` begins with ${read.protocol}//; http:// and https:// can be reached`;
}

/** Where the server's paths begin: its own path is kept, its last slash is not. */
export function basePath(base: URL): string {
  return base.pathname.replace(/\/+$/, '');
}

function lowerHeaders(headers: http.IncomingHttpHeaders): Record<string, string | undefined> {
  const read: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) read[name] = Array.isArray(value) ? value.join(', ') : value;
  return read;
}

/**
 * `node:http` as a session needs it. No socket and no timer of it keeps the process alive, which `fetch` cannot
 * promise for a stream.
 */
export class Transport implements Ports {
  readonly #base: URL | string;
  readonly #agent: http.Agent;
  readonly #ownsAgent: boolean;

  /** `base` is what `readUrl` made of an address; of a text that says what is wrong with it, every request fails. */
  constructor(base: URL | string, agent: http.Agent | undefined) {
    this.#base = base;
    const secure = typeof this.#base !== 'string' && this.#base.protocol === 'https:';
    this.#ownsAgent = agent === undefined;
    this.#agent = agent ?? new (secure ? https : http).Agent({ keepAlive: true, maxFreeSockets: 1 });
  }

  /** Lets go of idle sockets. An agent that was given stays as it is. */
  close(): void {
    if (this.#ownsAgent) this.#agent.destroy();
  }

  #request(method: string, path: string, headers: Record<string, string>): http.ClientRequest {
    const base = this.#base;
    if (typeof base === 'string') throw new Error(base);
    const request = (base.protocol === 'https:' ? https : http).request({
      protocol: base.protocol,
      // The brackets of an IPv6 address are not part of it.
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      path: basePath(base) + path,
      method,
      headers,
      agent: this.#agent,
    });
    request.on('socket', (socket) => socket.unref());
    return request;
  }

  open({ path, headers }: StreamRequest, listener: StreamListener): OpenStream {
    let isOver = false;
    const end = (error: unknown) => {
      if (isOver) return;
      isOver = true;
      listener.onEnd(error);
    };
    try {
      const request = this.#request('GET', path, { accept: 'text/event-stream', ...headers });
      request.on('error', end);
      request.on('response', (response) => {
        if (isOver) return;
        listener.onHead(response.statusCode ?? 0, lowerHeaders(response.headers));
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          if (!isOver && response.statusCode === 200) listener.onText(text);
        });
        response.on('error', end);
        response.on('close', () => end(undefined));
      });
      request.end();
      return {
        close: () => {
          isOver = true;
          request.destroy();
        },
      };
    } catch (error) {
      // The listener is called when its owner has what `open` answers.
      queueMicrotask(() => end(error));
      return {
        close: () => {
          isOver = true;
        },
      };
    }
  }

  send({ method, path, headers, body, timeoutMs }: PlainRequest): Promise<PlainAnswer> {
    return new Promise((resolve, reject) => {
      const request = this.#request(method, path, { 'accept-encoding': 'gzip', ...headers });
      const late = () => request.destroy(new Error(`no complete answer within ${timeoutMs} ms`));
      const timer = setTimeout(late, timeoutMs);
      timer.unref();
      request.on('error', reject);
      request.on('close', () => clearTimeout(timer));
      request.on('response', (response) => {
        readBody(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, headers: lowerHeaders(response.headers), body: text }),
          (error) => {
            request.destroy();
            reject(error);
          },
        );
      });
      request.end(body);
    });
  }

  sleep(ms: number, then: () => void): () => void {
    const timer = setTimeout(then, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }

  /** Apps that seed or stub `Math.random` must not make all their instances come back at once. */
  random(): number {
    return randomInt(2 ** 47) / 2 ** 47;
  }
}
