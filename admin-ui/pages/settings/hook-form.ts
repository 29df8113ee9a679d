import type { HookAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { Here } from '../../client/here.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { SOURCES } from './hook-words.ts';
import { pickTouched } from './pick-touched.ts';
import type { TextList } from './text-list.ts';
import './text-list.ts';

export interface MadeHook {
  hook: HookAnswer;
  /** Null where nothing was made: an edit shows none. */
  secret: string | null;
}

/** A new hook, or what is to be changed of one: who sends, and how they prove it, stays as it was made. */
@customElement('t-hook-form')
export class HookForm extends FormDialog<MadeHook> {
  @property({ attribute: false }) here!: Here;
  /** The hook that is changed; undefined where one is made. */
  @property({ attribute: false }) hook: HookAnswer | undefined;
  @state() private source: HookAnswer['source'] = 'alertmanager';
  @state() private newer: HookAnswer | undefined;
  @query('#flags') private flags!: TextList;
  @query('#tags') private tags!: TextList;

  protected words() {
    if (this.hook) return { title: `Change ${this.hook.name}`, confirm: 'Change it' };
    return {
      title: 'New hook',
      lead: 'Alerts that come in by it trip the guards of rollouts that listen to them: of the flags that it lists, where it lists them. More than that it does only where you allow it.',
      confirm: 'Make the hook',
    };
  }

  protected drawFields() {
    const { hook } = this;
    return html`${this.field('name', 'Name', { value: hook?.name ?? '', hint: 'what sends to it', required: true, focus: true })}
    ${hook === undefined ? this.#drawSource() : nothing} ${this.#drawPlaces()} ${this.#drawActions()} ${this.#drawFlags()}
    ${this.field('maxFlipsPerHour', 'Kills an hour', {
      value: String(hook?.maxFlipsPerHour ?? 3),
      hint: 'one more opens an incident instead',
      required: true,
      longest: 4,
    })}
    ${this.reasonField()}
    ${this.newer === undefined ? nothing : html`<p class="fault">Somebody changed it meanwhile. Save again to put yours over it.</p>`}`;
  }

  #drawSource() {
    return html`<fieldset>
        <legend>Who sends</legend>
        ${(Object.keys(SOURCES) as HookAnswer['source'][]).map(
          (key) => html`<label class="choice">
            <input
              type="radio"
              name="source"
              value=${key}
              ?checked=${key === this.source}
              @change=${() => {
                this.source = key;
              }}
            />
            <span>${key === 'alertmanager' ? 'Alertmanager' : 'Something else'}</span>
            <span class="about">
              ${key === 'alertmanager' ? 'It sends its token as Authorization: Bearer.' : 'A script, another monitor: JSON, signed or with a token.'}
            </span>
          </label>`,
        )}
      </fieldset>
      ${
        this.source === 'alertmanager'
          ? nothing
          : html`<div class="field">
              <label for="auth">How it proves who it is</label>
              <select id="auth" name="auth">
                <option value="hmac">It signs each body (HMAC-SHA-256)</option>
                <option value="bearer">It sends a token</option>
              </select>
            </div>`
      }`;
  }

  #drawPlaces() {
    const named = this.hook?.environments ?? [];
    const fault = faultAt(this.refusal, 'environments');
    return html`<fieldset aria-describedby="environments-fault">
      <legend>Where it counts, and may act</legend>
      <div class="row">
        ${this.here.project.environments.map(
          ({ key, name }) => html`<label class="row">
            <input type="checkbox" name="environment" value=${key} ?checked=${named.includes(key)} />${name}
          </label>`,
        )}
      </div>
      <span class="fault" id="environments-fault">${fault ?? nothing}</span>
    </fieldset>`;
  }

  #drawActions() {
    const now = this.hook?.actions ?? [];
    return html`<fieldset>
      <legend>What it may do besides</legend>
      <label class="choice">
        <input type="checkbox" name="action" value="kill" ?checked=${now.includes('kill')} /><span>Kill</span>
        <span class="about">The flag that the label turnout_flag names, where it is listed below and allows it.</span>
      </label>
      <label class="choice">
        <input type="checkbox" name="action" value="incident" ?checked=${now.includes('incident')} /><span>Open incidents</span>
        <span class="about">Rollouts with what it names stand while one is open.</span>
      </label>
    </fieldset>`;
  }

  #drawFlags() {
    const { flags } = flagIndex.value;
    return html`<t-text-list
        id="flags"
        label="Flags that it may touch"
        hint="and whose guards it trips: none unless listed here or below"
        .begin=${this.hook?.flags ?? []}
        .offered=${flags.map(({ key }) => key)}
        .fault=${faultAt(this.refusal, 'flags')}
      ></t-text-list>
      <t-text-list
        id="tags"
        label="And all flags with one of these tags"
        .begin=${this.hook?.tags ?? []}
        .offered=${[...new Set(flags.flatMap((flag) => flag.tags))].sort()}
        .fault=${faultAt(this.refusal, 'tags')}
      ></t-text-list>`;
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as HookAnswer;
  }

  protected async submit(fields: FormData): Promise<MadeHook> {
    const { hook } = this;
    const path = `/projects/${encodeURIComponent(this.here.project.key)}/hooks`;
    const given = {
      name: textIn(fields, 'name'),
      environments: fields.getAll('environment').map(String),
      actions: fields.getAll('action').map(String),
      flags: this.flags.take(),
      tags: this.tags.take(),
      maxFlipsPerHour: Number(textIn(fields, 'maxFlipsPerHour')),
    };
    const reason = textIn(fields, 'reason');
    if (hook === undefined) {
      const how = { source: this.source, auth: textIn(fields, 'auth') };
      return send<MadeHook>(path, { method: 'POST', body: { ...given, ...how, reason } });
    }
    const { version } = this.newer ?? hook;
    // What was not touched is not sent, so that nothing of somebody else's is put back.
    const body = { ...pickTouched({ ...hook }, given), reason };
    const changed = await send<{ hook: HookAnswer }>(`${path}/${hook.id}`, { method: 'PATCH', version, body });
    return { hook: changed.hook, secret: null };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-hook-form': HookForm;
  }
}
