import { overlayHash } from './overlay.ts';
import type { PlainAnswer, PlainRequest, Ports, StreamListener, StreamRequest } from './ports.ts';
import type { NodeStream, SimulatedNode } from './simulated-node.fixture.ts';
import { writeFrame } from './sse.ts';
import type { VirtualTime } from './virtual-time.fixture.ts';
import { HEADERS } from './wire.ts';

/** How bad the way between clients and nodes is; each a probability. */
export interface Weather {
  /** A connection is not made. */
  refuse: number;
  /** An event is lost, or comes twice. */
  lose: number;
  repeat: number;
  /** A stream goes silent and looks open. */
  freeze: number;
  /** The longest that a message takes, in ms. */
  delayMs: number;
}

export const FAIR: Weather = { refuse: 0, lose: 0, repeat: 0, freeze: 0, delayMs: 5 };

/** One way over which messages come in the order in which they were sent, each in its own time. */
class Way {
  readonly #time: VirtualTime;
  readonly #delay: () => number;
  #clearAt = 0;
  isCut = false;

  constructor(time: VirtualTime, delay: () => number) {
    this.#time = time;
    this.#delay = delay;
  }

  carry(arrive: () => void): void {
    this.#clearAt = Math.max(this.#clearAt, this.#time.now + this.#delay());
    this.#time.after(this.#clearAt - this.#time.now, () => {
      if (!this.isCut) arrive();
    });
  }
}

/** The world as a session reaches it: a balancer that sends each request to some node. */
export class SimulatedNet implements Ports {
  readonly #time: VirtualTime;
  readonly #roll: () => number;
  readonly #nodes: readonly SimulatedNode[];
  weather: Weather = FAIR;

  constructor(time: VirtualTime, roll: () => number, nodes: readonly SimulatedNode[]) {
    this.#time = time;
    this.#roll = roll;
    this.#nodes = nodes;
  }

  random(): number {
    return this.#roll();
  }

  sleep(ms: number, then: () => void): () => void {
    return this.#time.after(ms, then);
  }

  open({ headers }: StreamRequest, listener: StreamListener): { close(): void } {
    const way = this.#way();
    let stream: NodeStream | undefined;
    const node = this.#node();
    this.#way().carry(() => {
      if (way.isCut) return;
      if (!node.isReachable || this.#roll() < this.weather.refuse) {
        way.carry(() => listener.onEnd(new Error('refused')));
        return;
      }
      const head = { [HEADERS.age]: String(node.ageMs) };
      way.carry(() => listener.onHead(200, head));
      stream = this.#stream(way, listener);
      node.open(stream, namesOf(headers), headers['last-event-id']);
    });
    return {
      close: () => {
        way.isCut = true;
        if (stream !== undefined) node.streams.delete(stream);
      },
    };
  }

  send({ method, headers }: Pick<PlainRequest, 'method' | 'headers'>): Promise<PlainAnswer> {
    const node = this.#node();
    return new Promise((resolve, reject) => {
      this.#way().carry(() => {
        if (!node.isReachable || this.#roll() < this.weather.refuse) {
          this.#way().carry(() => reject(new Error('refused')));
          return;
        }
        // A receipt of a stream that has ended, or that another node has, is refused.
        const status = this.#roll() < 0.9 ? 204 : 403;
        const answer = method === 'POST' ? { status, headers: {}, body: '' } : this.#answer(node, headers);
        this.#way().carry(() => resolve(answer));
      });
    });
  }

  #answer(node: SimulatedNode, headers: Record<string, string>): PlainAnswer {
    const snapshot = node.snapshot(namesOf(headers));
    const { ruleset, overlay, settled } = snapshot;
    const etag = `"${ruleset.epoch}.${ruleset.revision}~${overlayHash(overlay)}~${settled}"`;
    const known = { etag, [HEADERS.age]: String(node.ageMs) };
    if (headers['if-none-match'] === etag) return { status: 304, headers: known, body: '' };
    return { status: 200, headers: known, body: JSON.stringify(snapshot) };
  }

  #stream(way: Way, listener: StreamListener): NodeStream {
    let isFrozen = false;
    const write = (text: string) => {
      const cut = Math.floor(this.#roll() * text.length);
      for (const piece of [text.slice(0, cut), text.slice(cut)]) {
        way.carry(() => {
          if (!isFrozen) listener.onText(piece);
        });
      }
    };
    return {
      position: undefined,
      ahead: false,
      send: (event, data, id) => {
        const { freeze, lose, repeat } = this.weather;
        isFrozen ||= this.#roll() < freeze;
        if (this.#roll() < lose) return;
        const frame = { event, data: JSON.stringify(data) };
        const text = writeFrame(id === undefined ? frame : { ...frame, id });
        write(text);
        // An old heartbeat would lie about its age, so only data come twice.
        if (event !== 'heartbeat' && this.#roll() < repeat) {
          this.#time.after(this.#roll() * 3_000, () => {
            if (!way.isCut) write(text);
          });
        }
      },
      end: () => way.carry(() => listener.onEnd(undefined)),
    };
  }

  #node(): SimulatedNode {
    return this.#nodes[Math.floor(this.#roll() * this.#nodes.length)]!;
  }

  #way(): Way {
    return new Way(this.#time, () => this.#roll() ** 3 * this.weather.delayMs);
  }
}

function namesOf(headers: Record<string, string>): string[] {
  return (headers[HEADERS.overlay] ?? '').split(',').filter((id) => id !== '');
}
