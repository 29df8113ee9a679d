import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { spellMarks } from '../../parts/spell-marks.ts';
import { base } from '../../styles/base.ts';
import { isFields, textIn } from './document-tree.ts';
import { countFaults, faultAt, faultsOf } from './findings.ts';
import { freeName } from './list-acts.ts';
import { listSheet, termsSheet } from './list-sheet.ts';
import { ListView } from './list-view.ts';
import {
  type Field,
  GATES,
  type GateKind,
  GUARDS,
  type GuardKind,
  gateKindOf,
  guardKindOf,
  kinds,
} from './policy-fields.ts';
import './policy-fields-view.ts';
import { tellGate, tellGuard } from './tell-terms.ts';

const ID: readonly Field[] = [{ at: 'id', label: 'Name', as: 'text' }];

/** Guards or gates, each by its kind. */
@customElement('t-policy-terms')
export class TermsView extends ListView {
  static override styles = [base, listSheet, termsSheet];
  @property() what: 'guards' | 'gates' = 'guards';
  /** The entry that was added last: it is opened, for its fields are to be filled. */
  #fresh: number | undefined;
  readonly #opened = new WeakSet<Element>();

  get #word(): string {
    return this.what.slice(0, -1);
  }

  /** What is asked of an entry, by its kind; undefined where it has none that is known. */
  #wordsOf(entry: unknown) {
    if (!isFields(entry)) return undefined;
    const guard = this.what === 'guards' ? guardKindOf(entry) : undefined;
    const gate = this.what === 'gates' ? gateKindOf(entry) : undefined;
    return guard !== undefined ? GUARDS[guard] : gate !== undefined ? GATES[gate] : undefined;
  }

  #add(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const kind = select.value;
    select.value = '';
    if (kind === '') return;
    const { begin } = this.what === 'guards' ? GUARDS[kind as GuardKind] : GATES[kind as GateKind];
    const id = freeName(
      kind.toLowerCase(),
      this.list.map((one) => textIn(one, 'id')),
    );
    this.#fresh = this.list.length;
    this.change([...this.list, { id, ...begin }], `The ${this.#word} ${id} was added.`, this.list.length);
  }

  /** Opened is what is new or wrong; it closes by hand alone, for somebody may be typing in it. */
  override updated(): void {
    super.updated();
    for (const details of this.renderRoot.querySelectorAll('details')) {
      const opens = details.dataset.opens === 'true';
      if (opens && !this.#opened.has(details)) details.open = true;
      if (opens) this.#opened.add(details);
      else this.#opened.delete(details);
    }
    this.#fresh = undefined;
  }

  override render() {
    return html`${this.list.length === 0 ? html`<p class="means">${NONE[this.what]}</p>` : nothing}
      <ul class="entries">
        ${this.list.map((entry, at) => this.#draw(entry, at))}
      </ul>
      ${
        faultAt(
          this.faults.filter(({ path }) => path === `/${this.what}`),
          [this.what],
        ) === undefined
          ? nothing
          : this.#drawOwnFaults()
      }
      ${this.readonly ? nothing : this.#drawAdd()} ${this.drawSaid()}`;
  }

  #drawOwnFaults() {
    return faultsOf(this.faults, [this.what]).map((fault) => html`<p class="fault">${fault}</p>`);
  }

  #drawAdd() {
    const all = this.what === 'guards' ? GUARDS : GATES;
    return html`<select class="add" aria-label="Add a ${this.#word}" @change=${(event: Event) => this.#add(event)}>
      <option value="">Add a ${this.#word} …</option>
      ${kinds<string>(all).map(
        (kind) => html`<option value=${kind}>${(all as Record<string, { name: string }>)[kind]?.name}</option>`,
      )}
    </select>`;
  }

  #draw(entry: unknown, at: number) {
    const path = [...this.path, at];
    const id = textIn(entry, 'id');
    const name = `${this.#word} ${id === '' ? at + 1 : id}`;
    const words = this.#wordsOf(entry);
    const isWrong = countFaults(this.faults, path) > 0;
    return html`<li
      class="entry ${isWrong ? 'wrong' : ''}"
      tabindex="-1"
      data-entry
      aria-label=${name}
      @keydown=${this.onKey(at, name)}
    >
      <details data-opens=${isWrong || this.#fresh === at}>
        <summary>
          <span class="title"
            ><h3>${id === '' ? 'without a name' : id}</h3>
            <span class="tag">${words?.name ?? 'of no known kind'}</span>
            ${textIn(entry, 'mode') === 'shadow' ? html`<span class="tag">shadow</span>` : nothing}</span
          >
          <span class="says">${spellMarks(this.#tell(entry))}</span>
        </summary>
        <div class="parts">
          ${faultsOf(this.faults, path).map((fault) => html`<p class="fault">${fault}</p>`)}
          ${
            words === undefined
              ? html`<p class="means">It is of no kind that this form knows: change it in the YAML, or take it out.</p>`
              : html`<p class="means">${words.means}</p>
                  <t-policy-fields
                    .fields=${[...ID, ...words.fields]}
                    .of=${entry}
                    .path=${path}
                    .faults=${this.faults}
                    .ground=${this.ground}
                    .about=${name}
                    .readonly=${this.readonly}
                  ></t-policy-fields>`
          }
        </div>
      </details>
      ${this.drawActs(at, name)}
    </li>`;
  }

  #tell(entry: unknown): string {
    if (!isFields(entry)) return 'of no known kind';
    return this.what === 'guards' ? tellGuard(entry) : tellGate(entry);
  }
}

const NONE = {
  guards: 'No guard: nothing rolls it back but a person.',
  gates: 'No gate: it goes on when its bake is over and its guards are content.',
};

declare global {
  interface HTMLElementTagNameMap {
    't-policy-terms': TermsView;
  }
}
