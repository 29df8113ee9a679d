import type { ListedPolicy, PolicyFloorAnswer, RolloutItem } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { myActor } from '../../parts/undo-flow.ts';
import { readAllPages } from '../settings/listing.ts';

/** A burst of changes is looked at once. */
const GATHER_MS = 250;

/** All policies of a project with the floor under them and the rollouts that go by them, kept true by the live stream. */
export class PoliciesReading implements ReactiveController {
  policies: readonly ListedPolicy[] | undefined;
  floor: PolicyFloorAnswer | undefined;
  rollouts: readonly RolloutItem[] = [];
  refusal: Refusal | undefined;
  /** What somebody else changed just now; it flashes once. */
  changed: ReadonlySet<string> = new Set();
  readonly #host: ReactiveControllerHost;
  #project: string | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #reading: AbortController | undefined;
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', ({ subject, actor }) => {
        if (!/^(policy|policy-floor|rollout)\//.test(subject)) return;
        if (subject.startsWith('policy/') && actor !== myActor()) {
          this.changed = new Set([...this.changed, subject.slice('policy/'.length)]);
        }
        this.#waiting ??= setTimeout(() => void this.read(), GATHER_MS);
      }),
      live.on('reset', () => void this.read()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    this.#reading?.abort();
    this.#project = undefined;
  }

  follow(project: string): void {
    if (project === this.#project) return;
    this.#project = project;
    this.policies = undefined;
    this.floor = undefined;
    this.refusal = undefined;
    void this.read();
  }

  /** Reads it again; what was there is shown until then. */
  async read(): Promise<void> {
    this.#waiting = undefined;
    if (this.#project === undefined) return;
    this.#reading?.abort();
    const mine = new AbortController();
    this.#reading = mine;
    const path = `/projects/${encodeURIComponent(this.#project)}`;
    try {
      const { signal } = mine;
      const [policies, floor, rollouts] = await Promise.all([
        readAllPages<ListedPolicy>(`${path}/policies`, signal, { archived: 'any' }),
        send<PolicyFloorAnswer>(`${path}/policy-floor`, { signal }),
        // Who goes by them is said where it is known.
        readAllPages<RolloutItem>(`${path}/rollouts`, signal, { state: 'live' }).catch(() => this.rollouts),
      ]);
      Object.assign(this, { policies, floor, rollouts, refusal: undefined });
    } catch (error) {
      if (mine.signal.aborted) return;
      this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }
}
