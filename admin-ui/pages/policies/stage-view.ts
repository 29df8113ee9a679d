import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { listIn, type Path, withoutEntry } from './document-tree.ts';
import { tellEdit } from './edit-event.ts';
import { countFaults, type Fault, faultsOf } from './findings.ts';
import { listSheet } from './list-sheet.ts';
import { APPROVAL, STAGE, STAGE_MORE } from './policy-fields.ts';
import './policy-fields-view.ts';
import type { ProjectGround } from './read-project-ground.ts';

const MORE = ['minUnits', 'minHits', 'gates', 'approvals', 'deadline'];

/** One stage: who gets it and for how long, and what stands before it. */
@customElement('t-policy-stage')
export class StageView extends LitElement {
  static override styles = [
    base,
    listSheet,
    css`
    :host {
      --field: 6.25rem;
    }
  `,
  ];
  @property({ attribute: false }) stage: unknown;
  @property({ attribute: false }) path: Path = [];
  @property({ attribute: false }) faults: readonly Fault[] = [];
  @property({ attribute: false }) ground!: ProjectGround;
  @property() environment = '';
  @property() about = '';
  /** Ids of the gates that the policy has. */
  @property({ attribute: false }) gates: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;

  #wasWrong = false;

  /** What is wrong is opened; it closes by hand alone, for somebody may be typing in it. */
  override updated(): void {
    const isWrong = MORE.some((field) => countFaults(this.faults, [...this.path, field]) > 0);
    const details = this.renderRoot.querySelector('details');
    if (isWrong && !this.#wasWrong && details !== null) details.open = true;
    this.#wasWrong = isWrong;
  }

  override render() {
    const said = tellMore(this.stage);
    return html`<div class="parts">
      ${this.#drawFields(STAGE, this.stage, this.path)}
      ${faultsOf(this.faults, this.path).map((fault) => html`<p class="fault">${fault}</p>`)}
      <details>
        <summary>${said === '' ? 'Conditions: none but the bake' : said}</summary>
        <div class="parts">
          ${this.#drawFields(STAGE_MORE, this.stage, this.path)} ${this.#drawGates()} ${this.#drawApprovals()}
        </div>
      </details>
    </div>`;
  }

  #drawFields(fields: typeof STAGE, of: unknown, path: Path, about = this.about) {
    return html`<t-policy-fields
      .fields=${fields}
      .of=${of}
      .path=${path}
      .faults=${this.faults}
      .ground=${this.ground}
      .environment=${this.environment}
      .about=${about}
      .readonly=${this.readonly}
    ></t-policy-fields>`;
  }

  #drawGates() {
    const path = [...this.path, 'gates'];
    const named = listIn(this.stage, 'gates').map(String);
    const all = [...new Set([...this.gates, ...named])];
    if (all.length === 0) return nothing;
    const turn = (gate: string, isOn: boolean) => {
      const next = isOn ? [...named, gate] : named.filter((one) => one !== gate);
      tellEdit(this, path, next.length === 0 ? undefined : next);
    };
    return html`<fieldset>
      <legend>Gates before it</legend>
      <div class="ticks">
        ${all.map(
          (gate) => html`<label
            ><input
              type="checkbox"
              ?disabled=${this.readonly}
              .checked=${named.includes(gate)}
              @change=${(event: Event) => turn(gate, (event.target as HTMLInputElement).checked)}
            />${gate}</label
          >`,
        )}
      </div>
      ${this.faults.filter((one) => one.path.startsWith(`/${path.join('/')}`)).map(({ expected }) => html`<p class="fault">${expected}</p>`)}
    </fieldset>`;
  }

  #drawApprovals() {
    const path = [...this.path, 'approvals'];
    const list = listIn(this.stage, 'approvals');
    const set = (next: unknown[]) => tellEdit(this, path, next.length === 0 ? undefined : next);
    return html`<fieldset>
      <legend>Approvals before it</legend>
      ${list.map(
        (one, at) => html`<div class="entry">
          ${this.#drawFields(APPROVAL, one, [...path, at], `${this.about}, approval ${at + 1}`)}
          ${
            this.readonly
              ? nothing
              : html`<button
                  type="button"
                  class="plain small"
                  aria-label="Take out approval ${at + 1} of ${this.about}"
                  @click=${() => set(withoutEntry(list, at))}
                >
                  <wa-icon name="trash" aria-hidden="true"></wa-icon>Take out
                </button>`
          }
        </div>`,
      )}
      ${
        this.readonly
          ? nothing
          : html`<div>
              <button
                type="button"
                class="small"
                aria-label="Ask for an approval before ${this.about}"
                @click=${() => set([...list, { role: 'release-manager', count: 1, expires: '2d' }])}
              >
                <wa-icon name="plus" aria-hidden="true"></wa-icon>Ask for an approval
              </button>
            </div>`
      }
    </fieldset>`;
  }
}

/** What stands before a stage and what it waits for, in a line. */
function tellMore(stage: unknown): string {
  const { minUnits, minHits, deadline } = (stage ?? {}) as Record<string, unknown>;
  const gates = listIn(stage, 'gates').map(String);
  const approvals = listIn(stage, 'approvals').length;
  return [
    ...(gates.length > 0 ? [`gates ${gates.join(', ')}`] : []),
    ...(approvals > 0 ? [approvals === 1 ? 'an approval' : `${approvals} approvals`] : []),
    ...(minUnits === undefined ? [] : [`${String(minUnits)} units`]),
    ...(minHits === undefined ? [] : ['events that must come']),
    ...(deadline === undefined ? [] : ['a deadline of its own']),
  ].join(' · ');
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-stage': StageView;
  }
}
