import type { RolloutAnswer } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { isOfRollouts } from './board-reading.ts';
import { isLive } from './tell-rollout.ts';

/** A burst of changes is looked at once. */
const GATHER_MS = 250;
/** What is decided is no change of anything: bakes and units go on without the log. */
const AGAIN_MS = 5_000;

/** One rollout, read again when the log tells of something, and every few seconds as long as it moves. */
export class RolloutReading implements ReactiveController {
  rollout: RolloutAnswer | undefined;
  refusal: Refusal | undefined;
  /** Counts what was decided or done since it is looked at: the log below reads its news by it. */
  moves = 0;
  readonly #host: ReactiveControllerHost;
  #path = '';
  #reading: AbortController | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setInterval> | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', (news) => isOfRollouts(news) && this.#readSoon()),
      live.on('kill', () => this.#readSoon()),
      live.on('reset', () => this.#readSoon()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
    ];
    this.#again = setInterval(() => this.#isMoving && !document.hidden && this.#readSoon(), AGAIN_MS);
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    clearInterval(this.#again);
    this.#reading?.abort();
    this.#path = '';
  }

  follow(project: string, id: string): void {
    const path = `/projects/${encodeURIComponent(project)}/rollouts/${encodeURIComponent(id)}`;
    if (path === this.#path) return;
    this.#path = path;
    this.rollout = undefined;
    this.refusal = undefined;
    void this.read();
  }

  /** What came back from something that was done to it. */
  take(rollout: RolloutAnswer): void {
    this.rollout = rollout;
    this.moves++;
    this.#host.requestUpdate();
  }

  get #isMoving(): boolean {
    const { rollout } = this;
    if (rollout === undefined) return this.refusal !== undefined;
    return isLive(rollout.state) || rollout.path.some(({ run }) => run?.reach != null && run.reach.state !== 'reached');
  }

  #readSoon(): void {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      void this.read();
    }, GATHER_MS);
  }

  /** Reads it again; what was there is shown until then. */
  async read(): Promise<void> {
    if (this.#path === '') return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    try {
      const rollout = await send<RolloutAnswer>(this.#path, { signal: mine.signal });
      if (markOf(rollout) !== (this.rollout && markOf(this.rollout))) this.moves++;
      this.rollout = rollout;
      this.refusal = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }
}

/** What the log of decisions has an entry of: another sentence with other numbers is none. */
function markOf({ version, path }: RolloutAnswer): string {
  const runs = path.flatMap(({ run }) => run ?? []);
  return JSON.stringify([
    version,
    runs.map(({ decision, reach }) => [
      decision?.action,
      decision?.conditions.map(({ met }) => met),
      decision?.guards.map(({ verdict }) => verdict),
      reach?.state,
    ]),
  ]);
}
