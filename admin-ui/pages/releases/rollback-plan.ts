import type { RollbackAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MyProject } from '../../client/me.ts';
import { Refusal } from '../../client/problem.ts';
import { tellDirection } from '../../parts/change-words.ts';
import '../../parts/problem-view.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import './difference-list.ts';
import { revisionOf } from './tell-release.ts';
import { byEffect, isAskedFor, isNothing, tellReach } from './tell-rollback.ts';

const EXACT = 3;

/** What a rollback would do, before it is done: how far it reaches, what changes, what waits, and what stays and why. */
@customElement('t-rollback-plan')
export class RollbackPlan extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      section {
        min-width: 0;
      }
      h3 {
        margin-bottom: 0.25rem;
      }
      .reach {
        font-weight: 600;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
        max-height: 11rem;
        overflow: auto;
      }
      li,
      .reach {
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .box {
        padding: 0.6rem 0.8rem;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--surface);
      }
      .box.warn {
        border-color: var(--warn);
        background: var(--warn-soft);
      }
    `,
  ];

  @property({ attribute: false }) seen!: RollbackAnswer;
  @property({ attribute: false }) project!: MyProject;
  /** It waits for nothing: no approval, no freeze. */
  @property({ type: Boolean }) ungated = false;

  override render() {
    const { seen } = this;
    const { changed, waits, kept } = byEffect(seen.flags);
    return html`${this.#drawTo()}
      <p class="reach" role="status">${isNothing(seen) && kept.length === 0 ? 'It is like that already: there is nothing to put back.' : tellReach(seen)}</p>
      ${this.#drawRefusal()} ${this.#drawRollouts()} ${drawFlags('Goes back', changed)} ${this.#drawSegments()}
      ${waits.length === 0 ? nothing : drawFlags('Has to wait, for it gives users more', waits)}
      ${kept.length === 0 ? nothing : drawKept(kept)}`;
  }

  #drawTo() {
    const { tag, position, at, knownGood } = this.seen.to;
    return html`<p>
      To ${tag === null ? html`<span title=${position}>revision ${revisionOf(position)}</span>` : html`<code>${tag}</code>`} of ${sayMoment(at)}
      ${knownGood ? html`<span class="tag on">known good</span>` : html`<span class="tag warn">not known to be good</span>`}
    </p>`;
  }

  /** What stands in the way of growing is no fault of whoever goes back: the rest goes at once. */
  #drawRefusal() {
    const { refusal } = this.seen;
    if (refusal === null) return nothing;
    if (!isAskedFor(this.seen, this.ungated)) return html`<t-problem .refusal=${new Refusal(refusal)}></t-problem>`;
    return html`<div class="box warn">
      <strong>${refusal.title}</strong>
      <p>
        ${spellMarks(refusal.detail)}
        ${this.seen.applied === 'safe-part' ? 'What goes towards safe goes back at once; the rest becomes a request.' : 'All of it becomes a request.'}
      </p>
    </div>`;
  }

  #drawSegments() {
    const { segments } = this.seen;
    if (segments.length === 0) return nothing;
    return html`<section>
      <h3>Segments that go back</h3>
      <t-differences few="1" label="Segments that go back" .items=${segments}></t-differences>
    </section>`;
  }

  #drawRollouts() {
    const { endsRollouts } = this.seen;
    if (endsRollouts.length === 0) return nothing;
    return html`<section class="box warn">
      <h3>${endsRollouts.length === 1 ? 'A rollout ends' : `${endsRollouts.length} rollouts end`}</h3>
      <ul aria-label="Rollouts that end">
        ${endsRollouts.map(
          ({ id, flag }) =>
            html`<li><a href=${writeRoute('rollout', { project: this.project.key, rollout: id })} target="_blank">that of <code>${flag}</code></a></li>`,
        )}
      </ul>
    </section>`;
  }
}

function drawFlags(name: string, flags: RollbackAnswer['flags']) {
  if (flags.length === 0) return nothing;
  const items = flags.map(({ key, before, after, because, direction }) => {
    const { sign, why } = tellDirection(direction);
    return { key, before, after, because, way: direction === null ? undefined : { sign, why } };
  });
  return html`<section>
    <h3>${name}${flags.length > EXACT ? html` <span class="quiet">${flags.length}</span>` : nothing}</h3>
    <t-differences few="1" label=${name} .items=${items}></t-differences>
  </section>`;
}

function drawKept(kept: RollbackAnswer['flags']) {
  return html`<section class="box">
    <h3>Stays as it is${kept.length > EXACT ? html` <span class="quiet">${kept.length}</span>` : nothing}</h3>
    <ul aria-label="Stays as it is">
      ${kept.map(({ key, because }) => html`<li><code>${key}</code>${because === null ? nothing : html`: ${spellMarks(because)}`}</li>`)}
    </ul>
  </section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollback-plan': RollbackPlan;
  }
}
