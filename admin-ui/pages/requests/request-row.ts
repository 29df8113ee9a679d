import type { RequestSummary } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { tellDirection } from '../../parts/change-words.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { KINDS, sumNeeds, tellState } from './tell-request.ts';

/** One request in a list: what is asked for, where, by whom, and what it waits for. */
@customElement('t-request-row')
export class RequestRow extends LitElement {
  static override styles = [
    base,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.2rem 1rem;
        padding: 0.65rem 0.9rem;
      }
      h2 {
        font-size: var(--text);
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      h2 a {
        color: inherit;
        text-decoration: none;
      }
      h2 a:hover,
      h2 a:focus-visible {
        text-decoration: underline;
      }
      .title,
      .facts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.6rem;
        min-width: 0;
      }
      .facts {
        color: var(--quiet);
        font-size: var(--small);
      }
      .facts > * {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .reason {
        color: var(--ink);
      }
      .waits {
        font-size: var(--small);
        overflow-wrap: anywhere;
      }
      .given {
        grid-area: 1 / 2 / span 3;
        align-self: center;
        display: grid;
        justify-items: end;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      @media (max-width: 720px) {
        article {
          grid-template-columns: minmax(0, 1fr);
          padding: 0.65rem 0.7rem;
        }
        .given {
          grid-area: auto;
          display: flex;
          gap: 0.3rem;
          align-items: baseline;
        }
      }
    `,
  ];

  @property() project = '';
  @property() environment = '';
  @property({ attribute: false }) request!: RequestSummary;

  override render() {
    const { request } = this;
    const state = tellState(request);
    const address = writeRoute('request', { project: this.project, request: request.id }, { env: this.environment });
    return html`<article aria-label=${request.title}>
      <div class="title">
        <h2><a href=${address}>${request.title}</a></h2>
        <span class="tag ${state.tone}">${state.words}</span>
        ${request.kind === 'change' ? nothing : html`<span class="tag">${KINDS[request.kind]}</span>`}
      </div>
      <div class="facts">
        ${request.environments.map((key) => this.#drawPlace(key))}
        <span>asked <t-ago .at=${request.createdAt}></t-ago> by ${request.createdByName ?? request.createdBy}</span>
        <span class="reason">${request.reason}</span>
      </div>
      ${request.waits === null ? nothing : html`<p class="waits quiet">${request.waits}</p>`}
      ${this.#drawGiven()}
    </article>`;
  }

  #drawPlace(key: string) {
    const way = this.request.directions[key];
    if (way === undefined) return html`<span class="tag">${key}</span>`;
    const { sign, word, why } = tellDirection(way);
    return html`<span class="tag ${way === 'growing' ? 'warn' : ''}" title=${why}
      >${key} <span aria-hidden="true">${sign}</span> ${word}</span
    >`;
  }

  #drawGiven() {
    const { needs, state } = this.request;
    const { given, needed } = sumNeeds(needs);
    if (needed === 0 || (state !== 'open' && state !== 'expired')) return nothing;
    return html`<span class="given"
      ><span><strong>${given}</strong> of ${needed}</span>
      <span class="quiet small">${needed === 1 ? 'approval' : 'approvals'}</span></span
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-request-row': RequestRow;
  }
}
