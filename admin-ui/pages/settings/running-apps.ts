import type { InstanceShown } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { live } from '../../client/live.ts';
import { readAllPages } from '../../client/read-all-pages.ts';

/** Which apps run with which key, as the fleet tells it. A list that cannot be read names nobody: it is an aside. */
export class RunningApps implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  /** Where the environment is, below which its instances are. */
  readonly #path: () => string | undefined;
  #read: string | undefined;
  #stop: () => void = () => undefined;
  #byKey = new Map<string, InstanceShown[]>();

  constructor(host: ReactiveControllerHost, path: () => string | undefined) {
    this.#host = host;
    this.#path = path;
    host.addController(this);
  }

  of(key: string): readonly InstanceShown[] {
    return this.#byKey.get(key) ?? [];
  }

  hostConnected(): void {
    this.#stop = live.on('fleet', () => void this.#again());
  }

  hostDisconnected(): void {
    this.#stop();
    this.#read = undefined;
  }

  hostUpdate(): void {
    const path = this.#path();
    if (path === this.#read) return;
    this.#read = path;
    this.#byKey = new Map();
    void this.#again();
  }

  async #again(): Promise<void> {
    const path = this.#read;
    if (path === undefined) return;
    const instances = await readAllPages<InstanceShown>(`${path}/instances`).catch(() => []);
    if (path !== this.#read) return;
    const byKey = new Map<string, InstanceShown[]>();
    for (const instance of instances) {
      // Who is lost does not come with anything any more.
      if (instance.state !== 'lost') byKey.set(instance.key, [...(byKey.get(instance.key) ?? []), instance]);
    }
    this.#byKey = byKey;
    this.#host.requestUpdate();
  }
}
