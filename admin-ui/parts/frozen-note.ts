import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { freezes, frozenIn } from '../client/freezes.ts';
import type { MyEnvironment } from '../client/me.ts';
import { Following } from '../client/store.ts';
import { writeRoute } from '../shell/route.ts';
import { base } from '../styles/base.ts';
import { sayMoment } from './say-moment.ts';

/** Where a freeze holds, and until when: as a mark in the bar, or as the sentence where something would be changed. */
@customElement('t-frozen')
export class FrozenNote extends LitElement {
  static override styles = [
    base,
    css`
      :host([brief]) {
        min-width: 0;
      }
      .tag {
        text-decoration: none;
        max-width: 100%;
      }
      p {
        display: flex;
        gap: 0.6rem;
        align-items: baseline;
        padding: 0.6rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) environment: Pick<MyEnvironment, 'key' | 'name'> | undefined;
  /** Of the flag that this is about: some freezes are for some flags alone. */
  @property({ attribute: false }) tags: readonly string[] = [];
  @property({ type: Boolean, reflect: true }) brief = false;

  constructor() {
    super();
    new Following(this, freezes);
  }

  override render() {
    const { environment, project } = this;
    if (environment === undefined || freezes.value.project !== project) return nothing;
    const frozen = frozenIn(freezes.value.items, environment.key, this.tags);
    if (frozen === undefined) return nothing;
    const address = writeRoute('freezes', { project }, { env: environment.key });
    const until = frozen.until === null ? 'somebody ends it' : sayMoment(frozen.until);
    const sentence = `The freeze “${frozen.name}” holds in ${environment.name} until ${until}: nothing that gives users more goes out there before. Turning off and killing work as ever.`;
    if (this.brief) {
      return html`<a class="tag warn" href=${address} title=${sentence}
        ><wa-icon name="freeze" aria-hidden="true"></wa-icon><span class="clip">Frozen until ${until}</span></a
      >`;
    }
    return html`<p role="status">
      <wa-icon name="freeze" aria-hidden="true"></wa-icon>
      <span>${sentence} <a href=${address}>Freezes</a></span>
    </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-frozen': FrozenNote;
  }
}
