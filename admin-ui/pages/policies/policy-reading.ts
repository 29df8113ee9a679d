import type { PolicyWithVersions, RolloutItem } from '@turnout/server/contracts';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Here } from '../../client/here.ts';
import { live } from '../../client/live.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import { freeName } from './list-acts.ts';
import { PolicyDesk } from './policy-desk.ts';
import { SAMPLE_COMMENTS, samplePolicy } from './policy-sample.ts';
import { type ProjectGround, readProjectGround } from './read-project-ground.ts';

/** One policy as it is stored, with the rollouts that go by it, and what one has written of it. */
export class PolicyReading implements ReactiveController {
  answer: PolicyWithVersions | undefined;
  refusal: Refusal | undefined;
  ground: ProjectGround | undefined;
  desk: PolicyDesk | undefined;
  rollouts: readonly RolloutItem[] = [];
  /** Who saved another version while one wrote here. */
  overtakenBy: string | undefined;
  readonly #host: ReactiveControllerHost;
  #here: Here | undefined;
  #policy = '';
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = [
      live.on('change', ({ subject, actorName, actor }) => {
        if (subject === `policy/${this.#policy}`) void this.read(actorName ?? actor);
        else if (/^(metric|source|segment)\//.test(subject)) void this.#readGround();
        else if (subject.startsWith('rollout/')) void this.#readRollouts();
      }),
      live.on('reset', () => void this.read()),
      session.subscribe(() => this.refusal !== undefined && session.value.state === 'in' && void this.read()),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#here = undefined;
  }

  /** Shows a policy; an empty key begins one. */
  show(here: Here, policy: string): void {
    if (this.#here?.project.key === here.project.key && this.#policy === policy) return;
    this.#here = here;
    this.#policy = policy;
    this.answer = undefined;
    this.refusal = undefined;
    this.desk = undefined;
    this.overtakenBy = undefined;
    this.rollouts = [];
    void this.read();
    void this.#readRollouts();
  }

  get path(): string {
    const { project } = this.#here as Here;
    return `/projects/${encodeURIComponent(project.key)}`;
  }

  async read(by?: string): Promise<void> {
    const here = this.#here;
    const policy = this.#policy;
    if (here === undefined) return;
    try {
      const [answer] = await Promise.all([
        policy === '' ? undefined : send<PolicyWithVersions>(`${this.path}/policies/${encodeURIComponent(policy)}`),
        this.ground === undefined ? this.#readGround() : undefined,
      ]);
      if (here !== this.#here || policy !== this.#policy) return;
      this.refusal = undefined;
      await this.#take(answer, by);
    } catch (error) {
      if (here === this.#here) this.refusal = asRefusal(error);
    }
    this.#host.requestUpdate();
  }

  async #take(answer: PolicyWithVersions | undefined, by: string | undefined): Promise<void> {
    if (answer !== undefined && this.answer !== undefined && answer.version < this.answer.version) return;
    this.answer = answer;
    if (this.desk === undefined) await this.#layOut(answer);
    else if (answer !== undefined && answer.version !== this.desk.state.value.version) {
      if (this.desk.isChanged) this.overtakenBy = by ?? 'Somebody';
      this.desk.stand({ text: answer.yaml, version: answer.version });
    }
  }

  async #layOut(answer: PolicyWithVersions | undefined): Promise<void> {
    const pen = await import('./policy-text.ts');
    const ground = this.ground as ProjectGround;
    const key = freeName('web-standard', ground.policies);
    const text = answer?.yaml ?? pen.writePolicyText(samplePolicy(key, ground), SAMPLE_COMMENTS);
    const person = session.value.state === 'in' ? session.value.me.principal.id : '';
    const { tabShelf } = await import('../flag/tab-shelf.ts');
    const name = `${person} ${this.path} policies/${this.#policy}`;
    const tools = { read: pen.readPolicyText, edit: pen.editPolicyText };
    const desk = new PolicyDesk(name, { text, version: answer?.version ?? 0 }, tools, tabShelf);
    desk.state.subscribe(() => this.#host.requestUpdate());
    this.desk = desk;
    if (answer === undefined || desk.state.value.version === answer.version) return;
    // What was kept in this tab was written against an older version.
    this.overtakenBy = desk.isChanged ? 'Somebody' : undefined;
    desk.stand({ text: answer.yaml, version: answer.version });
  }

  /** It is stored as it was written. */
  settle({ yaml, version }: { yaml: string; version: number }): void {
    this.desk?.settle({ text: yaml, version });
    this.overtakenBy = undefined;
    this.#host.requestUpdate();
  }

  async #readGround(): Promise<void> {
    if (this.#here === undefined) return;
    this.ground = await readProjectGround(this.#here);
    this.#host.requestUpdate();
  }

  async #readRollouts(): Promise<void> {
    if (this.#here === undefined || this.#policy === '') return;
    const query = { state: 'live', limit: 200 };
    const found = await send<{ items: RolloutItem[] }>(`${this.path}/rollouts`, { query }).catch(() => undefined);
    this.rollouts = found?.items.filter(({ policy }) => policy.key === this.#policy) ?? this.rollouts;
    this.#host.requestUpdate();
  }
}
