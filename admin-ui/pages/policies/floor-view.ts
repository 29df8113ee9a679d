import type { PolicyFloorAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { spellMarks } from '../../parts/spell-marks.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { changeFloor } from './floor-dialog.ts';
import { tellFloor } from './tell-floor.ts';

/** What the project asks of every policy, and which ask for less because they were saved before. Says `saved`. */
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
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.25rem 0.75rem;
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
  /** It is an administrator's. */
  @property({ type: Boolean }) admin = false;

  async #change(floor: PolicyFloorAnswer): Promise<void> {
    if (!this.admin) return;
    const outcome = await changeFloor(`/projects/${encodeURIComponent(this.project)}`, floor);
    if (outcome === undefined) return;
    if ('request' in outcome) tell(`Asked for: ${outcome.request.title}. ${outcome.request.waits ?? ''}`);
    else
      tell(
        outcome.isNew
          ? `The floor is saved as version ${outcome.floor.version}.`
          : 'It says that already: nothing was saved.',
      );
    this.dispatchEvent(new CustomEvent('saved'));
  }

  override render() {
    const { floor } = this;
    if (floor === undefined) return nothing;
    const told = tellFloor(floor.floor);
    return html`<section class="card" aria-labelledby="floor">
      <div class="head">
        <h2 id="floor">Floor <span class="hint">what every policy asks at least, in protected environments</span></h2>
        <span class="spread"></span>
        <button
          aria-disabled=${!this.admin}
          title=${this.admin ? '' : 'The floor is set by an administrator of the project.'}
          @click=${() => void this.#change(floor)}
        >
          ${floor.version === 0 ? 'Set a floor …' : 'Change the floor …'}
        </button>
      </div>
      ${
        told.length === 0
          ? html`<p class="quiet">
              ${floor.version === 0 ? 'There is none' : 'It asks for nothing'}: an administrator can set one, so that no policy asks
              for less than, say, ten minutes of bake.
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
