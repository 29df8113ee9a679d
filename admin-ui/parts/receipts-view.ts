import type { FlipReceiptsShown } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.ts';
import './relative-time.ts';
import { tellWhy } from './why-words.ts';

type Laggard = FlipReceiptsShown['laggards'][number];

/** Who has put something in force: so many of so many, after how long, and by name who has not. */
@customElement('t-receipts')
export class ReceiptsView extends LitElement {
  static override styles = [
    base,
    css`
      .meter {
        font-size: 1.05rem;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      ul {
        margin: 0.25rem 0 0;
        padding-left: 1.1rem;
      }
      li,
      p {
        overflow-wrap: anywhere;
      }
      .behind {
        color: var(--warn);
      }
    `,
  ];

  @property({ attribute: false }) receipts: FlipReceiptsShown | undefined;

  override render() {
    const { receipts } = this;
    if (receipts === undefined) return nothing;
    const { live, reached, max, laggards, unknown, complete } = receipts;
    if (live === 0 && complete) return html`<p>No app was running when it was made, so nobody was waited for.</p>`;
    const took = max === null ? '' : ` · ${max} ms`;
    return html`<div class="stack">
      <p>
        <span class="meter ${reached < live ? 'behind' : ''}">${reached}/${live}${took}</span>
        <span class="quiet">${reached < live ? 'of the apps that were running have it' : 'apps have it: all that were running'}</span>
      </p>
      ${laggards.length === 0 ? nothing : drawLaggards(laggards, live - reached)}
      ${
        complete
          ? nothing
          : html`<p class="behind">
              Not all nodes could be asked${unknown.length > 0 ? html`: <code>${unknown.join(', ')}</code>` : nothing}.
              Apps that are connected to them are not counted.
            </p>`
      }
    </div>`;
  }
}

function drawLaggards(laggards: readonly Laggard[], missing: number) {
  const more = missing - laggards.length;
  return html`<div>
    <h3>Not yet</h3>
    <ul>
      ${laggards.map(
        ({ host, instance, why, environment, lastSeen }) => html`<li>
          <strong>${host}</strong> <span class="quiet mono">${instance.slice(0, 12)}</span> in ${environment}:
          ${tellWhy(why).words}; heard of <t-ago .at=${lastSeen}></t-ago>
        </li>`,
      )}
      ${more > 0 ? html`<li>and ${more} more</li>` : nothing}
    </ul>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-receipts': ReceiptsView;
  }
}
