import type { IncidentAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Here } from '../../client/here.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { SEVERITIES, tellOpened, tellPlaces } from './tell-incident.ts';

/** One incident in a list. */
@customElement('t-incident-row')
export class IncidentRow extends LitElement {
  static override styles = [
    base,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.2rem;
        padding: 0.65rem 0.9rem;
      }
      .title,
      .facts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.6rem;
      }
      .facts {
        color: var(--quiet);
        font-size: var(--small);
      }
      h3,
      .facts > * {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      h3 a {
        color: inherit;
        text-decoration: none;
      }
      h3 a:hover,
      h3 a:focus-visible {
        text-decoration: underline;
      }
    `,
  ];

  @property({ attribute: false }) here!: Here;
  @property({ attribute: false }) incident!: IncidentAnswer;

  override render() {
    const { incident, here } = this;
    const { id, title, severity, state, openedAt, closedAt, reference, commander, places } = incident;
    const params = { project: here.project.key, incident: id };
    const nameOf = (key: string) => here.project.environments.find((one) => one.key === key)?.name ?? key;
    return html`<article aria-label=${title}>
      <div class="title">
        <h3><a href=${writeRoute('incident', params, { env: here.environment.key })}>${title}</a></h3>
        ${
          state === 'open'
            ? html`<span class="tag ${SEVERITIES[severity].tone}">${severity}</span>`
            : html`<span class="tag">${severity}, closed</span>`
        }
        ${reference === null ? nothing : html`<span class="tag">${reference}</span>`}
      </div>
      <div class="facts">
        <span>${tellPlaces(places, nameOf)}</span>
        <span>${tellOpened(incident)} <t-ago .at=${openedAt}></t-ago></span>
        ${closedAt === null ? nothing : html`<span>closed <t-ago .at=${closedAt}></t-ago></span>`}
        ${commander === null ? nothing : html`<span>led by ${commander.name ?? commander.id}</span>`}
      </div>
    </article>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-incident-row': IncidentRow;
  }
}
