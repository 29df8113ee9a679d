import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server that can be cut: what is open on it breaks off, and nothing gets through until it is mended. */
export class CutLine {
  #isCut = false;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => {
    this.#tried += 1;
    if (this.#isCut) near.destroy();
    else this.#join(near, connect({ host: '127.0.0.1', port: this.#port }));
  });
  readonly #port: number;
  #tried = 0;

  /** `url` is where the server is. */
  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** Where clients find the server by this line. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often anybody tried to get through. */
  get tried(): number {
    return this.#tried;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      // Whoever breaks off breaks off for both; what went wrong is no matter of the line.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
