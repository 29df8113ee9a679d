import type { PolicyFloorAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { spellMarks } from '../../parts/spell-marks.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { tellFloor } from './tell-floor.ts';

/** What the project asks of every policy, and which ask for less because they were saved before. */
@customElement('t-policy-floor')
export class FloorView extends LitElement {
  static override styles = [
    base,
    css`
      .card {
        padding: 0.9rem 1rem;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.4rem;
        max-width: 60rem;
        overflow-wrap: anywhere;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
      }
    `,
  ];

  @property() project = '';
  @property() environment = '';
  @property({ attribute: false }) floor: PolicyFloorAnswer | undefined;

  override render() {
    const { floor } = this;
    if (floor === undefined) return nothing;
    const told = tellFloor(floor.floor);
    return html`<section class="card" aria-labelledby="floor">
      <h2 id="floor">Floor <span class="hint">what every policy asks at least, in protected environments</span></h2>
      ${
        told.length === 0
          ? html`<p class="quiet">
              There is none. An administrator can set one through the API, so that no policy asks for less than, say, ten minutes
              of bake.
            </p>`
          : html`<ul>
              ${told.map((one) => html`<li>${spellMarks(one)}</li>`)}
            </ul>`
      }
      ${floor.below.map(
        ({ policy, faults }) => html`<p class="fault">
          <a href=${writeRoute('policy', { project: this.project, policy }, { env: this.environment })}>${policy}</a> was saved
          before and asks for less: ${spellMarks(faults.map(({ expected }) => expected).join('; '))}
        </p>`,
      )}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-floor': FloorView;
  }
}
