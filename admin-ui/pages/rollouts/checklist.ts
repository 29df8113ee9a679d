import type { RunAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { onMyClock } from '../../parts/on-my-clock.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';

type Condition = NonNullable<RunAnswer['decision']>['conditions'][number];

/** What a condition is called, before its sentence. */
const KINDS: Record<Condition['kind'], string> = {
  effective: 'In force',
  bake: 'Bake',
  units: 'Units',
  hits: 'Hits',
  guard: 'Guard',
  witness: 'Witness',
  freeze: 'Freeze',
  incident: 'Incident',
  line: 'Line',
  gate: 'Gate',
  approval: 'Approval',
  button: 'Button',
  refused: 'Refused',
};

/** What must hold before it goes on, each with its sentence; what is open comes to the eye first. */
@customElement('t-rollout-checklist')
export class Checklist extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        display: grid;
        gap: 0.15rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 1.25rem 5rem minmax(0, 1fr);
        gap: 0.5rem;
        align-items: baseline;
        padding: 0.3rem 0.4rem;
        border-radius: var(--round);
        overflow-wrap: anywhere;
      }
      li.open {
        background: var(--warn-soft);
      }
      wa-icon {
        align-self: center;
      }
      .met wa-icon {
        color: var(--on);
      }
      .open wa-icon {
        color: var(--warn);
      }
      .kind {
        font-weight: 550;
      }
      @media (max-width: 480px) {
        li {
          grid-template-columns: 1.25rem minmax(0, 1fr);
        }
        li > :last-child {
          grid-column: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) conditions: readonly Condition[] = [];
  /** What is open is waited for no more. */
  @property({ type: Boolean }) over = false;
  /** Where whoever may approve does so. */
  @property() inbox = '';
  @property() project = '';

  override render() {
    if (this.conditions.length === 0) return html`<p class="quiet">Nothing is asked for before it goes on.</p>`;
    return html`<ul>
      ${this.conditions.map((one) => this.#draw(one))}
    </ul>`;
  }

  #draw({ id, kind, met, because }: Condition) {
    return html`<li class=${met ? 'met' : this.over ? '' : 'open'}>
      <wa-icon name=${met ? 'check' : 'clock'} label=${met ? 'met' : 'open'}></wa-icon>
      <span class="kind">${KINDS[kind]}</span>
      <span>${onMyClock(because)} ${met || this.over ? nothing : this.#drawWay(id, kind)}</span>
    </li>`;
  }

  /** Where somebody can do something about it. */
  #drawWay(id: string, kind: Condition['kind']) {
    if (kind === 'approval' && this.inbox !== '') return html`<a href=${this.inbox}>Open Requests</a>`;
    const incident = /^incident:(.+)$/.exec(id)?.[1];
    if (incident === undefined || this.project === '') return nothing;
    return html`<a href=${writeRoute('incident', { project: this.project, incident })}>Open the incident</a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-checklist': Checklist;
  }
}
