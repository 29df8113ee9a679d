import type { SegmentAnswer, SegmentWithUsers } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { core } from '../../client/core.ts';
import { undoChange } from '../../client/flip.ts';
import type { Here } from '../../client/here.ts';
import type { Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import '../../parts/frozen-note.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import '../flag/conflict-list.ts';
import type { DeskState } from '../flag/desk.ts';
import type { KnownSegment } from '../flag/read-segments.ts';
import { Overtaken, review } from '../flag/review-dialog.ts';
import '../flag/save-bar.ts';
import type { Tried } from '../flag/save-flow.ts';
import { GRACE_MS, tellArrived } from '../flag/tell-stored.ts';
import type { Workbench } from '../flag/workbench.ts';
import { mayDraft } from './may-edit.ts';
import type { SegmentDraft } from './segment-draft.ts';
import './segment-editor.ts';
import { tellSegmentChanges, tellSegmentPiece, titleOfSegment, titlesOf } from './tell-segment.ts';

interface ChangedSegment extends Tried {
  segment: SegmentAnswer;
}

/** A segment from what is stored to what is stored next: what is typed, what stands against it, and the review. */
@customElement('t-segment-panel')
export class SegmentPanel extends LitElement {
  static override styles = [
    base,
    css`
      .stack {
        grid-template-columns: minmax(0, 1fr);
      }
      .limits {
        padding: 0.6rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
    `,
  ];

  @property({ attribute: false }) place!: Here;
  @property({ attribute: false }) bench!: Workbench<SegmentWithUsers, SegmentDraft>;
  /** Handed in beside the bench, so that this is drawn again when it changes. */
  @property({ attribute: false }) state!: DeskState<SegmentDraft>;
  @property({ attribute: false }) refusal: Refusal | undefined;
  @property({ attribute: false }) arrived: readonly string[] = [];
  @property({ attribute: false }) segments: readonly KnownSegment[] = [];

  constructor() {
    super();
    new Following(this, core);
  }

  /** What keeps one from changing anything here; empty where nothing does. */
  get #locked(): string {
    const { yes, why } = mayDraft(this.place.environment);
    return yes ? '' : (why ?? 'You may look at this, and change nothing.');
  }

  override render() {
    const { state, bench } = this;
    const changes = tellSegmentChanges(state.base, state.draft);
    return html`<div class="stack">
      ${this.#locked === '' ? nothing : html`<p class="limits">${this.#locked}</p>`}
      <t-frozen .project=${this.place.project.key} .environment=${this.place.environment}></t-frozen>
      <t-problem .refusal=${this.refusal} .retry=${() => void bench.read()}></t-problem>
      <t-conflicts
        .conflicts=${state.conflicts}
        .name=${titleOfSegment}
        .tell=${tellSegmentPiece}
        @choose=${({ detail }: CustomEvent<{ place: string; side: 'mine' | 'theirs' }>) =>
          bench.desk?.choose(detail.place, detail.side)}
      ></t-conflicts>
      ${tellArrived(titlesOf(this.arrived), bench.by)}
      <t-segment-editor
        .draft=${state.draft}
        .stored=${state.base}
        .segments=${this.segments}
        .arrived=${this.arrived}
        .disputed=${state.conflicts.map(({ place }) => place)}
        .readonly=${this.#locked !== ''}
        @draft=${({ detail }: CustomEvent<SegmentDraft>) => bench.desk?.edit(detail)}
      ></t-segment-editor>
      <t-save-bar
        .count=${changes.length || state.conflicts.length}
        .why=${this.#why(state)}
        @discard=${() => bench.desk?.discard()}
        @review=${() => void this.#review(state)}
      ></t-save-bar>
    </div>`;
  }

  #why({ conflicts, draft }: DeskState<SegmentDraft>): string {
    if (this.#locked !== '') return this.#locked;
    const [conflict] = conflicts;
    if (conflict) return `${titleOfSegment(conflict.place)}: choose first whose it shall be.`;
    if (draft.by.trim() === '') return `${titleOfSegment('by')}: say which attribute.`;
    const faults = draft.if === null ? [] : (core.value?.conditionFaults(draft.if, '') ?? []);
    return faults.length === 0 ? '' : 'Rule: something is missing, or not understood.';
  }

  async #review({ base: was, draft, version }: DeskState<SegmentDraft>): Promise<void> {
    const { project, environment } = this.place;
    const key = this.bench.answer?.key ?? '';
    const path = `/projects/${encodeURIComponent(project.key)}/environments/${environment.key}/segments/${encodeURIComponent(key)}`;
    const put = (reason: string | undefined, dryRun: boolean) =>
      send<ChangedSegment>(path, {
        ...{ method: 'PUT', version, query: dryRun ? { dryRun } : {} },
        body: { ...draft, ...(reason === undefined ? {} : { reason }) },
      });
    const outcome = await review<ChangedSegment>({
      title: `Change ${key} in ${environment.name}?`,
      changes: tellSegmentChanges(was, draft),
      moves: [],
      before: was,
      after: draft,
      environments: [environment],
      reason: environment.reasonRequired ? 'required' : 'optional',
      request: {
        ...{ project: project.key, environment: environment.key, asked: () => this.bench.desk?.discard() },
        title: `Change segment ${key} in ${environment.name}`,
        items: [
          {
            method: 'PUT',
            path: `/environments/${environment.key}/segments/${key}`,
            body: { ...draft },
            base: version,
          },
        ],
      },
      attempt: () => put(environment.reasonRequired ? 'Only tried' : undefined, true),
      save: (reason) => put(reason, false),
    });
    if (outcome instanceof Overtaken) await this.#meet(outcome);
    else if (outcome !== undefined) this.#tellSaved(outcome);
  }

  async #meet({ current }: Overtaken): Promise<void> {
    // What the refusal carries is the segment alone; who uses it was read with it and is no part of it.
    const { usedBy } = this.bench.answer ?? { usedBy: { flags: [], segments: [] } };
    const isSettled = await this.bench.meet({ usedBy, ...(current as SegmentAnswer) });
    const who = this.bench.by?.name ?? 'Somebody';
    tell(
      isSettled
        ? `${who} stored something meanwhile. It is brought together with yours: look once more, and save.`
        : `${who} stored something meanwhile, and both of you changed the same. Choose what it shall be.`,
      { tone: 'warn' },
    );
  }

  #tellSaved({ segment, change }: ChangedSegment): void {
    const { project, environment } = this.place;
    const { usedBy } = this.bench.answer ?? { usedBy: { flags: [], segments: [] } };
    this.bench.settle({ ...segment, usedBy });
    const text = `${segment.key} in ${environment.name} is stored.`;
    if (change === undefined) tell(`${text} Nothing was different.`);
    else tell(text, { undo: { forMs: GRACE_MS, run: () => undoChange(project.key, change.id, 'taken back at once') } });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-segment-panel': SegmentPanel;
  }
}
