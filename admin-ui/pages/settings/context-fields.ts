import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { type Algorithm, COMMON_ALGORITHMS, type GivenContext, type KeyContext, MODES } from './context-words.ts';
import { textIn } from './form-fields.ts';
import type { TextList } from './text-list.ts';
import './text-list.ts';

type Verifier = 'keys' | 'secret';
const VERIFIERS: Record<Verifier, string> = {
  keys: 'public keys of your sign-in (JWKS)',
  secret: 'a secret that your server shares (HS256)',
};

/** Who a page with a client key may ask for. Its fields stand in the form around it, and look like those. */
@customElement('t-context-fields')
export class ContextFields extends LitElement {
  /** What it begins with; undefined for a new key. */
  @property({ attribute: false }) was: KeyContext | undefined;
  /** What the server expects of a field, by its name. */
  @property({ attribute: false }) faultOf: (name: string) => string | undefined = () => undefined;
  @state() private mode: KeyContext['mode'] | undefined;
  @state() private verifier: Verifier | undefined;
  @query('#body-attributes') private listed!: TextList | null;

  protected override createRenderRoot() {
    return this;
  }

  /** What was chosen and typed, of the form's fields. */
  take(fields: FormData): GivenContext {
    if (this.#mode() === 'open') return { mode: 'open' };
    const isShared = this.#verifier() === 'secret';
    const common = {
      mode: 'signed' as const,
      issuer: textIn(fields, 'issuer') ?? '',
      audience: textIn(fields, 'audience') ?? '',
      bodyAttributes: this.listed?.take() ?? [],
    };
    if (isShared) return { ...common, algorithms: ['HS256'], jwksUrl: null, secret: textIn(fields, 'context-secret') };
    const algorithms = fields.getAll('algorithm').map(String) as Algorithm[];
    return { ...common, algorithms, jwksUrl: textIn(fields, 'jwks-url') ?? '' };
  }

  #mode(): KeyContext['mode'] {
    return this.mode ?? this.was?.mode ?? 'open';
  }

  #signed() {
    return this.was?.mode === 'signed' ? this.was : undefined;
  }

  #verifier(): Verifier {
    return this.verifier ?? (this.#signed()?.jwksUrl === null ? 'secret' : 'keys');
  }

  override render() {
    const mode = this.#mode();
    return html`<div class="parts">
      <fieldset>
        <legend>Contexts</legend>
        ${(Object.keys(MODES) as KeyContext['mode'][]).map(
          (one) => html`<label class="choice">
            <input
              type="radio"
              name="context-mode"
              value=${one}
              ?checked=${one === mode}
              @change=${() => {
                this.mode = one;
              }}
            />
            <span>${MODES[one].title}</span>
            <span class="about">${MODES[one].about}</span>
          </label>`,
        )}
      </fieldset>
      ${mode === 'signed' ? this.#drawRule() : nothing}
    </div>`;
  }

  #drawRule() {
    const was = this.#signed();
    return html`${this.#text('issuer', 'issuer', 'Issuer', 'the iss of the tokens, letter by letter', was?.issuer)}
      ${this.#text('audience', 'audience', 'Audience', 'their aud', was?.audience)}
      <div class="field">
        <label for="verifier">They are checked with</label>
        <select
          id="verifier"
          @change=${(event: Event) => {
            this.verifier = (event.target as HTMLSelectElement).value as Verifier;
          }}
        >
          ${(Object.keys(VERIFIERS) as Verifier[]).map(
            (one) => html`<option value=${one} ?selected=${one === this.#verifier()}>${VERIFIERS[one]}</option>`,
          )}
        </select>
      </div>
      ${this.#verifier() === 'keys' ? this.#drawKeys() : this.#drawSecret()}
      <t-text-list
        id="body-attributes"
        label="What a page may say itself"
        hint="none: only what the token says counts"
        placeholder="screen"
        .begin=${was?.bodyAttributes ?? []}
        .fault=${this.faultOf('bodyAttributes')}
      ></t-text-list>`;
  }

  #drawKeys() {
    const was = this.#signed();
    const allowed = was?.jwksUrl === null || was === undefined ? ['RS256', 'ES256'] : was.algorithms;
    const offered = [...new Set([...COMMON_ALGORITHMS, ...allowed])];
    const hint = 'https; an address that is not public must be in OUTBOUND_ALLOW';
    return html`${this.#text('jwks-url', 'jwksUrl', 'Address of the keys', hint, was?.jwksUrl ?? '')}
      <fieldset aria-describedby="algorithms-fault">
        <legend>Algorithms <span class="hint">any other is refused</span></legend>
        <div class="row">
          ${offered.map(
            (one) => html`<label class="row">
              <input type="checkbox" name="algorithm" value=${one} ?checked=${allowed.includes(one)} />${one}
            </label>`,
          )}
        </div>
        <span class="fault" id="algorithms-fault">${this.faultOf('algorithms') ?? nothing}</span>
      </fieldset>`;
  }

  #drawSecret() {
    const isKept = (this.#signed()?.secretSetAt ?? null) !== null;
    const fault = this.faultOf('secret');
    const hint = isKept ? 'empty: the stored one stays' : '32 bytes or more; stored sealed, and shown to nobody';
    return html`<div class="field">
      <label for="context-secret">Secret <span class="hint">${hint}</span></label>
      <input
        id="context-secret"
        name="context-secret"
        type="password"
        autocomplete="new-password"
        maxlength="1024"
        ?required=${!isKept}
        aria-invalid=${fault !== undefined}
        aria-describedby="context-secret-fault"
      />
      <span class="fault" id="context-secret-fault">${fault ?? nothing}</span>
    </div>`;
  }

  #text(id: string, name: string, label: string, hint: string, value = '') {
    const fault = this.faultOf(name);
    return html`<div class="field">
      <label for=${id}>${label} <span class="hint">${hint}</span></label>
      <input
        id=${id}
        name=${id}
        .defaultValue=${value}
        maxlength="2000"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        required
        aria-invalid=${fault !== undefined}
        aria-describedby="${id}-fault"
      />
      <span class="fault" id="${id}-fault">${fault ?? nothing}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-context-fields': ContextFields;
  }
}
