import type { EnvironmentAnswer, InstanceShown } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type InstancePage, readInstances } from '../../client/fleet-counts.ts';
import { live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { laterHead, markOf, nameOf } from './arrange-fleet.ts';

const PAGE = 200;
const MOST_PAGES = 25;
/** News may come every second; a fleet of many pages is not read as often. */
const REST_MS = 1_000;
const REST_OF_MANY_MS = 5_000;
/** What apps say of themselves tells nobody here: it is looked for. */
const EVERY_MS = 10_000;

export interface Fleet extends Omit<InstancePage, 'items' | 'next'> {
  instances: readonly InstanceShown[];
  /** True where there are more than anybody would read here. */
  isCut: boolean;
}

/** The running apps of an environment, read whole, and again with the news; one reading at a time. */
export class FleetReading implements ReactiveController {
  fleet: Fleet | undefined;
  /** Where the environment is. */
  head: string | undefined;
  refusal: Refusal | undefined;
  /** Those that are in another state, or elsewhere, than when they were read before. */
  changed: ReadonlySet<string> = new Set();
  readonly #host: ReactiveControllerHost;
  #project = '';
  #environment = '';
  #reading: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #restUntil = 0;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('fleet', ({ environment }) => {
        if (environment === this.#environment) this.#readSoon();
      }),
      live.on('kill', ({ environment }) => {
        if (environment === this.#environment) this.#readSoon();
      }),
      live.on('change', ({ environments }) => {
        const place = environments.find(({ key }) => key === this.#environment);
        if (place === undefined) return;
        this.head = laterHead(this.head, place.position);
        this.#readSoon();
      }),
      live.on('reset', () => this.#readSoon()),
    ];
    this.#clock = setInterval(() => document.visibilityState === 'visible' && this.#readSoon(), EVERY_MS);
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearInterval(this.#clock);
    this.#forget();
    this.#environment = '';
  }

  follow(project: string, environment: string): void {
    if (project === this.#project && environment === this.#environment) return;
    this.#forget();
    this.#project = project;
    this.#environment = environment;
    this.fleet = undefined;
    this.head = undefined;
    this.refusal = undefined;
    void this.read();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reading?.abort();
    this.#reading = undefined;
  }

  #readSoon(): void {
    if (this.#timer !== undefined || this.#environment === '') return;
    this.#timer = setTimeout(() => void this.read(), Math.max(0, this.#restUntil - Date.now()));
  }

  async read(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      const [fleet, head] = await Promise.all([this.#readPages(mine.signal), this.#readHead(mine.signal)]);
      this.changed = findChanged(this.fleet?.instances, fleet.instances);
      this.fleet = fleet;
      if (head !== undefined) this.head = laterHead(this.head, head);
      this.refusal = undefined;
      this.#restUntil = Date.now() + (fleet.instances.length > PAGE ? REST_OF_MANY_MS : REST_MS);
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
      this.#restUntil = Date.now() + REST_OF_MANY_MS;
    }
    this.#host.requestUpdate();
  }

  async #readPages(signal: AbortSignal): Promise<Fleet> {
    const instances: InstanceShown[] = [];
    let cursor: string | undefined;
    for (let pages = 1; ; pages++) {
      const page = await readInstances(this.#project, this.#environment, { limit: PAGE, cursor }, signal);
      instances.push(...page.items);
      const { counts, unknown, complete } = page;
      if (page.next === null || pages === MOST_PAGES) {
        return { instances, counts, unknown, complete, isCut: page.next !== null };
      }
      cursor = page.next;
    }
  }

  /** While the database is away, nobody says where the environment is; the apps are shown all the same. */
  async #readHead(signal: AbortSignal): Promise<string | undefined> {
    const path = `/projects/${encodeURIComponent(this.#project)}/environments/${encodeURIComponent(this.#environment)}`;
    return send<EnvironmentAnswer>(path, { signal })
      .then(({ position }) => position)
      .catch(() => undefined);
  }
}

function findChanged(before: readonly InstanceShown[] | undefined, now: readonly InstanceShown[]): Set<string> {
  if (before === undefined) return new Set();
  const known = new Map(before.map((instance) => [nameOf(instance), markOf(instance)]));
  return new Set(now.filter((instance) => known.get(nameOf(instance)) !== markOf(instance)).map(nameOf));
}
