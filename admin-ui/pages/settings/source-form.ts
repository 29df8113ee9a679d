import type { RequestSummary, SourceAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { requireFree } from './require-free.ts';
import { type WantedSource, wishForSource } from './source-wish.ts';

type AuthKind = SourceAnswer['auth']['kind'];
const AUTH: Record<AuthKind, string> = {
  none: 'nobody asks who it is',
  bearer: 'a token (Authorization: Bearer)',
  basic: 'a name and a password',
};

/** What came of the form: a source, or that a second administrator is asked. */
export type StoredSource = { source: SourceAnswer } | { request: RequestSummary };

/** A new source, or another address or secret of one. A secret goes in and never comes out. */
@customElement('t-source-form')
export class SourceForm extends FormDialog<StoredSource> {
  /** Below which the project is. */
  @property({ attribute: false }) path = '';
  /** The source that is changed; undefined where one is made. */
  @property({ attribute: false }) source: SourceAnswer | undefined;
  @state() private auth: AuthKind | undefined;
  @state() private newer: SourceAnswer | undefined;
  /** What was typed when a second administrator had to agree to it. */
  @state() private refused: WantedSource | undefined;

  protected words() {
    const lead =
      'A Prometheus that this server reaches. Addresses that are not public must be allowed at its start (OUTBOUND_ALLOW).';
    const confirm = this.refused === undefined ? 'Change it' : 'Ask a second administrator';
    if (this.source !== undefined) return { title: `Change ${this.source.key}`, lead, confirm };
    return { title: 'New source', lead, confirm: 'Add it' };
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as SourceAnswer;
  }

  protected drawFields() {
    const { source } = this;
    const auth = this.auth ?? source?.auth.kind ?? 'none';
    return html`<div class="parts" @input=${this.#forgetRefused}>
        ${source === undefined ? this.field('key', 'Key', { hint: 'how guards name it: prometheus', required: true, focus: true, longest: 128 }) : nothing}
        ${this.field('url', 'Address', {
          ...{ value: source?.url ?? '', hint: 'https://prometheus.example.com', required: true, longest: 2_000 },
          focus: source !== undefined,
        })}
        <div class="field">
          <label for="auth">It is asked with</label>
          <select
            id="auth"
            name="auth"
            @change=${(event: Event) => {
              this.auth = (event.target as HTMLSelectElement).value as AuthKind;
            }}
          >
            ${(Object.keys(AUTH) as AuthKind[]).map((kind) => html`<option value=${kind} ?selected=${kind === auth}>${AUTH[kind]}</option>`)}
          </select>
        </div>
        ${auth === 'basic' ? this.field('user', 'Name', { value: source?.auth.kind === 'basic' ? source.auth.user : '', required: true }) : nothing}
        ${auth === 'none' ? nothing : this.#drawSecret(auth)}
      </div>
      ${this.reasonField(this.refused !== undefined)} ${this.#drawWish()}
      ${this.newer === undefined ? nothing : html`<p class="small">Somebody changed it meanwhile. Ask again, and yours is put in its place.</p>`}`;
  }

  /** What is typed after that may be anybody's to write: it is tried anew. */
  #forgetRefused = () => {
    this.refused = undefined;
  };

  /** What is asked for says what becomes of the secret before it is asked for. */
  #drawWish() {
    if (this.source === undefined || this.refused === undefined) return nothing;
    const { says } = wishForSource(this.source, this.refused);
    return html`<p class="small">A second administrator can agree: the request carries this address. ${says ?? nothing}</p>`;
  }

  #drawSecret(auth: 'bearer' | 'basic') {
    const word = auth === 'bearer' ? 'Token' : 'Password';
    const isKept = this.source?.auth.kind === auth;
    const stored = isKept ? 'empty: the stored one stays' : 'stored sealed, and shown to nobody';
    const hint = this.refused === undefined ? stored : 'not in the request';
    const fault = faultAt(this.refusal, 'auth');
    return html`<div class="field">
      <label for="secret"
        >${word} <span class="hint">${hint}</span></label
      >
      <input
        id="secret"
        name="secret"
        type="password"
        autocomplete="new-password"
        maxlength="8192"
        ?required=${!isKept && this.refused === undefined}
        aria-invalid=${fault !== undefined}
        aria-describedby="secret-fault"
      />
      <span class="fault" id="secret-fault">${fault ?? nothing}</span>
    </div>`;
  }

  protected async submit(fields: FormData): Promise<StoredSource> {
    const { source, path } = this;
    const text = (name: string) => textIn(fields, name);
    const key = source?.key ?? text('key') ?? '';
    const sources = `${path}/sources`;
    if (source === undefined) await requireFree(sources, 'source', key);
    const { url, auth, secret, reason } = readFields(fields);
    const wanted = { url, auth, hasSecret: secret !== undefined };
    if (source && this.refused) return this.#ask(source, wanted, reason);
    const field = { none: {}, bearer: { token: secret }, basic: { password: secret } }[auth.kind];
    const body = { kind: 'prometheus', url, auth: { ...auth, ...field }, reason };
    const version = this.newer?.version ?? source?.version ?? '*';
    try {
      return await send<{ source: SourceAnswer }>(`${sources}/${encodeURIComponent(key)}`, {
        ...{ method: 'PUT', version, body },
      });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'approval_required') this.refused = wanted;
      throw error;
    }
  }

  /** Exactly this address; whoever approves reads why. */
  #ask(source: SourceAnswer, wanted: WantedSource, reason: string | undefined): Promise<StoredSource> {
    const { title, items } = wishForSource(this.newer ?? source, wanted);
    return send<{ request: RequestSummary }>(`${this.path}/requests`, {
      method: 'POST',
      body: { title, reason, items },
    });
  }
}

function readFields(fields: FormData) {
  const text = (name: string) => textIn(fields, name);
  const kind = text('auth') as AuthKind;
  const auth: WantedSource['auth'] = kind === 'basic' ? { kind, user: text('user') ?? '' } : { kind };
  return { url: text('url') ?? '', auth, secret: text('secret'), reason: text('reason') };
}

declare global {
  interface HTMLElementTagNameMap {
    't-source-form': SourceForm;
  }
}
