import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Refusal } from '../../client/problem.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import '../departures/reach-meter.ts';
import { dismissRollback, type RollbackRun, rollbackRuns } from './roll-back-flow.ts';
import { byEffect, tellReach } from './tell-rollback.ts';

/** What came of the rollbacks from this screen: who has them in force, and what of them waits or stayed. */
@customElement('t-rollback-cards')
export class RollbackCards extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.6rem;
        padding: 0.75rem 1rem;
      }
      article.late {
        border-color: var(--warn);
        border-left-width: 4px;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }
      h2 {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .loud {
        color: var(--warn);
        font-weight: 650;
      }
    `,
  ];

  @property() project = '';
  /** Only those of this flag. */
  @property() flag: string | undefined;
  /** Ids of those that not all running apps have said to have in force. */
  @state() private late: ReadonlySet<number> = new Set();

  constructor() {
    super();
    new Following(this, rollbackRuns);
  }

  override render() {
    const runs = rollbackRuns.value.filter(
      ({ project, flag }) => project === this.project && (this.flag === undefined || flag === this.flag),
    );
    this.hidden = runs.length === 0;
    return repeat(
      runs,
      ({ id }) => id,
      (run) => this.#draw(run),
    );
  }

  #draw(run: RollbackRun) {
    const { id, says, done, isUndone } = run;
    const late = this.late.has(id) && !isUndone;
    return html`<article class="card ${late || done.applied !== 'all' ? 'late' : ''}" aria-label="Rollback: ${says}">
      <div class="head">
        <h2>${isUndone ? `Undone: ${says}` : says}</h2>
        <button class="plain" aria-label="Put this card away" @click=${() => dismissRollback(id)}>
          <wa-icon name="cross" aria-hidden="true"></wa-icon>
        </button>
      </div>
      ${isUndone ? html`<p role="status">It was taken back: what was there before is there again.</p>` : this.#drawReach(run, late)}
      ${drawRest(run)}
    </article>`;
  }

  #drawReach({ id, project, done: { change } }: RollbackRun, late: boolean) {
    if (change === undefined) return nothing;
    return html`${late ? html`<p class="loud" role="alert">Not in force everywhere yet: those apps give what they gave before.</p>` : nothing}
      <t-reach-meter
        .project=${project}
        .change=${change.id}
        @reach=${({ detail }: CustomEvent<boolean>) => this.#hear(id, detail)}
      ></t-reach-meter>`;
  }

  #hear(id: number, isReached: boolean): void {
    const late = new Set(this.late);
    if (isReached) late.delete(id);
    else late.add(id);
    this.late = late;
  }
}

function drawRest({ project, environment: env, done }: RollbackRun) {
  const { change, request, refusal, flags } = done;
  const { kept } = byEffect(flags);
  return html`<p>${tellReach(done, true)}</p>
    ${
      request === null
        ? nothing
        : html`<p>What grows waits in <a href=${writeRoute('request', { project, request: request.id }, { env })}>${request.title}</a>.</p>`
    }
    ${refusal === null || request !== null ? nothing : html`<t-problem .refusal=${new Refusal(refusal)}></t-problem>`}
    ${kept.length === 0 ? nothing : html`<p class="quiet small">Kept: ${kept.map(({ key }) => key).join(', ')}.</p>`}
    ${
      change === undefined
        ? nothing
        : html`<p class="small"><a href=${writeRoute('change', { project, change: String(change.id) }, { env })}>Change ${change.id}</a>, with all that it altered and its undo.</p>`
    }`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollback-cards': RollbackCards;
  }
}
