import type { SourceAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { send } from '../../client/send-request.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { requireFree } from './require-free.ts';

type AuthKind = SourceAnswer['auth']['kind'];
const AUTH: Record<AuthKind, string> = {
  none: 'nobody asks who it is',
  bearer: 'a token (Authorization: Bearer)',
  basic: 'a name and a password',
};

/** A new source, or another address or secret of one. A secret goes in and never comes out. */
@customElement('t-source-form')
export class SourceForm extends FormDialog<SourceAnswer> {
  @property({ attribute: false }) path = '';
  /** The source that is changed; undefined where one is made. */
  @property({ attribute: false }) source: SourceAnswer | undefined;
  @state() private auth: AuthKind | undefined;
  @state() private newer: SourceAnswer | undefined;

  protected words() {
    const lead =
      'A Prometheus that this server reaches. Addresses that are not public must be allowed at its start (OUTBOUND_ALLOW).';
    if (this.source !== undefined) return { title: `Change ${this.source.key}`, lead, confirm: 'Change it' };
    return { title: 'New source', lead, confirm: 'Add it' };
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as SourceAnswer;
  }

  protected drawFields() {
    const { source } = this;
    const auth = this.auth ?? source?.auth.kind ?? 'none';
    return html`${source === undefined ? this.field('key', 'Key', { hint: 'how guards name it: prometheus', required: true, focus: true, longest: 128 }) : nothing}
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
      ${this.reasonField()} ${this.newer === undefined ? nothing : html`<p class="small">Somebody changed it meanwhile. Ask again, and yours is put in its place.</p>`}`;
  }

  #drawSecret(auth: 'bearer' | 'basic') {
    const word = auth === 'bearer' ? 'Token' : 'Password';
    const isKept = this.source?.auth.kind === auth;
    const fault = faultAt(this.refusal, 'auth');
    return html`<div class="field">
      <label for="secret"
        >${word} <span class="hint">${isKept ? 'empty: the stored one stays' : 'stored sealed, and shown to nobody'}</span></label
      >
      <input
        id="secret"
        name="secret"
        type="password"
        autocomplete="new-password"
        maxlength="8192"
        ?required=${!isKept}
        aria-invalid=${fault !== undefined}
        aria-describedby="secret-fault"
      />
      <span class="fault" id="secret-fault">${fault ?? nothing}</span>
    </div>`;
  }

  protected async submit(fields: FormData): Promise<SourceAnswer> {
    const { source, path } = this;
    const text = (name: string) => textIn(fields, name);
    const key = source?.key ?? text('key') ?? '';
    if (source === undefined) await requireFree(path, 'source', key);
    const secret = text('secret');
    const kind = text('auth') as AuthKind;
    const auth = {
      none: { kind },
      bearer: { kind, token: secret },
      basic: { kind, user: text('user') ?? '', password: secret },
    }[kind];
    const body = { kind: 'prometheus', url: text('url') ?? '', auth, reason: text('reason') };
    const version = this.newer?.version ?? source?.version ?? '*';
    const sending = { method: 'PUT', version, body } as const;
    return (await send<{ source: SourceAnswer }>(`${path}/${encodeURIComponent(key)}`, sending)).source;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-source-form': SourceForm;
  }
}
