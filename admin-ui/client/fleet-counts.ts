import type { InstanceShown } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type FleetNews, live } from './live.ts';
import { send } from './send-request.ts';

/** The running apps of an environment, as the API lists them. */
export interface InstancePage {
  items: InstanceShown[];
  next: string | null;
  counts: FleetNews['counts'];
  /** Nodes whose apps could not be asked for. */
  unknown: string[];
  complete: boolean;
}

export function readInstances(
  project: string,
  environment: string,
  query: { limit: number; cursor?: string | undefined },
  signal?: AbortSignal,
): Promise<InstancePage> {
  const path = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/instances`;
  return send<InstancePage>(path, { query, ...(signal ? { signal } : {}) });
}

/** How many apps run in an environment: asked once, and told by the live stream from then on. */
export class FleetCounts implements ReactiveController {
  counts: FleetNews['counts'] | undefined;
  readonly #host: ReactiveControllerHost;
  #place = '';
  #environment = '';
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('fleet', ({ environment, counts }) => {
        if (environment === this.#environment) this.#show(counts);
      }),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#place = '';
  }

  follow(project: string, environment: string): void {
    const place = `${project}/${environment}`;
    if (place === this.#place) return;
    this.#place = place;
    this.#environment = environment;
    this.counts = undefined;
    readInstances(project, environment, { limit: 1 })
      .then(({ counts }) => {
        if (place === this.#place) this.#show(counts);
      })
      // Without them the page does what it is for; the live stream tells them later.
      .catch(() => undefined);
  }

  #show(counts: FleetNews['counts']): void {
    this.counts = counts;
    this.#host.requestUpdate();
  }
}
