import type { KeyAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import type { ContextFields } from './context-fields.ts';
import './context-fields.ts';
import { tellContext, touchContext } from './context-words.ts';
import { endOf } from './expiry.ts';
import { drawExpiry } from './expiry-field.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { type KeyKind, KINDS, tellLimits } from './key-words.ts';
import { pickTouched } from './pick-touched.ts';
import type { TextList } from './text-list.ts';
import './text-list.ts';

export interface MadeKey {
  key: KeyAnswer;
  secret: string | null;
}

/** A new key, or what is to be changed of one: its kind stays what it is. */
@customElement('t-key-form')
export class KeyForm extends FormDialog<MadeKey> {
  /** Below which its keys are. */
  @property({ attribute: false }) path = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  @property({ attribute: false }) kind: KeyKind = 'server';
  /** The key that is changed; undefined where one is made. */
  @property({ attribute: false }) key: KeyAnswer | undefined;
  @state() private ends = '';
  /** What somebody else made of it meanwhile. */
  @state() private newer: KeyAnswer | undefined;
  @query('t-context-fields') private contexts!: ContextFields | null;
  @query('#origins') private origins!: TextList | null;
  @query('#flags') private flags!: TextList | null;
  @query('#tags') private tags!: TextList | null;

  protected words() {
    const { key, kind, environment } = this;
    if (key !== undefined) return { title: `Change ${key.name}`, confirm: 'Change it' };
    const title = `New ${kind} key in ${environment.name}`;
    return { title, lead: KINDS[kind].may, confirm: 'Make the key' };
  }

  protected drawFields() {
    const { key, kind } = this;
    return html`${this.field('name', 'Name', {
      value: key?.name ?? '',
      hint: 'who holds it',
      required: true,
      focus: true,
    })}
    ${kind === 'client' ? this.#drawPages() : nothing} ${kind === 'kill' ? this.#drawLimits() : nothing}
    ${drawExpiry({
      chosen: this.ends,
      choose: (ends) => {
        this.ends = ends;
      },
      was: key?.expiresAt,
      fault: faultAt(this.refusal, 'expiresAt'),
    })}
    ${this.reasonField()} ${this.newer === undefined ? nothing : drawNewer(this.newer)}`;
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as KeyAnswer;
  }

  #drawPages() {
    return html`<t-text-list
      id="origins"
      label="Origins"
      hint="whose pages may use it; * is every page"
      placeholder="https://shop.example"
      .begin=${this.key?.origins ?? []}
        .fault=${faultAt(this.refusal, 'origins')}
      ></t-text-list>
      <t-context-fields
        .was=${this.key?.context ?? undefined}
        .faultOf=${(name: string) => faultAt(this.refusal, `context/${name}`)}
      ></t-context-fields>`;
  }

  #drawLimits() {
    const { flags } = flagIndex.value;
    const tags = [...new Set(flags.flatMap((flag) => flag.tags))].sort();
    return html`<t-text-list
        id="flags"
        label="Flags"
        hint="none: every flag"
        .begin=${this.key?.flags ?? []}
        .offered=${flags.map((flag) => flag.key)}
        .fault=${faultAt(this.refusal, 'flags')}
      ></t-text-list>
      <t-text-list
        id="tags"
        label="And all flags with one of these tags"
        .begin=${this.key?.tags ?? []}
        .offered=${tags}
        .fault=${faultAt(this.refusal, 'tags')}
      ></t-text-list>`;
  }

  protected async submit(fields: FormData): Promise<MadeKey> {
    const { key, kind, path } = this;
    const expiresAt = endOf(textIn(fields, 'ends'), textIn(fields, 'day'), new Date());
    const [given, reason] = [{ name: textIn(fields, 'name'), ...this.#limits(fields) }, textIn(fields, 'reason')];
    if (key === undefined) return send<MadeKey>(path, { method: 'POST', body: { kind, ...given, reason, expiresAt } });
    // What was not touched is not sent, so that nothing of somebody else's is put back by who changes a name.
    const end = textIn(fields, 'ends') === undefined ? {} : { expiresAt: expiresAt ?? null };
    const body = { ...pickTouched({ ...key }, given), ...end, reason };
    const sending = { method: 'PATCH', version: (this.newer ?? key).version, body } as const;
    const { key: changed } = await send<{ key: KeyAnswer }>(`${path}/${key.id}`, sending);
    return { key: changed, secret: null };
  }

  /** A list that is empty limits nothing: when made it is left out, and when changed it is taken away. */
  #limits(fields: FormData) {
    if (this.kind === 'client') {
      const context = this.contexts?.take(fields) ?? { mode: 'open' };
      return { origins: this.origins?.take() ?? [], context: touchContext(this.key?.context, context) };
    }
    if (this.kind !== 'kill') return {};
    const none = this.key === undefined ? undefined : null;
    const [flags = [], tags = []] = [this.flags?.take(), this.tags?.take()];
    return { flags: flags.length === 0 ? none : flags, tags: tags.length === 0 ? none : tags };
  }
}

function drawNewer(key: KeyAnswer) {
  return html`<p class="small">
    Now it is <strong>${key.name}</strong>, good for ${tellLimits(key)}${key.context === null ? '' : `, contexts ${tellContext(key.context)}`}. Ask again, and what you changed is put over that;
    the rest stays as it is there.
  </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-key-form': KeyForm;
  }
}
