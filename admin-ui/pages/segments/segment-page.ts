import type { SegmentWithUsers } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { loadCore } from '../../client/core.ts';
import { followHere, type Here } from '../../client/here.ts';
import { live } from '../../client/live.ts';
import { isProduction } from '../../client/me.ts';
import '../../parts/problem-view.ts';
import { askBeforeLeaving } from '../../shell/navigation.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { type KnownSegment, readSegments } from '../flag/read-segments.ts';
import { Workbench } from '../flag/workbench.ts';
import { deleteSegment } from './delete-segment.ts';
import { makeSegment } from './make-segment.ts';
import { mayEdit } from './may-edit.ts';
import { putSegmentTogether, readSegment, type SegmentDraft, takeSegmentApart } from './segment-draft.ts';
import { segmentPageSheet } from './segment-page-sheet.ts';
import './segment-panel.ts';
import './segment-users.ts';
import { tellWho } from './tell-segment.ts';

const LEAVING =
  'Something here is not stored yet. It is kept in this tab, and is there when you come back. Leave the page?';

/** One segment of an environment: who is in it, by which rule, and who uses it. */
@customElement('t-segment-page')
export class SegmentPage extends LitElement {
  static override styles = [base, segmentPageSheet];

  @property() project = '';
  @property() segment = '';
  @state() private others: readonly KnownSegment[] = [];
  readonly #here = followHere(this);
  readonly #bench = new Workbench<SegmentWithUsers, SegmentDraft>(this, {
    ...{ read: readSegment, takeApart: takeSegmentApart, putTogether: putSegmentTogether },
  });
  #shown = '';
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    // Without it rules are checked by the server alone.
    loadCore().catch(() => undefined);
    this.#stops = [
      live.on('change', ({ subject, action }) => this.#hear(subject, action)),
      live.on('reset', () => void this.#readOthers()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    clearTimeout(this.#waiting);
    askBeforeLeaving(undefined);
  }

  #hear(subject: string, action: string): void {
    const isOther = subject.startsWith('segment/') && subject !== `segment/${this.segment}`;
    if (isOther && action !== 'segment.update') void this.#readOthers();
    if (!isOther && !subject.startsWith('flag/')) return;
    // Whether it can be deleted hangs on flags and segments that name it; a burst of changes is looked at once.
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.#bench.read(), 500);
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here === undefined) return;
    const { project, environment } = here;
    const path = `/environments/${environment.key}/segments/${encodeURIComponent(this.segment)}`;
    this.#bench.show({
      ...{ project: project.key, path, subject: `segment/${this.segment}`, environment: environment.key },
    });
    if (this.#shown === `${project.key} ${path}`) return;
    this.#shown = `${project.key} ${path}`;
    void this.#readOthers();
  }

  /** What a rule can name. Where they cannot be read, the rule can still be edited. */
  async #readOthers(): Promise<void> {
    const here = this.#here();
    if (here === undefined) return;
    const all = await readSegments(here.project.key, here.environment.key).catch(() => undefined);
    if (all !== undefined) this.others = all.filter(({ key }) => key !== this.segment);
  }

  override updated(): void {
    askBeforeLeaving(this.#bench.desk?.isChanged ? () => confirm(LEAVING) : undefined);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { answer, refusal } = this.#bench;
    const typed = this.#bench.desk?.state.value;
    return html`<div class="page">
      ${this.#drawHead(here, answer)}
      ${
        answer === undefined || typed === undefined
          ? this.#drawMissing(here)
          : html`<div class="columns">
              <t-segment-panel
                .place=${here}
                .bench=${this.#bench}
                .state=${typed}
                .refusal=${refusal}
                .arrived=${this.#bench.arrived}
                .segments=${this.others}
              ></t-segment-panel>
              <aside class="card" aria-labelledby="users">
                <h2 id="users">Used by</h2>
                <t-segment-users
                  .project=${here.project.key}
                  .environment=${here.environment.key}
                  .segment=${answer.key}
                ></t-segment-users>
              </aside>
            </div>`
      }
    </div>`;
  }

  #drawHead({ project, environment }: Here, answer: SegmentWithUsers | undefined) {
    const list = writeRoute('segments', { project: project.key }, { env: environment.key });
    const log = writeRoute('activity', { project: project.key }, { env: environment.key, about: 'segment' });
    return html`<header>
      <a class="small" href=${list}>Segments of ${environment.name}</a>
      <div class="row">
        <h1>${this.segment}</h1>
        <span class="tag ${isProduction(environment) ? 'production' : ''}">${environment.name}</span>
        <span class="spread"></span>
        <a class="small" href=${log}>Changes of segments</a>
        ${answer === undefined ? nothing : this.#drawDelete(answer)}
      </div>
      ${answer === undefined ? nothing : drawWho(answer)}
    </header>`;
  }

  #drawDelete(answer: SegmentWithUsers) {
    const why = this.#whyNotDelete(answer);
    return html`<button
        class="plain"
        aria-disabled=${why !== ''}
        aria-describedby="why-kept"
        title=${why}
        @click=${() => why === '' && void this.#delete(answer)}
      >
        <wa-icon name="trash" aria-hidden="true"></wa-icon>Delete
      </button>
      <span id="why-kept" class="quiet small" ?hidden=${why === ''}>${why}</span>`;
  }

  #whyNotDelete({ usedBy }: SegmentWithUsers): string {
    const here = this.#here();
    const may = here && mayEdit(here.environment);
    // The reason stands on the page already, above what cannot be changed.
    if (may?.yes !== true) return 'You cannot delete it here.';
    const users = usedBy.flags.length + usedBy.segments.length;
    return users === 0 ? '' : 'Used, so it stays.';
  }

  async #delete(answer: SegmentWithUsers): Promise<void> {
    const here = this.#here();
    if (here === undefined) return;
    // What was typed goes with it.
    const leave = () => {
      this.#bench.desk?.discard();
      askBeforeLeaving(undefined);
    };
    await deleteSegment(here, answer, leave);
  }

  #drawMissing(here: Here) {
    const { refusal } = this.#bench;
    if (refusal === undefined) return html`<p class="quiet" role="status">Loading …</p>`;
    if (refusal.status !== 404) {
      return html`<t-problem .refusal=${refusal} .retry=${() => void this.#bench.read()}></t-problem>`;
    }
    const { yes, why = '' } = mayEdit(here.environment);
    return html`<div class="card missing">
      <p><strong>${here.environment.name} has no segment ${this.segment}.</strong></p>
      <p class="quiet">Each environment has its own segments. Choose another environment above, or make it here.</p>
      <p class="row">
        <button
          class="primary"
          aria-disabled=${!yes}
          title=${why}
          @click=${() => yes && void this.#make(here)}
        >
          Make it in ${here.environment.name} …
        </button>
        ${yes ? nothing : html`<span class="quiet small">${why}</span>`}
      </p>
    </div>`;
  }

  async #make(here: Here): Promise<void> {
    if (await makeSegment(here, this.segment)) await this.#bench.read();
  }
}

function drawWho({ included, excluded, if: rule, name, description }: SegmentWithUsers) {
  return html`${name === '' ? nothing : html`<p><strong>${name}</strong></p>`}
    ${description === '' ? nothing : html`<p class="about quiet">${description}</p>`}
    <p>${tellWho({ included: included.length, excluded: excluded.length, rule })}</p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-segment-page': SegmentPage;
  }
}
