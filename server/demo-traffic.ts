import { Turnout } from '@turnout/sdk-node';
import { PROGRAMS, type Program, questionsOf, stepsOfVisit, TRIAL_STEPS, type VisitStep } from './demo-apps.ts';
import { busyness, draw, SHOPPERS, shopper, visitor } from './demo-shoppers.ts';
import { repeat } from './platform/repeat.ts';

/** Visits a second in the busiest hour. Each asks a dozen flags, so that a minute holds a few hundred answers of each. */
export const MOST_VISITS = 2;
const TICK_MS = 1_000;
/** So often somebody tries something in development. */
export const TRIALS_A_MINUTE = 5;
const TRIAL_EVERY_TICKS = 60 / TRIALS_A_MINUTE;
/**
 * So often all apps report together: just before each would by itself, so that a few transactions take what many would.
 */
const REPORT_EVERY_TICKS = 8;
const CLOSE_MS = 1_000;

/** What a running app is here: the part of the SDK's client that is used. */
export type App = Pick<Turnout, 'evaluate' | 'track' | 'flush' | 'on' | 'close'>;

export interface TrafficParts {
  /** Where the house itself listens. */
  url: string;
  /** The server keys of the demo, by environment. */
  keys: Record<string, string>;
  now(): Date;
  /** Makes a client; another one in tests. */
  connect?(options: { url: string; key: string; host: string; logger: false }): App;
}

/**
 * The apps of the demo's shop: real clients of the SDK, over the loopback, with visitors who are always the same. They
 * keep no process alive. An app whose key is refused is closed and does not come back, so that a demo which was
 * removed leaves nobody who knocks.
 */
export class DemoTraffic {
  readonly #parts: TrafficParts;
  readonly #apps = new Map<Program, App[]>();
  #stop: () => void = () => undefined;
  #ticks = 0;
  #visits = 0;
  /** The part of a visit that the last seconds have left over. */
  #due = 0;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
  }

  start(): void {
    for (const program of Object.keys(PROGRAMS) as Program[]) this.#run(program);
    this.#stop = repeat(TICK_MS, () => this.tick());
  }

  /** How many apps run. */
  get size(): number {
    return this.#all().length;
  }

  /** What one second brings: a timer calls it, and tests do. */
  tick(): void {
    this.#ticks++;
    this.#due += MOST_VISITS * busyness(this.#parts.now());
    for (; this.#due >= 1; this.#due--) this.#visit(++this.#visits);
    if (this.#ticks % TRIAL_EVERY_TICKS === 0) this.#try();
    if (this.#ticks % REPORT_EVERY_TICKS === 0) for (const app of this.#all()) void app.flush();
  }

  /** The apps say goodbye and send what they have counted; resolves when they have, or soon anyway. */
  async close(): Promise<void> {
    this.#stop();
    const apps = this.#all();
    this.#apps.clear();
    await Promise.all(apps.map((app) => app.close({ timeoutMs: CLOSE_MS })));
  }

  #all(): App[] {
    return [...this.#apps.values()].flat();
  }

  #run(program: Program): void {
    const { hosts, environment } = PROGRAMS[program];
    const key = this.#parts.keys[environment];
    if (key === undefined) return;
    const connect = this.#parts.connect ?? ((options) => new Turnout(options));
    const apps = hosts.map((host) => connect({ url: this.#parts.url, key, host, logger: false }));
    this.#apps.set(program, apps);
    for (const app of apps) app.on('error', ({ code }) => code === 'unauthorized' && this.#dismiss(program, app));
  }

  #dismiss(program: Program, app: App): void {
    const left = (this.#apps.get(program) ?? []).filter((one) => one !== app);
    this.#apps.set(program, left);
    void app.close({ timeoutMs: CLOSE_MS });
    if (this.size === 0) this.#stop();
  }

  #visit(visit: number): void {
    const who = visitor(visit);
    for (const step of stepsOfVisit(visit)) this.#take(step, visit, who);
  }

  #try(): void {
    const who = 1 + draw(`trial ${this.#ticks}`, SHOPPERS);
    for (const step of TRIAL_STEPS) this.#take(step, this.#ticks / TRIAL_EVERY_TICKS, who);
  }

  #take({ program, piece, event }: VisitStep, turn: number, who: number): void {
    const apps = this.#apps.get(program) ?? [];
    const app = apps[turn % apps.length];
    if (app === undefined) return;
    const context = shopper(who);
    for (const [flag, coded] of questionsOf(piece)) app.evaluate(flag, coded, context);
    if (event) app.track(event.name, { context, ...(event.value === undefined ? {} : { value: event.value }) });
  }
}
