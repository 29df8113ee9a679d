import type { IncidentAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { Here } from '../../client/here.ts';
import { send } from '../../client/send-request.ts';
import { requireMe } from '../../client/session.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import type { TextList } from '../settings/text-list.ts';
import '../settings/text-list.ts';
import { SEVERITIES, type Severity, writePlaces } from './tell-incident.ts';

/** Opens an incident by hand, or changes what is written of one. */
@customElement('t-incident-form')
export class IncidentForm extends FormDialog<IncidentAnswer> {
  @property({ attribute: false }) here!: Here;
  /** The incident that is changed; undefined where one is opened. */
  @property({ attribute: false }) incident: IncidentAnswer | undefined;
  @state() private newer: IncidentAnswer | undefined;
  @query('#flags') private flags!: TextList;

  protected words() {
    if (this.incident) return { title: `Change “${this.incident.title}”`, confirm: 'Change it' };
    return {
      title: 'Open an incident',
      lead: 'While it is open, no rollout goes on with a flag that it names, or in an environment that it names as a whole.',
      confirm: 'Open it',
    };
  }

  protected drawFields() {
    const { incident } = this;
    return html`${this.field('title', 'What happens', { value: incident?.title ?? '', required: true, focus: true })}
    ${this.#drawSeverity()} ${this.#drawPlaces()} ${this.#drawFlags()}
    ${this.field('reference', 'Called elsewhere', {
      value: incident?.reference ?? '',
      hint: 'such as OPS-1841; a kill that names it joins it',
    })}
    ${this.#drawLead()} ${this.reasonField()}`;
  }

  #drawSeverity() {
    const now = this.incident?.severity ?? 'major';
    return html`<fieldset>
      <legend>Severity</legend>
      ${(Object.keys(SEVERITIES) as Severity[]).map(
        (key) => html`<label class="choice">
          <input type="radio" name="severity" value=${key} ?checked=${key === now} />
          <span>${SEVERITIES[key].words}</span><span class="about">${SEVERITIES[key].says}</span>
        </label>`,
      )}
    </fieldset>`;
  }

  #drawPlaces() {
    const named = this.incident?.places.map(({ environment }) => environment) ?? [this.here.environment.key];
    const fault = faultAt(this.refusal, 'places');
    return html`<fieldset aria-describedby="places-fault">
      <legend>Where</legend>
      <div class="row">
        ${this.here.project.environments.map(
          ({ key, name }) => html`<label class="row">
            <input type="checkbox" name="environment" value=${key} ?checked=${named.includes(key)} />${name}
          </label>`,
        )}
      </div>
      <span class="fault" id="places-fault">${fault ?? nothing}</span>
    </fieldset>`;
  }

  #drawFlags() {
    const begin = this.incident?.places.flatMap(({ flag }) => (flag === null ? [] : [flag])) ?? [];
    return html`<t-text-list
      id="flags"
      label="Flags"
      hint="none: the environments as a whole"
      .begin=${[...new Set(begin)]}
      .offered=${flagIndex.value.flags.map(({ key }) => key)}
    ></t-text-list>`;
  }

  #drawLead() {
    const me = requireMe().principal;
    const leader = this.incident?.commander;
    const mine = leader?.id === me.id;
    if (me.kind !== 'person') return nothing;
    const fault = faultAt(this.refusal, 'commander');
    const other = leader && !mine ? ` It is ${leader.name ?? leader.id} now.` : '';
    return html`<div>
      <label class="row"><input type="checkbox" name="lead" ?checked=${mine} />I lead it</label>
      <span class="quiet small">${other}</span><span class="fault">${fault ?? nothing}</span>
    </div>`;
  }

  protected override takeNewer(current: unknown): void {
    this.newer = current as IncidentAnswer;
  }

  protected async submit(fields: FormData): Promise<IncidentAnswer> {
    const { incident } = this;
    const path = `/projects/${encodeURIComponent(this.here.project.key)}/incidents`;
    const environments = fields.getAll('environment').map(String);
    const body = {
      title: textIn(fields, 'title'),
      severity: textIn(fields, 'severity'),
      reference: textIn(fields, 'reference') ?? null,
      ...this.#places(environments, this.flags.take()),
      reason: textIn(fields, 'reason'),
      ...this.#leader(fields.has('lead')),
    };
    if (incident === undefined)
      return (await send<{ incident: IncidentAnswer }>(path, { method: 'POST', body })).incident;
    const { version } = this.newer ?? incident;
    const sending = { method: 'PATCH', version, body } as const;
    return (await send<{ incident: IncidentAnswer }>(`${path}/${incident.id}`, sending)).incident;
  }

  /** What was not touched is not sent: places that differ from environment to environment stay as they are. */
  #places(environments: string[], flags: string[]) {
    const { places } = this.incident ?? {};
    const was = (of: 'environment' | 'flag') => [...new Set(places?.flatMap((place) => place[of] ?? []))];
    const same = (a: readonly string[], b: readonly string[]) => [...a].sort().join() === [...b].sort().join();
    const isTouched = !same(was('environment'), environments) || !same(was('flag'), flags);
    return places === undefined || isTouched ? { places: writePlaces(environments, flags) } : {};
  }

  /** Somebody else who leads it goes on doing so until somebody takes it over. */
  #leader(mine: boolean) {
    const me = requireMe().principal;
    if (mine) return { commander: me.id };
    return this.incident?.commander?.id === me.id ? { commander: null } : {};
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-incident-form': IncidentForm;
  }
}
