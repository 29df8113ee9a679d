import type { MetricAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { send } from '../../client/send-request.ts';
import { FormDialog } from './form-dialog.ts';
import { faultAt, textIn } from './form-fields.ts';
import { METRIC_KINDS } from './metric-words.ts';
import { requireFree } from './require-free.ts';

/** A new metric, or another definition of one. */
@customElement('t-metric-form')
export class MetricForm extends FormDialog<MetricAnswer> {
  @property({ attribute: false }) path = '';
  /** The metric that is changed; undefined where one is made. */
  @property({ attribute: false }) metric: MetricAnswer | undefined;
  /** Whether a guard goes by it: what decides a verdict then stays. */
  @property({ attribute: false }) isNamed = false;
  @state() private kind: MetricAnswer['kind'] | undefined;
  @state() private newer: MetricAnswer | undefined;

  protected words() {
    const { metric } = this;
    if (metric === undefined) return { title: 'New metric', confirm: 'Define it' };
    const lead = this.isNamed
      ? 'Guards go by it, so its kind, event, cap and source stay: define another metric for anything else.'
      : '';
    return { title: `Change ${metric.key}`, ...(lead === '' ? {} : { lead }), confirm: 'Change it' };
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as MetricAnswer;
  }

  protected drawFields() {
    const { metric } = this;
    const kind = this.kind ?? metric?.kind ?? 'rate';
    return html`${metric === undefined ? this.field('key', 'Key', { hint: 'how guards name it: checkout.error', required: true, focus: true, longest: 128 }) : nothing}
      ${this.#drawKinds(kind)}
      ${this.field('event', 'Event', {
        ...{ value: metric?.event ?? '', hint: 'as apps track it', required: true, longest: 128 },
        focus: metric !== undefined,
      })}
      ${kind === 'ratio' ? this.field('denominator', 'Over the event', { value: metric?.denominator ?? '', required: true, longest: 128 }) : nothing}
      ${kind === 'mean' ? this.field('cap', 'Cap', { value: String(metric?.cap ?? ''), hint: 'larger values count as this', required: true, longest: 20 }) : nothing}
      ${kind === 'rate' ? nothing : this.field('unit', 'Unit', { value: metric?.unit ?? '', hint: 'ms, EUR', longest: 40 })}
      ${this.#drawChoice('direction', 'Worse is', metric?.direction ?? 'up', { up: 'more of it', down: 'less of it' })}
      ${this.#drawChoice('source', 'Comes from', metric?.source ?? 'server', {
        server: 'servers: it may decide everything',
        client: 'clients: they hold or pause; more only with signed contexts, and never where protected',
      })}
      ${this.reasonField()} ${this.newer === undefined ? nothing : html`<p class="small">Somebody changed it meanwhile. Ask again, and yours is put in its place.</p>`}`;
  }

  #drawKinds(chosen: MetricAnswer['kind']) {
    return html`<fieldset>
      <legend>Kind</legend>
      ${(Object.keys(METRIC_KINDS) as MetricAnswer['kind'][]).map(
        (kind) => html`<label class="choice">
          <input
            type="radio"
            name="kind"
            value=${kind}
            .checked=${kind === chosen}
            @change=${() => {
              this.kind = kind;
            }}
          />
          <span>${METRIC_KINDS[kind].name}</span>
          <span class="about">${METRIC_KINDS[kind].means}</span>
        </label>`,
      )}
    </fieldset>`;
  }

  #drawChoice(name: string, label: string, chosen: string, choices: Record<string, string>) {
    const fault = faultAt(this.refusal, name);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select id=${name} name=${name} aria-invalid=${fault !== undefined}>
        ${Object.entries(choices).map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
      ${fault === undefined ? nothing : html`<span class="fault">${fault}</span>`}
    </div>`;
  }

  protected async submit(fields: FormData): Promise<MetricAnswer> {
    const { metric, path } = this;
    const key = metric?.key ?? textIn(fields, 'key') ?? '';
    if (metric === undefined) await requireFree(path, 'metric', key);
    const text = (name: string) => textIn(fields, name);
    const cap = text('cap');
    const body = {
      ...{ kind: text('kind'), event: text('event') ?? '', direction: text('direction'), source: text('source') },
      ...{ unit: text('unit') ?? '', denominator: text('denominator'), reason: text('reason') },
      ...(cap === undefined ? {} : { cap: Number(cap.replace(',', '.')) }),
    };
    const version = this.newer?.version ?? metric?.version ?? '*';
    const sending = { method: 'PUT', version, body } as const;
    return (await send<{ metric: MetricAnswer }>(`${path}/${encodeURIComponent(key)}`, sending)).metric;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-metric-form': MetricForm;
  }
}
