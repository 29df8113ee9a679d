import type { PolicyFloorAnswer, RequestSummary } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { untilEnded } from '../../parts/until-ended.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import { base } from '../../styles/base.ts';
import { dialogBox } from '../../styles/dialog-box.ts';
import { reviewSheet } from '../flag/review-sheet.ts';
import type { Fault } from './findings.ts';
import './findings-view.ts';
import { readPolicyText, writePolicyText } from './policy-text.ts';
import type { YamlView } from './yaml-view.ts';
import './yaml-view.ts';

/** What came of it: saved, or asked for; undefined is that somebody thought better of it. */
export type FloorOutcome = { floor: PolicyFloorAnswer; isNew: boolean } | { request: RequestSummary } | undefined;

/** `path` is that of the project. */
export function changeFloor(path: string, floor: PolicyFloorAnswer): Promise<FloorOutcome> {
  const dialog = document.createElement('t-policy-floor-dialog');
  document.body.append(dialog);
  return dialog.show(path, floor).finally(() => dialog.remove());
}

const FIRST = 'bake: 10m # each stage, at least\nfirstExposure: 10 # per cent, at most\n';

/** The floor as text. What the server says against it stands below, and what was typed stays until it is content. */
@customElement('t-policy-floor-dialog')
export class FloorDialog extends LitElement {
  static override styles = [
    base,
    dialogBox,
    reviewSheet,
    css`
      /* What is said against the text is seen beside it, on a small screen, too. */
      t-policy-yaml {
        --text-height: clamp(9rem, 32dvh, 24rem);
        min-width: 0;
      }
      .told > * + * {
        margin-top: 0.6rem;
      }
      /* Neither is under the buttons that stay at the bottom. */
      .told,
      #reason {
        scroll-margin-bottom: 6rem;
      }
    `,
  ];

  @query('dialog') private dialog!: HTMLDialogElement;
  @query('t-policy-yaml') private yaml!: YamlView;
  @query('.told') private told!: HTMLElement;
  @query('#reason') private reason!: HTMLInputElement;
  @state() private stored: PolicyFloorAnswer | undefined;
  @state() private text = '';
  @state() private refusal: Refusal | undefined;
  /** Somebody saved another one while this one was written. */
  @state() private overtaken = false;
  @state() private busy = false;
  @state() private missing = '';
  #path = '';
  #end: (outcome: FloorOutcome) => void = () => undefined;

  async show(path: string, floor: PolicyFloorAnswer): Promise<FloorOutcome> {
    this.#path = path;
    this.stored = floor;
    this.text = floor.version === 0 ? FIRST : writePolicyText(floor.floor);
    await this.updateComplete;
    this.dialog.showModal();
    await this.yaml.updateComplete;
    this.yaml.show(1, this.text.length);
    return untilEnded<FloorOutcome>(this.dialog, (end) => {
      this.#end = end;
    });
  }

  get #mustAsk(): boolean {
    return this.refusal?.code === 'approval_required';
  }

  /** Those of the text; others are told as a problem. */
  get #faults(): readonly Fault[] {
    return (this.refusal?.problem.errors ?? []) as readonly Fault[];
  }

  #write(text: string): void {
    this.text = text;
    // Another text may be refused for something else, or not at all.
    this.refusal = undefined;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const { stored } = this;
    if (stored === undefined || this.busy) return;
    const reason = this.reason.value.trim();
    this.missing = this.#mustAsk && reason === '' ? 'Whoever approves it reads why: say it.' : '';
    if (this.missing !== '') return this.reason.focus();
    this.busy = true;
    const body = { yaml: this.text, ...(reason === '' ? {} : { reason }) };
    try {
      this.#end(this.#mustAsk ? await this.#ask(stored.version, body) : await this.#save(stored.version, body));
    } catch (error) {
      this.refusal = asRefusal(error);
      if (this.refusal.status === 412) await this.#readNewer();
      await this.updateComplete;
      this.told.scrollIntoView({ block: 'nearest' });
    } finally {
      this.busy = false;
    }
  }

  async #save(version: number, body: object): Promise<FloorOutcome> {
    const { change, ...floor } = await send<PolicyFloorAnswer & { change?: unknown }>(`${this.#path}/policy-floor`, {
      ...{ method: 'PUT', body, version: version === 0 ? '*' : version },
    });
    return { floor, isNew: change !== undefined };
  }

  async #ask(version: number, body: { reason?: string }): Promise<FloorOutcome> {
    const item = { method: 'PUT', path: '/policy-floor', body, ...(version === 0 ? {} : { base: version }) };
    const title = `Floor of all policies: asks for less than version ${version}`;
    const asked = { title, reason: body.reason, items: [item] };
    return send<{ request: RequestSummary }>(`${this.#path}/requests`, { method: 'POST', body: asked });
  }

  /** What is there now stands beside what was typed; saved again, it is put over it. */
  async #readNewer(): Promise<void> {
    try {
      this.stored = await send<PolicyFloorAnswer>(`${this.#path}/policy-floor`);
      this.overtaken = true;
      this.refusal = undefined;
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  override render() {
    const { stored, text, busy } = this;
    if (stored === undefined) return nothing;
    const verb = this.#mustAsk ? 'Ask for approval' : 'Save';
    return html`<dialog aria-labelledby="title" @cancel=${() => this.#end(undefined)}>
      <form method="dialog" @submit=${this.#submit}>
        <h2 id="title">${stored.version === 0 ? 'Set a floor of all policies' : 'Change the floor of all policies'}</h2>
        <p class="quiet">
          What every policy asks at least in protected environments: <code>bake</code> at least, <code>firstExposure</code> at
          most, <code>alpha</code> at least, and <code>guards</code>, <code>gates</code> and <code>approvals</code> that something
          no weaker must stand for. It is kept as data: comments are not.
        </p>
        <t-policy-yaml
          .text=${text}
          .faults=${this.#faults}
          @write=${({ detail }: CustomEvent<string>) => this.#write(detail)}
        ></t-policy-yaml>
        <div class="told">${this.#drawRefusal()} ${this.#drawBeside(stored)}</div>
        ${this.#drawReason()}
        <div class="buttons">
          <button type="button" class="plain" @click=${() => this.#end(undefined)}>Cancel</button>
          <button type="submit" class="primary" ?disabled=${busy}>${busy ? 'One moment …' : verb}</button>
        </div>
      </form>
    </dialog>`;
  }

  #drawRefusal() {
    const faults = this.#faults;
    if (faults.length === 0) return html`<t-problem .refusal=${this.refusal}></t-problem>`;
    const answer = { ...NOTHING_ELSE, faults };
    return html`<t-policy-findings
      role="alert"
      .answer=${answer}
      .document=${readPolicyText(this.text)}
      @place=${({ detail }: CustomEvent<{ line: number; column: number }>) => this.yaml.show(detail.line, detail.column)}
    ></t-policy-findings>`;
  }

  #drawBeside({ floor, version }: PolicyFloorAnswer) {
    if (!this.overtaken && !this.#mustAsk) return nothing;
    const was = version === 0 ? '' : writePolicyText(floor);
    const newer = `Somebody saved version ${version} meanwhile. Save again to put yours over it.`;
    return html`${this.overtaken ? html`<p class="fault" role="status">${newer}</p>` : nothing}
    ${this.#mustAsk ? html`<p>A second administrator can agree: the request carries exactly this text.</p>` : nothing}
    <t-diff texts .was=${was} .now=${this.text}></t-diff>`;
  }

  #drawReason() {
    const hint = this.#mustAsk ? 'required' : 'optional';
    return html`<div class="field">
      <label for="reason">Reason <span class="hint">${hint}, kept in the change log</span></label>
      <input
        id="reason"
        autocomplete="off"
        maxlength="1000"
        aria-invalid=${this.missing !== ''}
        aria-describedby="missing"
      />
      <span id="missing" class="fault" role="alert">${this.missing}</span>
    </div>`;
  }
}

const NOTHING_ELSE = { ok: false, remarks: [], foresight: [], loosens: [], document: null, yaml: null };

declare global {
  interface HTMLElementTagNameMap {
    't-policy-floor-dialog': FloorDialog;
  }
}
