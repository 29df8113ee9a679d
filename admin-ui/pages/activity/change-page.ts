import type { ChangeItem, WholeChange } from '@turnout/server/contracts';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { followHere } from '../../client/here.ts';
import { live } from '../../client/live.ts';
import type { MyProject } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { mayUndoHere, undoFlow } from '../../parts/undo-flow.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { drawFacts } from './change-facts.ts';
import './change-proof.ts';
import './change-receipts.ts';
import { changeSheet } from './change-sheet.ts';
import { type Around, readAround } from './read-around.ts';

/** All of one change: what it did, to whom, who has it, what was given since, and the way back. */
@customElement('t-change-page')
export class ChangePage extends LitElement {
  static override styles = [base, changeSheet];

  @property() project = '';
  @property() change = '';
  @state() private whole: WholeChange | undefined;
  @state() private around: Around | undefined;
  @state() private refusal: Refusal | undefined;
  readonly #here = followHere(this);
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    // What came after it may have undone it.
    this.#stops = [live.on('change', () => void this.#readAround()), live.on('reset', () => void this.#read())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('project') && !changed.has('change')) return;
    this.whole = undefined;
    this.around = undefined;
    void this.#read();
  }

  async #read(): Promise<void> {
    const { project, change } = this;
    this.refusal = undefined;
    try {
      const path = `/projects/${encodeURIComponent(project)}/changes/${encodeURIComponent(change)}`;
      const whole = await send<WholeChange>(path);
      if (this.change === change && this.project === project) this.whole = whole;
      await this.#readAround();
    } catch (error) {
      if (this.change === change) this.refusal = asRefusal(error);
    }
  }

  async #readAround(): Promise<void> {
    const { project, whole } = this;
    if (whole === undefined) return;
    // Without its neighbours a change is shown all the same.
    const around = await readAround(project, whole).catch(() => undefined);
    if (around !== undefined && this.whole === whole) this.around = around;
  }

  override render() {
    const project = this.#here()?.project;
    const { whole } = this;
    return html`<div class="page">
      <nav aria-label="Changes beside this one" class="row">
        <a href=${writeRoute('activity', { project: this.project })}>All activity</a>
        <span class="spread row">${this.#drawNeighbours()}</span>
      </nav>
      <t-problem .refusal=${this.refusal} .retry=${() => void this.#read()}></t-problem>
      ${
        whole === undefined || project === undefined
          ? html`<h1>Change ${this.change}</h1>
              ${this.refusal ? nothing : html`<p class="quiet" role="status">Reading …</p>`}`
          : this.#drawWhole(whole, project)
      }
    </div>`;
  }

  #drawWhole(whole: WholeChange, project: MyProject) {
    return html`<h1>${spellMarks(whole.summary)}</h1>
      <div class="card part">
        ${drawFacts(whole, project, this.around)} ${this.#drawUndo(whole, project)}
      </div>
      <section aria-labelledby="altered">
        <h2 id="altered">Before and after</h2>
        ${drawDiff(whole)}
      </section>
      ${whole.environments.length === 0 ? nothing : drawInForce(whole, project)}
      ${whole.environments.length === 0 ? nothing : drawPatches(whole)}`;
  }

  #drawUndo(whole: WholeChange, project: MyProject) {
    if (this.around?.undoneBy !== undefined) return nothing;
    const may = mayUndoHere(whole, project);
    return html`<div class="row">
      <button
        aria-disabled=${!may.yes}
        aria-describedby="undo-why"
        @click=${() => void undoFlow(project, whole)}
      >
        <wa-icon name="undo" aria-hidden="true"></wa-icon>Undo this change
      </button>
      <span id="undo-why" class="quiet small">${may.yes ? 'Shows what it puts back, and asks.' : may.why}</span>
    </div>`;
  }

  #drawNeighbours() {
    const { earlier, later, earlierOfSubject, laterOfSubject } = this.around ?? {};
    const link = (to: ChangeItem | undefined, words: string) =>
      to === undefined
        ? nothing
        : html`<a href=${writeRoute('change', { project: this.project, change: String(to.id) })} title=${to.summary}>${words}</a>`;
    const both = [
      earlierOfSubject?.id !== earlier?.id ? link(earlierOfSubject, '← earlier of this') : nothing,
      link(earlier, '← earlier'),
      link(later, 'later →'),
      laterOfSubject?.id !== later?.id ? link(laterOfSubject, 'later of this →') : nothing,
    ];
    return both;
  }
}

function drawDiff({ before, after, erased }: WholeChange) {
  if (erased) return html`<p class="quiet">What it held was erased. The chain still holds without it.</p>`;
  return html`<t-diff .was=${before} .now=${after} none="The log holds nothing that was different."></t-diff>`;
}

function drawInForce({ id }: WholeChange, project: MyProject) {
  return html`<section aria-labelledby="receipts">
      <h2 id="receipts">Who has put it in force</h2>
      <t-change-receipts .project=${project.key} .change=${id}></t-change-receipts>
    </section>
    <section aria-labelledby="proof">
      <h2 id="proof">What was given since</h2>
      <t-change-proof .project=${project.key} .change=${id}></t-change-proof>
    </section>`;
}

function drawPatches({ environments }: WholeChange) {
  return html`<section aria-labelledby="patches">
    <h2 id="patches">The patch that apps received</h2>
    ${environments.map(
      ({ key, position, patch }) => html`<details>
        <summary>${key} <span class="quiet mono small">${position}</span></summary>
        <pre tabindex="0" aria-label="Patch of ${key}">${JSON.stringify(patch, null, 2)}</pre>
      </details>`,
    )}
  </section>`;
}
