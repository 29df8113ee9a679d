import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  applyPatch,
  diffRulesets,
  type Flag,
  formatPosition,
  type OverlayEntry,
  overlayHash,
  type Patch,
  type Ruleset,
  type Snapshot,
} from '@turnout/core';
import { flagWith, rulesetWith } from '@turnout/core/fixtures';

export const SERVER_KEY = 'turnout_server_abc_0123456789012345678901234567890123456789012_abcdef';

export function flagOf(key: string, changes: Partial<Flag> = {}): Flag {
  return flagWith({ key, ...changes });
}

export function rulesetOf(flags: Flag[], changes: Partial<Ruleset> = {}): Ruleset {
  return rulesetWith(Object.fromEntries(flags.map((flag) => [flag.key, flag])), changes);
}

export function snapshotOf(...flags: Flag[]): Snapshot {
  return { ruleset: rulesetOf(flags), overlay: [], settled: [] };
}

export function killOf(flag: string, id = '1'.repeat(32)): OverlayEntry {
  return { kind: 'kill', id, epoch: 'x', flag, at: '2024-01-01T00:00:00.000Z' };
}

/**
 * The server side of the SDK protocol on node:http, as small as it can be and written from its description, so that the
 * client is not tested against what it is made of. Frames are written by hand.
 */
export class HouseServer {
  heartbeatMs = 100;
  ageMs = 0;
  /** What a request is answered with instead, by its path. */
  refusals: Record<string, number> = {};
  /** Open streams say nothing any more, as behind a cable that was pulled. */
  isMute = false;
  /** Requests are taken and never answered. */
  isDeaf = false;
  /** The bodies of the reports that were stored. */
  readonly reports: unknown[] = [];
  readonly requests: { path: string; headers: http.IncomingHttpHeaders }[] = [];
  /** Below which path the server answers. */
  base = '';
  #snapshot: Snapshot;
  #patches: Patch[] = [];
  #streams = new Set<ServerResponse>();
  #sockets = new Set<Socket>();
  #server = http.createServer((request, response) => this.#answer(request, response));
  #beat: NodeJS.Timeout | undefined;
  #port = 0;

  constructor(...flags: Flag[]) {
    this.#snapshot = snapshotOf(...flags);
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Begins to listen; again on the same port when it did before. */
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#beat = setInterval(() => this.#send('heartbeat', this.#heartbeat()), this.heartbeatMs);
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.base}`;
  }

  get position(): string {
    return formatPosition(this.#snapshot.ruleset);
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  asked(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  /** Stops listening and cuts what is open. */
  async stop(): Promise<void> {
    clearInterval(this.#beat);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** Puts flags in, as one revision. */
  put(...flags: Flag[]): void {
    const { ruleset } = this.#snapshot;
    const changed = Object.fromEntries(flags.map((flag) => [flag.key, flag]));
    this.#step({ ...ruleset, revision: ruleset.revision + 1, flags: { ...ruleset.flags, ...changed } }, []);
  }

  /** Lays kills over, before any revision knows of them. */
  kill(...entries: OverlayEntry[]): void {
    this.#snapshot = { ...this.#snapshot, overlay: [...this.#snapshot.overlay, ...entries] };
    this.#send('overlay', this.#overlay());
  }

  #step(next: Ruleset, settles: string[]): void {
    const patch = diffRulesets(this.#snapshot.ruleset, next, settles);
    const overlay = this.#snapshot.overlay.filter(({ id }) => !settles.includes(id));
    const settled = [...this.#snapshot.settled, ...settles];
    this.#snapshot = { ruleset: applyPatch(this.#snapshot.ruleset, patch), overlay, settled };
    this.#patches.push(patch);
    this.#send('patch', patch, patch.to);
  }

  #heartbeat() {
    return { position: this.position, ageMs: this.ageMs, overlayHash: overlayHash(this.#snapshot.overlay) };
  }

  #overlay() {
    return { overlay: this.#snapshot.overlay, settled: this.#snapshot.settled, position: this.position };
  }

  #send(event: string, data: unknown, id?: string): void {
    if (this.isMute) return;
    for (const stream of this.#streams) stream.write(frame(event, data, id));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push({ path, headers: request.headers });
    if (this.isDeaf) return;
    const refusal = this.refusals[path.slice(this.base.length)];
    if (refusal !== undefined) this.#refuse(response, refusal);
    else if (request.headers.authorization !== `Bearer ${SERVER_KEY}`) this.#refuse(response, 401);
    else if (path === `${this.base}/sdk/v1/ruleset`) this.#sendSnapshot(request, response);
    else if (path === `${this.base}/sdk/v1/stream`) this.#openStream(request, response);
    else if (path === `${this.base}/sdk/v1/reports`) void this.#takeReport(request, response);
    else this.#refuse(response, 404);
  }

  async #takeReport(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    this.reports.push(JSON.parse(text));
    response.writeHead(202).end();
  }

  #refuse(response: ServerResponse, status: number): void {
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status }));
  }

  #sendSnapshot(request: IncomingMessage, response: ServerResponse): void {
    const text = JSON.stringify(this.#snapshot);
    const etag = `"${this.position}~${overlayHash(this.#snapshot.overlay)}"`;
    const headers = { etag, 'turnout-age-ms': String(this.ageMs), 'content-type': 'application/json' };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const packed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    response.writeHead(200, packed ? { ...headers, 'content-encoding': 'gzip' } : headers);
    response.end(packed ? gzipSync(text) : text);
  }

  #openStream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(frame('hello', { heartbeatMs: this.heartbeatMs, node: 'n' }));
    response.write(frame('overlay', this.#overlay()));
    const last = request.headers['last-event-id'];
    const from = this.#patches.findIndex((patch) => patch.from === last);
    if (last !== this.position) {
      if (from === -1) response.write(frame('ruleset', this.#snapshot, this.position));
      else for (const patch of this.#patches.slice(from)) response.write(frame('patch', patch, patch.to));
    }
    response.write(frame('heartbeat', this.#heartbeat()));
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }
}

function frame(event: string, data: unknown, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${event}\n${head}data: ${JSON.stringify(data)}\n\n`;
}
