import type { WholeRequest } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { base } from '../../styles/base.ts';
import { shortHash, tellNeed } from './tell-request.ts';

/** Who must approve, who has, and to what exactly all of that is bound. */
@customElement('t-request-approvals')
export class RequestApprovals extends LitElement {
  static override styles = [
    base,
    css`
      .box {
        padding: 0.75rem 1rem;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 0.3rem;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.15rem 0.6rem;
      }
      li > * {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .met {
        color: var(--on);
      }
      .void {
        text-decoration: line-through;
        color: var(--quiet);
      }
    `,
  ];

  @property({ attribute: false }) request!: WholeRequest;

  override render() {
    const { needs, approvals, hash, kind, authors, appliesFrom } = this.request;
    return html`<div class="box card">
      ${
        needs.length === 0
          ? html`<p class="quiet">It needs no approval.</p>`
          : html`<ul aria-label="Needed">
              ${needs.map(
                (need) => html`<li>
                  <wa-icon
                    class=${need.missing === 0 ? 'met' : 'quiet'}
                    name=${need.missing === 0 ? 'check' : 'minus'}
                    aria-hidden="true"
                  ></wa-icon>
                  <span><strong>${tellNeed(need)}</strong></span>
                  <span class="quiet small">${need.missing === 0 ? 'given' : `${need.missing} missing`}</span>
                </li>`,
              )}
            </ul>`
      }
      ${
        approvals.length === 0
          ? html`<p class="quiet">Nobody has approved it yet.</p>`
          : html`<ul aria-label="Given">
              ${approvals.map(
                ({ person, at, counts, why }) => html`<li>
                  <span class=${counts ? '' : 'void'}>${person.name}</span>
                  <span class="quiet small">approved <t-ago .at=${at}></t-ago></span>
                  ${counts ? nothing : html`<span class="tag warn">does not count: ${why}</span>`}
                </li>`,
              )}
            </ul>`
      }
      ${appliesFrom === null ? nothing : html`<p class="small">Nobody else could agree to this, so it goes without an approval from ${sayMoment(appliesFrom)}.</p>`}
      <p class="quiet small">
        ${authors.length === 0 ? nothing : html`Written by ${authors.map(({ name }) => name).join(', ')}, whose own approval does not count.`}
        An approval is of exactly
        ${kind === 'stage' ? 'this stage in this entry' : 'what this page shows'}, hash
        <code title=${hash}>${shortHash(hash)}</code>: ${kind === 'stage' ? 'after a pause it is asked for again.' : 'an edit makes all of them void.'}
      </p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-request-approvals': RequestApprovals;
  }
}
