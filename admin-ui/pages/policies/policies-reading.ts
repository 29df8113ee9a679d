import type { ListedPolicy, PolicyFloorAnswer, RolloutItem } from '@turnout/server/contracts';
import type { ChangeNews } from '../../client/live.ts';
import { readAllPages } from '../../client/read-all-pages.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';
import { myActor } from '../../parts/undo-flow.ts';

/** All policies of a project with the floor under them and the rollouts that go by them, kept true by the live stream. */
export class PoliciesReading extends Reading {
  policies: readonly ListedPolicy[] | undefined;
  floor: PolicyFloorAnswer | undefined;
  rollouts: readonly RolloutItem[] = [];
  /** What somebody else changed just now; it flashes once. */
  changed: ReadonlySet<string> = new Set();
  #path = '';

  follow(project: string): void {
    const path = `/projects/${encodeURIComponent(project)}`;
    this.turnTo(path, () => {
      this.#path = path;
      this.policies = undefined;
      this.floor = undefined;
    });
  }

  protected override hears({ subject, actor }: ChangeNews): boolean {
    if (subject.startsWith('policy/') && actor !== myActor()) {
      this.changed = new Set([...this.changed, subject.slice('policy/'.length)]);
    }
    return /^(policy|policy-floor|rollout)\//.test(subject);
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const [policies, floor, rollouts] = await Promise.all([
      readAllPages<ListedPolicy>(`${this.#path}/policies`, signal, { archived: 'any' }),
      send<PolicyFloorAnswer>(`${this.#path}/policy-floor`, { signal }),
      // Who goes by them is said where it is known.
      readAllPages<RolloutItem>(`${this.#path}/rollouts`, signal, { state: 'live' }).catch(() => this.rollouts),
    ]);
    Object.assign(this, { policies, floor, rollouts });
  }
}
