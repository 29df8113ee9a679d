import type { RolloutAnswer } from '@turnout/server/contracts';
import { live } from '../../client/live.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';
import { isOfRollouts, whileMoving } from './of-rollouts.ts';
import { isLive } from './tell-rollout.ts';

/** One rollout, read again when the log tells of something, and every few seconds as long as it moves. */
export class RolloutReading extends Reading {
  rollout: RolloutAnswer | undefined;
  /** Counts what was decided or done since it is looked at: the log below reads its news by it. */
  moves = 0;
  #path = '';

  follow(project: string, id: string): void {
    const path = `/projects/${encodeURIComponent(project)}/rollouts/${encodeURIComponent(id)}`;
    this.turnTo(path, () => {
      this.#path = path;
      this.rollout = undefined;
    });
  }

  /** What came back from something that was done to it. */
  take(rollout: RolloutAnswer): void {
    this.rollout = rollout;
    this.moves++;
    this.redraw();
  }

  protected override hears = isOfRollouts;

  protected override listen() {
    const soon = () => this.readSoon();
    return [live.on('kill', soon), whileMoving(() => this.#isMoving, soon)];
  }

  get #isMoving(): boolean {
    const { rollout } = this;
    if (rollout === undefined) return this.refusal !== undefined;
    return isLive(rollout.state) || rollout.path.some(({ run }) => run?.reach != null && run.reach.state !== 'reached');
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const rollout = await send<RolloutAnswer>(this.#path, { signal });
    if (markOf(rollout) !== (this.rollout && markOf(this.rollout))) this.moves++;
    this.rollout = rollout;
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
