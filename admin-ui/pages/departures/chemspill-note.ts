import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { tellActor } from '../../parts/change-words.ts';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import type { Platform } from './departure-flows.ts';
import { mayDepart } from './may-depart.ts';
import './postmortem-form.ts';
import { nameOf } from './tell-departure.ts';

/** Of an emergency: who began it and why, who agreed, and the postmortem that it owes. */
@customElement('t-chemspill-note')
export class ChemspillNote extends LitElement {
  static override styles = [
    base,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
        padding: 0.75rem 1rem;
        border-left: 3px solid var(--warn);
      }
      q,
      .text {
        unicode-bidi: isolate;
        overflow-wrap: anywhere;
      }
      q {
        font-weight: 600;
      }
      .text {
        white-space: pre-line;
        max-width: 68ch;
      }
    `,
  ];

  @property({ attribute: false }) at!: Platform;

  override willUpdate(): void {
    this.hidden = this.at.departure.chemspill === null;
  }

  async #write(): Promise<void> {
    const { project, departure } = this.at;
    const form = document.createElement('t-postmortem-form');
    Object.assign(form, { project, departure });
    const after = await form.open();
    if (after === undefined) return;
    tell(`The postmortem of ${nameOf(departure)} is written down.`);
    this.dispatchEvent(new CustomEvent('changed', { detail: after }));
  }

  override render() {
    const { chemspill } = this.at.departure;
    if (chemspill === null) return nothing;
    const { by, byName, reason } = chemspill;
    return html`<section class="card" aria-label="The emergency">
      <p>Begun by ${tellActor({ actor: by, actorName: byName })}: <q>${reason}</q></p>
      <p>${this.#drawAgreed(chemspill)}</p>
      ${this.#drawPostmortem(chemspill)}
    </section>`;
  }

  #drawAgreed({ breakGlass, secondBy, request }: NonNullable<Platform['departure']['chemspill']>) {
    const { project, departure } = this.at;
    if (breakGlass)
      return html`<span class="tag warn">glass broken</span> Nobody else was asked. Everybody who could have approved was told.`;
    if (secondBy.length > 0)
      return html`Agreed to by ${secondBy.map(({ actor, name: actorName }) => tellActor({ actor, actorName })).join(', ')}.`;
    const href =
      request === null ? '' : writeRoute('request', { project: project.key, request }, { env: departure.environment });
    return html`<strong>It waits for a second person.</strong>
      ${request === null ? nothing : html`<a href=${href}>Where they agree</a>`}`;
  }

  #drawPostmortem({ postmortem, postmortemDue }: NonNullable<Platform['departure']['chemspill']>) {
    const { departure, environment } = this.at;
    if (postmortem !== null) {
      const { url, text, at, by, byName } = postmortem;
      return html`<h2>Postmortem</h2>
        <p class="text">${text}</p>
        <p class="quiet small">
          ${tellActor({ actor: by, actorName: byName })}, <t-ago .at=${at}></t-ago>
          ${url !== null && /^https?:\/\//i.test(url) ? html`· <a href=${url} rel="noreferrer noopener" target="_blank">more of it</a>` : nothing}
        </p>`;
    }
    if (!departure.may.includes('postmortem'))
      return html`<p class="quiet small">A postmortem is owed once it is over, until ${sayMoment(postmortemDue)}.</p>`;
    const may = mayDepart(environment, 'postmortem');
    return html`<p class="row">
      <strong>A postmortem is owed until ${sayMoment(postmortemDue)}.</strong>
      <button aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void this.#write()}>
        Write the postmortem
      </button>
    </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-chemspill-note': ChemspillNote;
  }
}
