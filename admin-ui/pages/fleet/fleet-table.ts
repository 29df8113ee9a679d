import type { InstanceShown } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '../../parts/relative-time.ts';
import { tellWhy } from '../../parts/why-words.ts';
import { base } from '../../styles/base.ts';
import { rowsAsCards } from '../../styles/rows-as-cards.ts';
import { behindBy, nameOf, shortPosition } from './arrange-fleet.ts';
import { fleetSheet } from './fleet-sheet.ts';

const STATE_WORDS: Record<InstanceShown['state'], { words: string; means: string }> = {
  live: { words: 'live', means: 'It is connected, and says that it follows.' },
  laggard: { words: 'laggard', means: 'It was heard of within a minute, and something is amiss.' },
  lost: { words: 'lost', means: 'It was not heard of for a minute. It has ended, or cannot reach Turnout.' },
};

/** Running apps, one a row. */
@customElement('t-fleet-table')
export class FleetTable extends LitElement {
  static override styles = [base, rowsAsCards, fleetSheet];
  @property({ attribute: false }) instances: readonly InstanceShown[] = [];
  @property({ attribute: false }) changed: ReadonlySet<string> = new Set();
  /** Where the environment is; undefined where nobody can say. */
  @property() head: string | undefined;
  @property() label = '';

  override render() {
    return html`<div class="card scroll" tabindex="0" role="region" aria-label=${this.label}>
      <table>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Host</th>
            <th scope="col">SDK</th>
            <th scope="col">Key</th>
            <th scope="col">Position</th>
            <th scope="col">Amiss</th>
            <th scope="col">Heard of</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(this.instances, nameOf, (instance) => this.#drawRow(instance))}
        </tbody>
      </table>
    </div>`;
  }

  #drawRow(instance: InstanceShown) {
    const { state, host, sdk, key, source, node, lastSeen } = instance;
    const { words, means } = STATE_WORDS[state];
    return html`<tr class=${this.changed.has(nameOf(instance)) ? 'flash' : ''}>
      <td data-label="State"><span class="state ${state}" title=${means}>${words}</span></td>
      <td data-label="Host" class="host">
        <span><strong>${host || 'no host named'}</strong> <code class="under">${instance.instance}</code></span>
      </td>
      <td data-label="SDK"><span>${sdk} <span class="under">by ${source}</span></span></td>
      <td data-label="Key"><code title="The id of the key that it comes with; Settings lists the keys">${key}</code></td>
      <td data-label="Position" class="num">${this.#drawPosition(instance)}</td>
      ${this.#drawAmiss(instance)}
      <td data-label="Heard of" class="num">
        <span><t-ago .at=${lastSeen}></t-ago> <span class="under" title="The node that knows it">${node}</span></span>
      </td>
    </tr>`;
  }

  #drawPosition({ position, overlays }: InstanceShown) {
    const behind = behindBy(position, this.head);
    const kills = overlays.length;
    return html`<span>
      ${position === null ? nothing : html`<span title=${position}>${shortPosition(position)}</span>`}
      ${tellBehind(behind)}
      ${
        kills === 0
          ? nothing
          : html`<span class="under" title=${overlays.join(', ')}>with ${kills} ${kills === 1 ? 'kill' : 'kills'} over it</span>`
      }
    </span>`;
  }

  #drawAmiss({ why, unsupported }: InstanceShown) {
    const { words, means } = tellWhy(why);
    const has = why !== undefined || unsupported.length > 0;
    return html`<td data-label="Amiss" ?data-none=${!has}>
      <span>
        ${why === undefined ? nothing : html`<span class="warn" title=${means}>${words}</span>`}
        ${unsupported.length === 0 ? nothing : this.#drawUnsupported(unsupported)}
      </span>
    </td>`;
  }

  #drawUnsupported(flags: readonly string[]) {
    const shown = flags.slice(0, 3).join(', ');
    const more = flags.length > 3 ? ` and ${flags.length - 3} more` : '';
    return html`<span class="under" title=${flags.join(', ')}>does not understand: ${shown}${more}</span>`;
  }
}

function tellBehind(behind: ReturnType<typeof behindBy>) {
  if (behind === undefined) return nothing;
  if (behind === 0) return html`<span class="under">up to date</span>`;
  if (behind === 'nothing') return html`<span class="warn">has nothing yet</span>`;
  if (behind === 'epoch') return html`<span class="under warn">of another history</span>`;
  return html`<span class="under warn">${behind} behind</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-fleet-table': FleetTable;
  }
}
