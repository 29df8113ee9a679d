import { type IncomingMessage, request } from 'node:http';
import { type ValuesAsk, type ValuesListener, type ValuesPorts, ValuesSession, type Visitor } from '@turnout/core';
import type { ValuesNode } from './values-node.fixture.ts';
import { VALUES } from './values-protocol.ts';

interface Client extends Visitor {
  key: string;
}

/** Clients of values as a page has them, on `node:http`: so many of them fit into one process. */
export class ValuesClients implements ValuesPorts<Client> {
  readonly sessions: ValuesSession<Client>[] = [];
  /** For how long, in ms, sessions wanted to wait before something. */
  readonly waits: number[] = [];
  readonly #node: ValuesNode;

  constructor(node: ValuesNode) {
    this.#node = node;
  }

  /** One more client: its key may ask only so often, as any may. */
  begin(key: string, targetingKey: string): void {
    const visitor = { key, context: { targetingKey } };
    const session = new ValuesSession({ ports: this, visitor, onChange: () => undefined, onState: () => undefined });
    this.sessions.push(session);
    session.begin();
  }

  open(ask: ValuesAsk, { key, context }: Client, listener: ValuesListener): () => void {
    const take = (response: IncomingMessage) => {
      listener.onHead(response.statusCode ?? 0, Number(response.headers['retry-after']));
      response.setEncoding('utf8').on('data', (text: string) => listener.onText(text));
      response.on('close', () => listener.onEnd(undefined));
    };
    const asked = request(`${this.#node.address}${VALUES}`, { method: 'POST', agent: false }, take);
    asked.on('error', (error) => listener.onEnd(error)).end(JSON.stringify({ key, context, ...ask }));
    return () => asked.destroy();
  }

  sleep = (ms: number, then: () => void) => {
    this.waits.push(ms);
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  };
  random = Math.random;
  now = () => performance.now();

  close(): void {
    for (const session of this.sessions) session.end();
  }
}
