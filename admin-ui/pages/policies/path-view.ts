import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { listIn, textIn } from './document-tree.ts';
import { tellEdit } from './edit-event.ts';
import { countFaults, faultAt } from './findings.ts';
import { listSheet } from './list-sheet.ts';
import { ListView } from './list-view.ts';
import './stages-view.ts';

/** The environments that a rollout goes through, one after the other, each with its stages. */
@customElement('t-policy-path')
export class PathView extends ListView {
  static override styles = [base, listSheet];
  @property({ attribute: false }) gates: readonly string[] = [];

  #add(): void {
    const used = this.list.map((step) => textIn(step, 'environment'));
    const free = this.ground.environments.find(({ key }) => !used.includes(key))?.key ?? '';
    const step = { environment: free, stages: [{ exposure: 100, bake: '30m' }] };
    this.change(
      [...this.list, step],
      `${free === '' ? 'An environment' : free} was added at the end.`,
      this.list.length,
    );
  }

  override render() {
    return html`<ol class="entries">
        ${this.list.map((step, at) => this.#draw(step, at))}
      </ol>
      ${
        this.readonly
          ? nothing
          : html`<button type="button" class="add" @click=${() => this.#add()}>
              <wa-icon name="plus" aria-hidden="true"></wa-icon>Add an environment
            </button>`
      }
      ${this.drawSaid()}`;
  }

  #draw(step: unknown, at: number) {
    const environment = textIn(step, 'environment');
    const path = [...this.path, at];
    const known = this.ground.environments.find(({ key }) => key === environment);
    return html`<li class="entry" tabindex="-1" data-entry aria-label="Environment ${environment}" @keydown=${this.onKey(at, environment)}>
      <header>
        ${this.#drawChoice(environment, at)}
        ${known?.production ? html`<span class="tag production">production</span>` : nothing}
        ${countFaults(this.faults, path) > 0 ? html`<span class="tag warn">${countFaults(this.faults, path)} to correct</span>` : nothing}
        ${this.drawActs(at, environment === '' ? `environment ${at + 1}` : environment)}
      </header>
      <t-policy-stages
        .list=${listIn(step, 'stages')}
        .path=${[...path, 'stages']}
        .faults=${this.faults}
        .ground=${this.ground}
        .environment=${environment}
        .gates=${this.gates}
        .readonly=${this.readonly}
      ></t-policy-stages>
    </li>`;
  }

  #drawChoice(environment: string, at: number) {
    const path = [...this.path, at, 'environment'];
    const fault = faultAt(this.faults, path);
    const isKnown = this.ground.environments.some(({ key }) => key === environment);
    return html`<h3>
        <select
          aria-label="Environment ${at + 1}"
          ?disabled=${this.readonly}
          aria-invalid=${fault !== undefined}
          @change=${(event: Event) => tellEdit(this, path, (event.target as HTMLSelectElement).value)}
        >
          ${isKnown ? nothing : html`<option value=${environment} selected>${environment === '' ? 'choose …' : environment}</option>`}
          ${this.ground.environments.map(
            ({ key, name }) => html`<option value=${key} .selected=${key === environment}>${name}</option>`,
          )}
        </select>
      </h3>
      ${fault === undefined ? nothing : html`<span class="fault">${fault}</span>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-path': PathView;
  }
}
