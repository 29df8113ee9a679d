import { Agent, type IncomingMessage, request } from 'node:http';
import {
  type OpenStream,
  type PlainAnswer,
  type PlainRequest,
  type Ports,
  type StreamListener,
  ValuesSession,
} from '@turnout/core';
import type { ValuesNode } from './values-node.fixture.ts';

/** Clients of values as a page has them, on `node:http`: so many of them fit into one process. */
export class ValuesClients implements Ports {
  readonly sessions: ValuesSession[] = [];
  /** For how long, in ms, sessions wanted to wait before something. */
  readonly waits: number[] = [];
  readonly #node: ValuesNode;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20 });

  constructor(node: ValuesNode) {
    this.#node = node;
  }

  /** One more client: its key may ask only so often, as any may. */
  begin(key: string, targetingKey: string): void {
    const headers = { authorization: `Bearer ${key}` };
    const now = () => performance.now();
    const session = new ValuesSession({ ports: this, now, headers, context: { targetingKey } });
    this.sessions.push(session);
    session.begin();
  }

  open({ path, headers }: { path: string; headers: Record<string, string> }, listener: StreamListener): OpenStream {
    const asked = request(`${this.#node.address}${path}`, { headers, agent: false }, (response) => {
      listener.onHead(response.statusCode ?? 0, plain(response));
      response.setEncoding('utf8').on('data', (text: string) => listener.onText(text));
      response.on('close', () => listener.onEnd(undefined));
    });
    asked.on('error', (error) => listener.onEnd(error)).end();
    return { close: () => asked.destroy() };
  }

  send({ path, method, headers, body }: PlainRequest): Promise<PlainAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.#node.address}${path}`, { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: plain(response), body: text }));
      });
      asked.on('error', reject).end(body);
    });
  }

  sleep(ms: number, then: () => void): () => void {
    this.waits.push(ms);
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  }

  random(): number {
    return Math.random();
  }

  close(): void {
    for (const session of this.sessions) session.end();
    this.#agent.destroy();
  }
}

function plain({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()]));
}
