import type { WholeIncidentAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { asRefusal } from '../../client/problem.ts';
import { requireMe } from '../../client/session.ts';
import { ask } from '../../parts/ask-dialog.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { entryPage } from '../../styles/entry-page.ts';
import '../releases/known-good-button.ts';
import '../releases/rollback-cards.ts';
import './incident-form.ts';
import { IncidentReading } from './incident-reading.ts';
import { incidentSheet } from './incident-sheet.ts';
import './incident-timeline.ts';
import { mayWrite, SEVERITIES, stillKilled, tellOpened, tellPlaces } from './tell-incident.ts';

/** One incident: what it is, who is at it, what was killed, and everything that was done meanwhile. */
@customElement('t-incident-page')
export class IncidentPage extends LitElement {
  static override styles = [base, entryPage, incidentSheet];

  @property() project = '';
  @property() incident = '';
  @state() private noting = false;
  @query('#note') private note!: HTMLTextAreaElement;
  readonly #here = followHere(this);
  readonly #reading = new IncidentReading(this);

  override willUpdate(): void {
    this.#reading.follow(this.project, this.incident);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { incident, refusal } = this.#reading;
    return html`<div class="page">
      ${incident === undefined ? html`<h1>Incident</h1>` : this.#drawHead(here, incident)}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${incident === undefined ? this.#drawReading() : this.#drawWhole(here, incident)}
    </div>`;
  }

  #drawReading() {
    return this.#reading.refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`;
  }

  #drawHead({ project }: Here, incident: WholeIncidentAnswer) {
    const { title, severity, state: now, openedAt, closedAt, reference, commander, places, people } = incident;
    const nameOf = (key: string) => project.environments.find((one) => one.key === key)?.name ?? key;
    return html`<header>
      <div class="title">
        <h1>${title}</h1>
        <span class="tag ${now === 'open' ? 'warn' : ''}">${now}</span>
        <span class="tag ${now === 'open' ? SEVERITIES[severity].tone : ''}">${severity}</span>
        ${reference === null ? nothing : html`<span class="tag">${reference}</span>`}
      </div>
      <p>${tellPlaces(places, nameOf)}</p>
      <div class="facts">
        <span>${tellOpened(incident)} <t-ago .at=${openedAt}></t-ago></span>
        ${closedAt === null ? nothing : html`<span>closed <t-ago .at=${closedAt}></t-ago></span>`}
        <span>${commander === null ? 'nobody leads it' : `led by ${commander.name ?? commander.id}`}</span>
        <span>at it: ${people.length === 0 ? 'nobody yet' : people.map(({ name, actor }) => name ?? actor).join(', ')}</span>
      </div>
      ${
        now === 'open'
          ? html`<p class="note">While it is open, no rollout goes on with what it names. Killing, and turning off, work as ever.</p>`
          : nothing
      }
    </header>`;
  }

  #drawWhole(here: Here, incident: WholeIncidentAnswer) {
    return html`${this.#drawActs(here, incident)}
      <t-rollback-cards .project=${this.project}></t-rollback-cards>
      ${this.#drawKills(here, incident)} ${this.#drawNote(here)}
      <section>
        <h2>Timeline</h2>
        <t-incident-timeline
          .path=${`${this.#reading.path}/timeline`}
          .project=${here.project}
          .concerns=${(news: Parameters<IncidentReading['hears']>[0]) => this.#reading.hears(news)}
        ></t-incident-timeline>
      </section>`;
  }

  #drawActs(here: Here, incident: WholeIncidentAnswer) {
    const may = mayWrite(here.project);
    const me = requireMe().principal;
    const isIn = incident.people.some(({ actor }) => actor === (me.kind === 'root' ? 'root' : `${me.kind}:${me.id}`));
    const act = (words: string, run: () => Promise<void>, first = false) => html`<button
      class=${first && may.yes ? 'primary' : ''}
      aria-disabled=${!may.yes}
      title=${may.why ?? ''}
      @click=${() => may.yes && void run()}
    >
      ${words}
    </button>`;
    return html`<div class="row acts" role="group" aria-label="What can be done">
      ${incident.state === 'open' && !isIn ? act('Join', () => this.#do('join'), true) : nothing}
      ${incident.state === 'open' ? act('Close', () => this.#close(incident)) : act('Reopen', () => this.#do('reopen'))}
      ${act('Edit', () => this.#edit(here, incident))}
      ${incident.state === 'open' ? html`<t-known-good-button .here=${here}></t-known-good-button>` : nothing}
      ${may.yes ? nothing : html`<span class="quiet small">${may.why}</span>`}
    </div>`;
  }

  #drawKills({ environment }: Here, { kills }: WholeIncidentAnswer) {
    if (kills.length === 0) return nothing;
    return html`<section>
      <h2>Killed</h2>
      <ul class="card kills">
        ${kills.map(
          ({ flag, environment: at, at: when, by, reason, lifted }) => html`<li>
            <a class="mono" href=${writeRoute('flag', { project: this.project, flag }, { env: at || environment.key })}>${flag}</a>
            <span class="quiet">in ${at}</span>
            <span class="tag ${lifted ? '' : 'killed'}">${lifted ? 'restored' : 'killed'}</span>
            <span class="quiet small"><t-ago .at=${when}></t-ago> by ${by.name ?? by.actor}${reason === '' ? '' : `: ${reason}`}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #drawNote({ project }: Here) {
    const may = mayWrite(project);
    if (!may.yes) return nothing;
    return html`<form class="noting" @submit=${this.#write}>
      <label for="note">Note <span class="hint">what you see, and what you try: it stands in the timeline</span></label>
      <textarea id="note" rows="2" maxlength="10000" @keydown=${this.#press}></textarea>
      <div class="row">
        <button type="submit" ?disabled=${this.noting}>Write it down</button>
        <span class="quiet small">Ctrl Enter</span>
      </div>
    </form>`;
  }

  readonly #press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void this.#write(event);
  };

  readonly #write = async (event: Event) => {
    event.preventDefault();
    const text = this.note.value.trim();
    if (text === '' || this.noting) return this.note.focus();
    this.noting = true;
    // What could not be stored stays where it was typed.
    if (await this.#run('notes', { text }, 'It is written down.')) this.note.value = '';
    this.noting = false;
  };

  #do(verb: 'join' | 'reopen'): Promise<void> {
    const told = verb === 'join' ? 'You take part.' : 'It is open again.';
    return this.#run(verb, {}, told).then(() => undefined);
  }

  async #close(incident: WholeIncidentAnswer): Promise<void> {
    const left = stillKilled(incident);
    const body =
      left.length === 0
        ? 'Rollouts that stood for it go on once they are resumed, or by themselves where their policy says so.'
        : `Still killed: ${left.map(({ flag, environment }) => `${flag} in ${environment}`).join(', ')}. Closing restores none of them.`;
    const answer = await ask({ title: `Close “${incident.title}”?`, body, confirm: 'Close it', reason: 'optional' });
    if (answer === undefined) return;
    const { reason } = answer;
    await this.#run('close', reason === undefined ? {} : { reason }, 'It is closed.');
  }

  async #edit(here: Here, incident: WholeIncidentAnswer): Promise<void> {
    const form = document.createElement('t-incident-form');
    Object.assign(form, { here, incident });
    if ((await form.open()) !== undefined) await this.#reading.read();
  }

  async #run(verb: Parameters<IncidentReading['act']>[0], body: object, told: string): Promise<boolean> {
    try {
      await this.#reading.act(verb, body);
      tell(told);
      return true;
    } catch (error) {
      const { title, detail } = asRefusal(error).problem;
      tell(`${title}: ${detail}`, { tone: 'warn' });
      return false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-incident-page': IncidentPage;
  }
}
