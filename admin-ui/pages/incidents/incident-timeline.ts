import type { TimelineItem } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ChangeNews } from '../../client/live.ts';
import type { MyProject } from '../../client/me.ts';
import { PagedList } from '../../client/paged-list.ts';
import '../../parts/change-row.ts';
import { tellActor } from '../../parts/change-words.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { KINDS } from './tell-incident.ts';

/** What was done while it was open, newest first: changes, kills, signals, notes. */
@customElement('t-incident-timeline')
export class IncidentTimeline extends LitElement {
  static override styles = [
    base,
    css`
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: 6.5rem minmax(0, 1fr);
        align-items: start;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .kind {
        justify-self: start;
        margin: 0.6rem 0 0 0.75rem;
      }
      .note {
        display: grid;
        gap: 0.1rem;
        padding: 0.55rem 0.9rem;
      }
      .note a {
        color: inherit;
      }
      .text {
        white-space: pre-line;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      @media (max-width: 720px) {
        li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property() path = '';
  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) concerns: (news: ChangeNews) => boolean = () => true;
  readonly #list = new PagedList<TimelineItem>(this, {
    keyOf: ({ id }) => String(id),
    mark: ({ id }) => String(id),
    hears: (news) => this.concerns(news),
  });

  override willUpdate(): void {
    if (this.path !== '') this.#list.follow(this.path);
  }

  override render() {
    const { items, refusal, hasMore, moved } = this.#list;
    return html`<t-problem .refusal=${refusal} .retry=${() => void this.#list.read()}></t-problem>
      ${
        items === undefined
          ? refusal === undefined
            ? html`<p class="quiet" role="status">Loading …</p>`
            : nothing
          : html`<ol class="card" aria-label="Timeline">
              ${repeat(
                items,
                ({ id }) => id,
                (item) => this.#drawItem(item, moved.has(String(item.id))),
              )}
            </ol>`
      }
      ${hasMore ? html`<p class="row"><button @click=${() => this.#list.more()}>Show what was before</button></p>` : nothing}`;
  }

  #drawItem(item: TimelineItem, isNew: boolean) {
    const { words, icon, tone } = KINDS[item.kind];
    return html`<li class=${isNew ? 'flash' : ''}>
      <span class="tag kind ${tone}"><wa-icon name=${icon} aria-hidden="true"></wa-icon>${words}</span>
      ${item.text === null ? html`<t-change-row .change=${item} .project=${this.project}></t-change-row>` : this.#drawNote(item)}
    </li>`;
  }

  /** A note is what somebody wrote, and needs no other words. */
  #drawNote(item: TimelineItem) {
    const address = writeRoute('change', { project: this.project.key, change: String(item.id) });
    return html`<div class="note">
      <p class="text">${item.text}</p>
      <p class="quiet small"><a href=${address}><t-ago .at=${item.at}></t-ago></a> ${tellActor(item)}</p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-incident-timeline': IncidentTimeline;
  }
}
