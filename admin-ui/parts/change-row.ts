import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isProduction, type MyProject } from '../client/me.ts';
import { writeRoute } from '../shell/route.ts';
import { base } from '../styles/base.ts';
import { flagOf, type ToldChange, tellActor, tellDirection } from './change-words.ts';
import './relative-time.ts';
import { spellMarks } from './spell-marks.ts';
import { mayUndoHere, undoFlow } from './undo-flow.ts';

/**
 * One change in a list: what it did, who, when, why, which way it went in which environment, and the way back. What is
 * put inside it stands below, for pages that show more.
 */
@customElement('t-change-row')
export class ChangeRow extends LitElement {
  static override styles = [
    base,
    css`
      .change {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.1rem 1rem;
        padding: 0.55rem 0.9rem;
      }
      .what {
        font-weight: 550;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .what a {
        color: inherit;
        text-decoration: none;
      }
      .what a:hover,
      .what a:focus-visible {
        text-decoration: underline;
      }
      .meta {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.6rem;
        color: var(--quiet);
        font-size: var(--small);
      }
      .meta > * {
        overflow-wrap: anywhere;
        min-width: 0;
        unicode-bidi: isolate;
      }
      .reason {
        color: var(--ink);
      }
      .tag .sign {
        font-weight: 700;
      }
      .side {
        grid-row: span 2;
        display: flex;
        align-items: center;
        gap: 0.25rem;
      }
      @media (max-width: 720px) {
        .change {
          grid-template-columns: minmax(0, 1fr);
          padding: 0.6rem 0.7rem;
          gap: 0.3rem;
        }
        .side {
          grid-row: auto;
          order: 3;
        }
        .side button {
          margin-left: -0.75rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) change!: ToldChange;
  @property({ attribute: false }) project!: MyProject;
  /** Which environments are shown; undefined for all that it altered. */
  @property() environment: string | undefined;

  override render() {
    const { change, project } = this;
    const address = writeRoute('change', { project: project.key, change: String(change.id) });
    return html`<article class="change" aria-label="Change ${change.id}">
        <div class="what"><a href=${address}>${spellMarks(change.summary || `${change.action} of ${change.subject}`)}</a></div>
        <div class="side"><slot name="action">${this.#drawUndo()}</slot></div>
        ${this.#drawMeta()}
      </article>
      <slot></slot>`;
  }

  #drawMeta() {
    const { change } = this;
    return html`<div class="meta">
      <t-ago .at=${change.at}></t-ago>
      <span>${tellActor(change)}</span>
      ${change.environments.map((place) => this.#drawPlace(place))}
      ${change.killId === null ? nothing : html`<span class="tag killed" title="The kill ${change.killId}">kill ${change.killId.slice(0, 8)}</span>`}
      ${this.#drawUndoes()}
      ${change.overrode?.map(({ name }) => html`<span class="tag warn">in spite of the freeze “${name}”</span>`) ?? nothing}
      ${change.erased ? html`<span class="tag warn">erased</span>` : nothing}
      ${change.reason === null ? nothing : html`<span class="reason">“${spellMarks(change.reason)}”</span>`}
    </div>`;
  }

  #drawPlace({ key, direction }: ToldChange['environments'][number]) {
    const { sign, word, why } = tellDirection(direction);
    const place = this.project.environments.find((one) => one.key === key);
    const production = isProduction(place ?? { key, protected: false });
    return html`<span class="tag ${production ? 'production' : ''}" title=${why}>
      ${place?.name ?? key}<span class="sign" aria-hidden="true">${sign}</span><span class="sr">: ${word}</span>
    </span>`;
  }

  #drawUndoes() {
    const { undoes } = this.change;
    if (undoes === null) return nothing;
    const address = writeRoute('change', { project: this.project.key, change: String(undoes) });
    return html`<a href=${address}>undoes ${undoes}</a>`;
  }

  #drawUndo() {
    const may = mayUndoHere(this.change, this.project);
    // What has no way back at all needs no dead button in each row; the page of the change says why.
    if (!may.yes && flagOf(this.change.subject) === undefined) return nothing;
    return html`<button
      class="plain small"
      aria-disabled=${!may.yes}
      title=${may.yes ? 'Shows what it would put back, and asks' : (may.why ?? '')}
      @click=${() => void undoFlow(this.project, this.change)}
    >
      <wa-icon name="undo" aria-hidden="true"></wa-icon>Undo<span class="sr"> change ${this.change.id}</span>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-change-row': ChangeRow;
  }
}
