import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';
import { listIn, textIn } from './document-tree.ts';
import { countFaults, type Fault } from './findings.ts';
import './path-view.ts';
import { type Field, FRAME } from './policy-fields.ts';
import './policy-fields-view.ts';
import type { ProjectGround } from './read-project-ground.ts';
import './terms-view.ts';

const KEY: readonly Field[] = [
  {
    at: 'key',
    label: 'Key',
    as: 'text',
    placeholder: 'web-standard',
    title: 'It stays what it is once the policy is saved',
  },
];

/** A policy as a form: one side of the draft, whose other side is its text. */
@customElement('t-policy-form')
export class PolicyForm extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.25rem;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6rem;
        align-items: baseline;
      }
    `,
  ];

  @property({ attribute: false }) document: unknown;
  @property({ attribute: false }) faults: readonly Fault[] = [];
  @property({ attribute: false }) ground!: ProjectGround;
  @property({ type: Boolean }) isNew = false;
  @property({ type: Boolean }) readonly = false;

  override render() {
    const { document } = this;
    const gates = listIn(document, 'gates')
      .map((gate) => textIn(gate, 'id'))
      .filter((id) => id !== '');
    return html`
      ${this.#drawFrame()}
      ${this.#drawSection(
        'Path',
        'environments in order, each walked through all of its stages',
        'path',
        html`<t-policy-path
          .list=${listIn(document, 'path')}
          .path=${['path']}
          .faults=${this.faults}
          .ground=${this.ground}
          .gates=${gates}
          .readonly=${this.readonly}
        ></t-policy-path>`,
      )}
      ${this.#drawSection('Guards', 'if these go wrong, it goes back', 'guards', this.#drawTerms('guards'))}
      ${this.#drawSection('Gates', 'if it passes this, it goes on', 'gates', this.#drawTerms('gates'))}
    `;
  }

  #drawFrame() {
    return this.#drawSection(
      'Terms',
      '',
      '',
      html`<t-policy-fields
        .fields=${this.isNew ? [...KEY, ...FRAME] : FRAME}
        .of=${this.document}
        .faults=${this.faults}
        .ground=${this.ground}
        .readonly=${this.readonly}
      ></t-policy-fields>`,
    );
  }

  #drawTerms(what: 'guards' | 'gates') {
    return html`<t-policy-terms
      .what=${what}
      .list=${listIn(this.document, what)}
      .path=${[what]}
      .faults=${this.faults}
      .ground=${this.ground}
      .readonly=${this.readonly}
    ></t-policy-terms>`;
  }

  #drawSection(title: string, means: string, part: string, body: unknown) {
    const faults = part === '' ? 0 : countFaults(this.faults, [part]);
    return html`<section aria-labelledby="title-${title}">
      <div class="head">
        <h2 id="title-${title}">${title}</h2>
        ${means === '' ? nothing : html`<span class="hint">${means}</span>`}
        ${faults === 0 ? nothing : html`<span class="tag warn">${faults} to correct</span>`}
      </div>
      ${body}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-form': PolicyForm;
  }
}
