import type { ListedPolicy, RolloutItem } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '../../parts/relative-time.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { namedRows } from '../../styles/named-rows.ts';
import { rowsAsCards } from '../../styles/rows-as-cards.ts';
import { tellAttachment, tellPath, tellSaver } from './tell-policy.ts';

const MOST_TOLD = 3;

/** Policies, one a row: which way they go, what they watch, what they are for, and who goes by them now. */
@customElement('t-policy-table')
export class PolicyTable extends LitElement {
  static override styles = [
    base,
    rowsAsCards,
    namedRows,
    css`
      td {
        overflow-wrap: anywhere;
      }
      .path {
        min-width: 11rem;
      }
    `,
  ];

  @property() project = '';
  @property() environment = '';
  @property({ attribute: false }) policies: readonly ListedPolicy[] = [];
  @property({ attribute: false }) rollouts: readonly RolloutItem[] = [];
  @property({ attribute: false }) changed: ReadonlySet<string> = new Set();

  override render() {
    return html`<div class="card scroll" tabindex="0" role="region" aria-label="Policies">
      <table>
        <thead>
          <tr>
            <th scope="col">Policy</th>
            <th scope="col">Path</th>
            <th scope="col">Watched by</th>
            <th scope="col">Attached to</th>
            <th scope="col">Rollouts now</th>
            <th scope="col">Saved</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.policies,
            ({ key }) => key,
            (policy) => this.#draw(policy),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #draw(policy: ListedPolicy) {
    const { key, version, archived, path, guards, gates, mode, reversible } = policy;
    const address = writeRoute('policy', { project: this.project, policy: key }, { env: this.environment });
    const many = (count: number, word: string) => `${count} ${count === 1 ? word : `${word}s`}`;
    return html`<tr class=${this.changed.has(key) ? 'flash' : ''}>
      <td class="who">
        <a class="mono" href=${address}>${key}</a> <span class="tag">v${version}</span>
        ${archived ? html`<span class="tag warn">archived</span>` : nothing}
        ${mode === 'button' ? html`<span class="under">a person presses for each advance</span>` : nothing}
        ${reversible === 'instant' ? nothing : html`<span class="under">${reversible}</span>`}
      </td>
      <td class="path" data-label="Path"><span>${tellPath(path)}</span></td>
      <td data-label="Watched by"><span>${many(guards, 'guard')}<span class="under">${many(gates, 'gate')}</span></span></td>
      <td data-label="Attached to">${this.#drawAttached(policy)}</td>
      <td data-label="Rollouts now">${this.#drawRollouts(key)}</td>
      <td data-label="Saved">
        <span><t-ago .at=${policy.savedAt}></t-ago><span class="under">by ${spellMarks(tellSaver(policy))}</span></span>
      </td>
    </tr>`;
  }

  #drawAttached({ attachments }: ListedPolicy) {
    if (attachments.length === 0) return html`<span class="quiet">nothing</span>`;
    const more = attachments.length - MOST_TOLD;
    const told = attachments.slice(0, MOST_TOLD).map(tellAttachment).join(', ');
    return html`<span>${spellMarks(told)}${more > 0 ? ` and ${more} more` : ''}</span>`;
  }

  #drawRollouts(key: string) {
    const live = this.rollouts.filter(({ policy }) => policy.key === key);
    if (live.length === 0) return html`<span class="quiet">none</span>`;
    return html`<span>
      ${live.map(
        ({ id, flag }) =>
          html`<a href=${writeRoute('rollout', { project: this.project, rollout: id }, { env: this.environment })}>${flag}</a> `,
      )}
    </span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-table': PolicyTable;
  }
}
