import type { RollbackAnswer } from '@turnout/server/contracts';
import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal, Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { textIn } from '../settings/form-fields.ts';
import { placePath } from './release-reading.ts';
import './rollback-plan.ts';
import { isNothing, isSameSeen } from './tell-rollback.ts';

/** What goes back, and to what: an environment, or one flag of it. */
export interface GoingBack {
  project: MyProject;
  environment: MyEnvironment;
  to: 'known-good' | { release: string } | { position: string };
  flag?: string;
  /** What it goes back to, in words: `autumn`, `change 12`. */
  words: string;
}

const CHANGED: ConstructorParameters<typeof Refusal>[0] = {
  title: 'Somebody changed it just now',
  status: 412,
  code: 'stale_version',
  detail: 'What would come of it is another now, and is shown above. Nothing was done yet.',
};

/** Goes back: shows first what would come of it, and asks for a reason only. */
@customElement('t-roll-back-form')
export class RollBackForm extends FormDialog<RollbackAnswer> {
  static override styles = [
    ...FormDialog.styles,
    css`
      dialog {
        width: min(46rem, calc(100vw - 2rem));
      }
      .none {
        padding: 0.75rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) going!: GoingBack;
  @state() private seen: RollbackAnswer | undefined;
  @state() private unseen: Refusal | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
  }

  async #look(): Promise<void> {
    this.unseen = undefined;
    try {
      this.seen = await this.#rollBack('looking what would come of it', true);
    } catch (error) {
      this.unseen = asRefusal(error);
    }
  }

  #rollBack(reason: string | undefined, dryRun: boolean): Promise<RollbackAnswer> {
    const { project, environment, to, flag } = this.going;
    const place = placePath(project.key, environment.key);
    const path = flag === undefined ? place : `${place}/flags/${encodeURIComponent(flag)}`;
    const body = { to, ...(reason === undefined ? {} : { reason }) };
    return send<RollbackAnswer>(`${path}/rollback`, { method: 'POST', body, query: dryRun ? { dryRun: true } : {} });
  }

  get #ungated(): boolean {
    return this.going.to === 'known-good';
  }

  protected words() {
    const { environment, flag, words, to } = this.going;
    const place = flag === undefined ? environment.name : `${flag} in ${environment.name}`;
    const lead =
      to === 'known-good'
        ? 'At once: it waits for no approval and no freeze. What was killed, turned off, shed or rolled back since stays so.'
        : flag === undefined
          ? 'As one new change. What was killed, turned off, shed or rolled back since stays so.'
          : 'As one new change, in this environment only. The kill, if there is one, stays.';
    const asks = this.seen?.applied === 'nothing' && !isNothing(this.seen);
    return { title: `Roll back ${place} to ${words}`, lead, confirm: asks ? 'Ask for approval' : 'Roll back' };
  }

  protected override isIdle(): boolean {
    return this.seen === undefined || isNothing(this.seen);
  }

  protected drawFields() {
    const { reasonRequired } = this.going.environment;
    const hint = `${reasonRequired ? 'required' : 'optional'}, kept in the change log`;
    return html`${this.#drawSeen()}
    ${this.field('reason', 'Reason', { hint, required: reasonRequired, focus: true, longest: 1_000 })}`;
  }

  #drawSeen() {
    const { seen, unseen } = this;
    if (unseen !== undefined) return this.#drawUnseen(unseen);
    if (seen === undefined) return html`<p class="quiet" role="status">Looking what would go back …</p>`;
    return html`<t-rollback-plan .seen=${seen} .project=${this.going.project} ?ungated=${this.#ungated}></t-rollback-plan>`;
  }

  #drawUnseen(unseen: Refusal) {
    if (!this.#ungated || unseen.code !== 'wrong_state') {
      return html`<t-problem .refusal=${unseen} .retry=${() => void this.#look()}></t-problem>`;
    }
    return html`<div class="none" role="alert">
      <strong>${this.going.environment.name} has no last known good</strong>
      <p>${unseen.problem.detail}</p>
    </div>`;
  }

  /** One flag is written over only as it was seen; an environment moves all the time, and whoever goes back means it. */
  protected async submit(fields: FormData): Promise<RollbackAnswer> {
    const reason = textIn(fields, 'reason');
    if (this.going.flag !== undefined && this.seen !== undefined) {
      const again = await this.#rollBack(reason, true);
      const isSame = isSameSeen(this.seen, again);
      this.seen = again;
      if (!isSame) throw new Refusal(CHANGED);
    }
    return this.#rollBack(reason, false);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-roll-back-form': RollBackForm;
  }
}
