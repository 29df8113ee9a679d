import type { Boarding, ConfigurationAnswer, ListedPolicy, RequestSummary } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { MyProject } from '../../client/me.ts';
import type { Refusal } from '../../client/problem.ts';
import { readAllPages } from '../../client/read-all-pages.ts';
import { Following } from '../../client/store.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { attachedPolicy, mostServed, readConfiguration, readPolicies } from '../rollouts/start-ground.ts';
import { dialogSheet } from '../settings/dialog-sheet.ts';
import { faultAt } from '../settings/form-fields.ts';

type What = Pick<Boarding, 'request' | 'title' | 'items'>;
const BODY = 'items/0/body';

/** What comes aboard: a rollout of a flag, which becomes a request, or a request that is open. */
@customElement('t-cargo')
export class Cargo extends LitElement {
  static override styles = [
    base,
    dialogSheet,
    css`
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
        gap: 1rem;
        align-items: end;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  /** The key of where the train goes. */
  @property({ attribute: false }) environment = '';
  @property({ attribute: false }) refusal: Refusal | undefined;
  /** A rollout makes a request, and that asks for a reason. Tells `chosen` when it is another. */
  @state() kind: 'rollout' | 'request' = 'rollout';
  @state() private flag = '';
  @state() private policies: readonly ListedPolicy[] | undefined;
  @state() private open: readonly RequestSummary[] | undefined;
  @state() private there: ConfigurationAnswer | undefined;
  #asked = '';

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Without either list the other way still works.
    void readPolicies(this.project.key)
      .catch(() => [])
      .then((policies) => {
        this.policies = policies;
      });
    const path = `/projects/${encodeURIComponent(this.project.key)}/requests`;
    void readAllPages<RequestSummary>(path, undefined, { state: 'open' })
      .catch(() => [])
      .then((open) => {
        this.open = open;
      });
  }

  /** What was chosen, as the server takes it. */
  take(): What {
    const textOf = (id: string) =>
      this.renderRoot.querySelector<HTMLInputElement | HTMLSelectElement>(`#${id}`)?.value.trim() ?? '';
    if (this.kind === 'request') return { request: textOf('request') };
    const { flag } = this;
    const policy = textOf('policy');
    const path = `/environments/${this.environment}/flags/${flag}/rollout`;
    const body = { from: textOf('from'), to: textOf('to'), ...(policy === '' ? {} : { policy }) };
    const title = textOf('title');
    return {
      title: title === '' ? `${flag}: ${body.from} → ${body.to}` : title,
      items: [{ method: 'POST', path, body }],
    };
  }

  get #known() {
    return flagIndex.value.flags.find(({ key, archived }) => key === this.flag && !archived);
  }

  override willUpdate(): void {
    const asked = `${this.environment} ${this.#known?.key ?? ''}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.there = undefined;
    if (this.#known !== undefined) void this.#look(asked);
  }

  async #look(asked: string): Promise<void> {
    const there = await readConfiguration(this.project.key, this.environment, this.flag).catch(() => undefined);
    if (asked === this.#asked) this.there = there;
  }

  override render() {
    const choose = (kind: Cargo['kind'], words: string, about: string) => html`<label class="choice">
      <input
        type="radio"
        name="kind"
        ?checked=${this.kind === kind}
        @change=${() => {
          this.kind = kind;
          this.dispatchEvent(new CustomEvent('chosen'));
        }}
      />
      <span>${words}</span><span class="about">${about}</span>
    </label>`;
    return html`<div class="parts">
      <fieldset>
        <legend>What comes aboard</legend>
        ${choose('rollout', 'A rollout of a flag', 'It leaves at its first stage, and then follows its policy.')}
        ${choose('request', 'An open request', 'Its changes leave as they are, once they are approved.')}
      </fieldset>
      ${this.kind === 'rollout' ? this.#drawRollout() : this.#drawRequest()}
    </div>`;
  }

  #drawRequest() {
    const fitting = (this.open ?? []).filter(
      ({ kind, environments }) => kind === 'change' && environments.every((key) => key === this.environment),
    );
    if (this.open !== undefined && fitting.length === 0) {
      const href = writeRoute('requests', { project: this.project.key }, { show: 'all' });
      return html`<p class="hint">
        No open request is for this environment alone. Change a flag there and press Ask for approval; or look at
        <a href=${href}>all requests</a>.
      </p>`;
    }
    const options = fitting.map(({ id, title }) => [id, title] as const);
    return this.#drawSelect(
      'request',
      'Request',
      this.open === undefined ? [['', 'Reading …']] : options,
      '',
      'request',
    );
  }

  #drawRollout() {
    const fault = faultAt(this.refusal, 'items/0/path');
    return html`<div class="field">
        <label for="flag">Flag</label>
        <input
          id="flag"
          class="mono"
          list="known"
          maxlength="128"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-invalid=${fault !== undefined}
          aria-describedby="flag-fault"
          .value=${this.flag}
          @input=${(event: Event) => {
            this.flag = (event.target as HTMLInputElement).value.trim();
          }}
        />
        <datalist id="known">
          ${flagIndex.value.flags.filter(({ archived }) => !archived).map(({ key, name }) => html`<option value=${key}>${name}</option>`)}
        </datalist>
        <span class="fault" id="flag-fault">${fault ?? nothing}</span>
      </div>
      ${this.#drawPolicy()} ${this.#drawVariants()}
      <div class="field">
        <label for="title">Title <span class="hint">how the manifest calls it; left out: the flag and its variants</span></label>
        <input id="title" maxlength="200" autocomplete="off" />
        <span class="fault">${faultAt(this.refusal, 'title') ?? nothing}</span>
      </div>`;
  }

  /** Only those whose path begins where the train goes may ride. */
  #drawPolicy() {
    const { policies } = this;
    const fitting = (policies ?? []).filter(({ path }) => path[0]?.environment === this.environment);
    const attached = this.#known && policies && attachedPolicy(this.#known, policies);
    const none = attached === undefined ? 'Choose one' : `${attached}, which is attached to this flag`;
    const options = fitting.map(({ key }) => [key, key] as const);
    return html`${this.#drawSelect('policy', 'Policy', [['', policies === undefined ? 'Reading …' : none], ...options], '', `${BODY}/policy`)}
    ${
      policies !== undefined && fitting.length === 0
        ? html`<p class="hint">
            No policy begins in this environment.
            <a href=${writeRoute('policies', { project: this.project.key })}>Write one first</a>, while heads are calm.
          </p>`
        : nothing
    }`;
  }

  #drawVariants() {
    const names = Object.keys(this.#known?.variants ?? {});
    const from = mostServed(this.there?.fallthrough) ?? this.there?.offVariant ?? names[0] ?? '';
    const to = names.find((name) => name !== from) ?? '';
    const options = names.map((name) => [name, name] as const);
    return html`<div class="pair">
      ${this.#drawSelect('from', 'From', options, from, `${BODY}/from`, 'what they get now')}
      ${this.#drawSelect('to', 'To', options, to, `${BODY}/to`, 'what they will get')}
    </div>`;
  }

  #drawSelect(
    id: string,
    label: string,
    options: readonly (readonly [string, string])[],
    chosen: string,
    path: string,
    hint = '',
  ) {
    const fault = faultAt(this.refusal, path);
    return html`<div class="field">
      <label for=${id}>${label} ${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}</label>
      <select id=${id} aria-invalid=${fault !== undefined} aria-describedby="${id}-fault">
        ${options.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
      <span class="fault" id="${id}-fault">${fault ?? nothing}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-cargo': Cargo;
  }
}
