import type { ReleaseAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { rowsAsCards } from '../../styles/rows-as-cards.ts';
import { releasesSheet } from './releases-sheet.ts';

type Item = ReleaseAnswer['items'][number];
const MOST = 100;

/** The flags of a release, and why each is known to be good, or why not. */
@customElement('t-release-flags')
export class ReleaseFlags extends LitElement {
  static override styles = [base, rowsAsCards, releasesSheet];

  @property() project = '';
  @property({ attribute: false }) release!: ReleaseAnswer;
  @state() private search = '';
  @state() private all = false;

  override render() {
    const { items, tag } = this.release;
    const found = items.filter(({ key }) => key.includes(this.search.trim().toLowerCase()));
    const shown = this.all ? found : found.slice(0, MOST);
    return html`<div class="stack">
      ${items.length > 10 ? this.#drawSearch() : nothing}
      ${
        shown.length === 0
          ? html`<p class="quiet">${items.length === 0 ? 'There was no flag.' : 'No flag of it is called that.'}</p>`
          : html`<div class="card list">
              <table aria-label="Flags of ${tag}">
                <thead>
                  <tr>
                    <th scope="col">Flag</th>
                    <th scope="col">State</th>
                    <th scope="col">Known good</th>
                    <th scope="col">Why</th>
                  </tr>
                </thead>
                <tbody>
                  ${repeat(
                    shown,
                    ({ key }) => key,
                    (item) => this.#drawRow(item),
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${shown.length < found.length ? html`<p><button @click=${this.#showAll}>Show all ${found.length}</button></p>` : nothing}
    </div>`;
  }

  #drawSearch() {
    return html`<input
      type="search"
      aria-label="Find a flag of it"
      placeholder="Find a flag"
      style="max-width: 20rem"
      .value=${this.search}
      @input=${(event: Event) => {
        this.search = (event.target as HTMLInputElement).value;
      }}
    />`;
  }

  #showAll(): void {
    this.all = true;
  }

  #drawRow({ key, state: how, killed, inFlight, good, because, served }: Item) {
    const { project } = this;
    const env = this.release.environment;
    return html`<tr>
      <td class="name">
        <a class="mono" href=${writeRoute('flag', { project, flag: key }, { env })} title="What it served: ${served}">${key}</a>
        ${
          inFlight === null
            ? nothing
            : html`<span class="under small"><a href=${writeRoute('rollout', { project, rollout: inFlight })}>was being rolled out</a>: kept as before it</span>`
        }
      </td>
      <td data-label="State"><span><span class="tag ${killed ? 'killed' : how === 'on' ? 'on' : ''}">${killed ? 'killed' : how}</span></span></td>
      <td data-label="Known good"><span>${good ? html`<span class="tag on">good</span>` : html`<span class="tag warn">not known good</span>`}</span></td>
      <td data-label="Why"><span class="small note">${because}</span></td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-release-flags': ReleaseFlags;
  }
}
