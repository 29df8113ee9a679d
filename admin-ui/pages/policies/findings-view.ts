import type { PolicyCheckAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import { here } from '../../client/here.ts';
import type { Refusal } from '../../client/problem.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { textIn } from './document-tree.ts';
import { placeOf, tellPlace } from './findings.ts';

type Told = { path: string; line?: number | undefined; column?: number | undefined; says: string; isTaken?: boolean };

/** What the server says of a draft: what is wrong, what may not be meant, what becomes looser, what will be seen. */
@customElement('t-policy-findings')
export class FindingsView extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.9rem;
      }
      ul {
        list-style: none;
        margin: 0.25rem 0 0;
        padding: 0;
        display: grid;
        gap: 0.4rem;
      }
      li {
        padding-left: 0.7rem;
        border-left: 3px solid var(--line-strong);
        font-size: var(--small);
        overflow-wrap: anywhere;
      }
      .wrong li {
        border-color: var(--warn);
      }
      .where {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.5rem;
        align-items: baseline;
        font-weight: 550;
      }
      li button {
        min-height: 1.5rem;
        padding: 0 0.3rem;
        font-weight: 400;
        font-size: var(--tiny);
        color: var(--link);
      }
      select {
        max-width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) answer: PolicyCheckAnswer | undefined;
  @property({ attribute: false }) document: unknown;
  @property({ attribute: false }) refusal: Refusal | undefined;
  @property({ attribute: false }) retry: (() => void) | undefined;
  /** The flag at whose traffic it is told how long seeing takes. */
  @property() flag = '';

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  override render() {
    const { answer } = this;
    return html`<t-problem .refusal=${this.refusal} .retry=${this.retry}></t-problem>
      ${answer === undefined ? nothing : this.#drawAll(answer)}`;
  }

  #drawAll({ faults, remarks, loosens }: PolicyCheckAnswer) {
    return html`
      ${
        faults.length === 0
          ? nothing
          : this.#drawList(
              'wrong',
              'To correct',
              faults.map((one) => ({ ...one, says: `must be ${one.expected}`, isTaken: one.code === 'duplicate' })),
            )
      }
      ${loosens.length === 0 ? nothing : this.#drawLoosens(loosens)}
      ${remarks.length === 0 ? nothing : this.#drawList('', 'Is this meant?', remarks)}
      ${this.#drawForesight()}
    `;
  }

  #drawList(tone: string, title: string, told: readonly Told[]) {
    return html`<section class=${tone}>
      <h3>${title}</h3>
      <ul>
        ${told.map(
          (one) => html`<li>
            <span class="where"
              ><span>${spellMarks(tellPlace(this.document, one.path))}</span>${this.#drawPlace(one)}</span
            >
            ${spellMarks(one.says)} ${one.isTaken ? this.#drawTaken() : nothing}
          </li>`,
        )}
      </ul>
    </section>`;
  }

  /** The policy that has the key already: whoever meant it goes on there. */
  #drawTaken() {
    const policy = textIn(this.document, 'key');
    const project = here.value?.project.key;
    if (policy === '' || project === undefined) return nothing;
    return html`<a href=${writeRoute('policy', { project, policy })}>Open ${policy}</a>`;
  }

  #drawPlace(told: Told) {
    const place = placeOf({ ...told, expected: '', code: '' });
    if (place === '') return nothing;
    return html`<button
      type="button"
      class="plain"
      @click=${() => this.dispatchEvent(new CustomEvent('place', { detail: { line: told.line, column: told.column } }))}
    >
      ${place}
    </button>`;
  }

  #drawLoosens(loosens: PolicyCheckAnswer['loosens']) {
    return html`<section>
      <h3>Asks for less than the newest version</h3>
      <p class="hint">While a rollout with this policy is live, that takes a second person.</p>
      <ul>
        ${loosens.map(
          ({ path, says }) =>
            html`<li><span class="where">${spellMarks(tellPlace(this.document, path))}</span> ${spellMarks(says)}</li>`,
        )}
      </ul>
    </section>`;
  }

  #drawForesight() {
    const { foresight = [], ok } = this.answer ?? {};
    if (!ok) return nothing;
    const flags = flagIndex.value.flags.filter(({ archived }) => !archived);
    return html`<section>
      <h3>What its guards will see</h3>
      ${
        foresight.length === 0
          ? html`<p class="hint">
              That is told of guards that act and compare a rate with the control, in a stage that has one. This policy
              has none.
            </p>`
          : html`<ul>
                ${foresight.map(({ environment, says }) => html`<li><span class="where">${environment}</span> ${spellMarks(says)}</li>`)}
              </ul>
              <p class="row small">
                <label for="flag">At the traffic of</label>
                <select
                  id="flag"
                  @change=${(event: Event) =>
                    this.dispatchEvent(new CustomEvent('flag', { detail: (event.target as HTMLSelectElement).value }))}
                >
                  <option value="">no flag in particular</option>
                  ${flags.map(({ key }) => html`<option value=${key} .selected=${key === this.flag}>${key}</option>`)}
                </select>
              </p>`
      }
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-findings': FindingsView;
  }
}
