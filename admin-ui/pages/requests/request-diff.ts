import type { WholeRequest } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isProduction, type MyEnvironment } from '../../client/me.ts';
import { tellDirection } from '../../parts/change-words.ts';
import '../../parts/diff-view.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { type ToldDiff, tellDiff } from './tell-diff.ts';

const HEADS = { flag: 'Flag', segment: 'Segment', rollout: 'Rollout of' } as const;

/** What a request comes to, environment by environment: in words, and as it is served. */
@customElement('t-request-diff')
export class RequestDiff extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      section {
        padding: 0.75rem 1rem;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.6rem;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.3rem 0.6rem;
      }
      .thing {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.3rem;
        padding-top: 0.5rem;
        border-top: 1px solid var(--line);
      }
      h4 {
        margin: 0;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 0.3rem;
      }
      li {
        display: grid;
        grid-template-columns: 9rem minmax(0, 1fr);
        gap: 0.1rem 0.75rem;
      }
      li > * {
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      del {
        color: var(--quiet);
        background: var(--removed);
        text-decoration: none;
        padding: 0 0.25rem;
      }
      ins {
        background: var(--added);
        text-decoration: none;
        padding: 0 0.25rem;
      }
      summary {
        cursor: pointer;
        color: var(--link);
        font-size: var(--small);
        width: fit-content;
        min-height: 1.5rem;
      }
      @media (max-width: 720px) {
        section {
          padding: 0.75rem;
        }
        li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) request!: Pick<WholeRequest, 'diff' | 'directions'>;
  @property({ attribute: false }) environments: readonly MyEnvironment[] = [];

  override render() {
    const { diff } = this.request;
    const places = Object.keys(diff);
    const empty = Object.values(diff).every((one) => tellDiff(one).length === 0);
    if (empty) return html`<p class="quiet">Nothing that is served becomes another by it.</p>`;
    return html`${places.map((key) => this.#drawPlace(key))}`;
  }

  #drawPlace(key: string) {
    const diff = this.request.diff[key];
    const told = diff === undefined ? [] : tellDiff(diff);
    const environment = this.environments.find((one) => one.key === key);
    const way = tellDirection(this.request.directions[key] ?? null);
    const grows = this.request.directions[key] === 'growing';
    return html`<section class="card" aria-label="In ${environment?.name ?? key}">
      <div class="head">
        <h3>${environment?.name ?? key}</h3>
        ${environment && isProduction(environment) ? html`<span class="tag production">production</span>` : nothing}
        <span class="tag ${grows ? 'warn' : ''}"><span aria-hidden="true">${way.sign}</span>${way.word}</span>
        <span class="quiet small">${way.why}</span>
      </div>
      ${told.length === 0 ? html`<p class="quiet">Users get the same as now here.</p>` : told.map((one) => this.#drawThing(one, key))}
    </section>`;
  }

  #drawThing({ kind, key, changes, before, after }: ToldDiff, env: string) {
    const address =
      kind === 'segment'
        ? writeRoute('segment', { project: this.project, segment: key }, { env })
        : writeRoute('flag', { project: this.project, flag: key }, { env });
    return html`<div class="thing">
      <h4>${HEADS[kind]} <a class="mono" href=${address}>${key}</a></h4>
      <ul>
        ${changes.map(
          ({ title, was, is }) => html`<li>
            <strong>${title}</strong>
            <span
              >${was === undefined ? html`<span class="tag on">new</span>` : html`<del><span class="sr">was </span>${was}</del>`}
              <span aria-hidden="true">→</span>
              ${is === undefined ? html`<span class="tag warn">taken out</span>` : html`<ins><span class="sr">becomes </span>${is}</ins>`}</span
            >
          </li>`,
        )}
      </ul>
      <details>
        <summary>As JSON</summary>
        <t-diff .was=${before} .now=${after}></t-diff>
      </details>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-request-diff': RequestDiff;
  }
}
