import type { ConfigurationAnswer, FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { core } from '../../client/core.ts';
import { undoChange } from '../../client/flip.ts';
import { isProduction, type MyEnvironment } from '../../client/me.ts';
import type { Refusal } from '../../client/problem.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import './conflict-list.ts';
import type { DeskState } from './desk.ts';
import { type Draft, type DraftServe, writeDraft } from './draft.ts';
import { findDraftFaults } from './find-draft-faults.ts';
import { ORDER } from './merge-pieces.ts';
import { planMoves, tellMoves } from './plan-moves.ts';
import { Overtaken, review } from './review-dialog.ts';
import './save-bar.ts';
import { type Changed, putFlag } from './save-flow.ts';
import './targeting-editor.ts';
import { tellChanges, tellOrder, tellPiece, titleOf } from './tell-draft.ts';
import { GRACE_MS, tellArrived } from './tell-stored.ts';
import type { Workbench } from './workbench.ts';

/** Targeting, from what is stored to what is stored next: what is typed, what stands against it, and the review. */
@customElement('t-configuration-panel')
export class ConfigurationPanel extends LitElement {
  static override styles = [
    base,
    css`
      .stack {
        grid-template-columns: minmax(0, 1fr);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.25rem 0.75rem;
      }
      .limits {
        padding: 0.6rem 1rem;
        border: 1px solid var(--warn);
        border-radius: var(--round);
        background: var(--warn-soft);
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  @property({ attribute: false }) flag!: FlagAnswer;
  @property({ attribute: false }) bench!: Workbench<ConfigurationAnswer, Draft>;
  /** Handed in beside the bench, so that this is drawn again when it changes. */
  @property({ attribute: false }) state: DeskState<Draft> | undefined;
  @property({ attribute: false }) refusal: Refusal | undefined;
  @property({ attribute: false }) arrived: readonly string[] = [];

  constructor() {
    super();
    new Following(this, core);
  }

  /** What keeps one from changing anything here; empty where nothing does. */
  get #locked(): string {
    if (this.flag.archived)
      return 'It is archived: nothing of it is served. Bring it back under Settings to change it.';
    const { safe } = this.environment.may;
    return safe.yes ? '' : (safe.why ?? 'You may look at this, and change nothing.');
  }

  get #faults() {
    const conditionFaults = core.value?.conditionFaults;
    const variants = Object.keys(this.flag.variants);
    return this.state === undefined ? [] : findDraftFaults(this.state.draft, { variants, conditionFaults });
  }

  readonly #title = (place: string) => titleOf(place, ...(this.state ? [this.state.draft, this.state.base] : []));
  readonly #tell = (place: string, value: unknown) => {
    const drafts = this.state ? [this.state.base, this.state.draft] : [];
    return place === ORDER ? tellOrder(value as string[], ...drafts) : tellPiece(place, value);
  };

  override render() {
    const { answer } = this.bench;
    const { state } = this;
    if (answer === undefined || state === undefined) {
      if (this.refusal === undefined) return html`<p class="quiet" role="status">Loading …</p>`;
      return html`<t-problem .refusal=${this.refusal} .retry=${() => void this.bench.read()}></t-problem>`;
    }
    const { name } = this.environment;
    return html`<div class="stack">
      <div class="head">
        <h2>Targeting in ${name}</h2>
        ${isProduction(this.environment) ? html`<span class="tag production">production</span>` : nothing}
      </div>
      ${this.#drawLimits()}
      ${
        this.refusal === undefined
          ? nothing
          : html`<t-problem .refusal=${this.refusal} .retry=${() => void this.bench.read()}></t-problem>`
      }
      <t-conflicts
        ?hidden=${state.conflicts.length === 0}
        .conflicts=${state.conflicts}
        .name=${this.#title}
        .tell=${this.#tell}
        @choose=${({ detail }: CustomEvent<{ place: string; side: 'mine' | 'theirs' }>) =>
          this.bench.desk?.choose(detail.place, detail.side)}
      ></t-conflicts>
      ${tellArrived(this.arrived.map(this.#title), this.bench.by)}
      <t-flag-targeting
        .project=${this.project}
        .environment=${this.environment}
        .flag=${this.flag}
        .stored=${answer}
        .draft=${state.draft}
        .faults=${this.#faults}
        .arrived=${this.arrived}
        .disputed=${state.conflicts.map(({ place }) => place)}
        .readonly=${this.#locked !== ''}
        @draft=${({ detail }: CustomEvent<Draft>) => this.bench.desk?.edit(detail)}
      ></t-flag-targeting>
      <t-save-bar
        .count=${this.#changes.length || state.conflicts.length}
        .why=${this.#why(state)}
        @discard=${() => this.bench.desk?.discard()}
        @review=${() => void this.#review(answer, state)}
      ></t-save-bar>
    </div>`;
  }

  /** What one may not do here is said before anything is typed. */
  #drawLimits() {
    if (this.#locked !== '') return html`<p class="limits">${this.#locked}</p>`;
    const { grow } = this.environment.may;
    if (grow.yes) return nothing;
    if (grow.asks) {
      return html`<p class="quiet small">
        ${this.environment.name} is protected: what gives users more is asked for in the review, and somebody else approves
        it. What only takes something away is stored at once.
      </p>`;
    }
    return html`<p class="limits">
      ${grow.why} What only takes something away from users can be stored; the review says which way a change goes.
    </p>`;
  }

  get #changes() {
    return this.state === undefined ? [] : tellChanges(this.state.base, this.state.draft);
  }

  #why({ conflicts }: DeskState<Draft>): string {
    if (this.#locked !== '') return this.#locked;
    const [conflict] = conflicts;
    if (conflict) return `${this.#title(conflict.place)}: choose first whose it shall be.`;
    const [fault, ...others] = this.#faults;
    if (fault === undefined) return '';
    return `${this.#title(fault.place)}: ${fault.says}${others.length > 0 ? ` And ${others.length} more.` : ''}`;
  }

  #moves(answer: ConfigurationAnswer, draft: Draft) {
    const reweigh = core.value?.reweigh;
    if (reweigh === undefined) return [];
    const places: [string, DraftServe, ConfigurationAnswer['fallthrough'] | undefined][] = [
      ...draft.rules.map(({ id, serve }): (typeof places)[number] => {
        return [`rule ${id}`, serve, answer.rules.find((rule) => rule.id === id)?.serve];
      }),
      ['fallthrough', draft.fallthrough, answer.fallthrough],
    ];
    return places.flatMap(([place, serve, stored]) => {
      const moves = planMoves(stored, serve, reweigh);
      return moves === undefined || moves.moved === 0
        ? []
        : [{ title: titleOf(place, draft), says: tellMoves(moves, place === 'fallthrough' ? 'users' : 'its users') }];
    });
  }

  async #review(answer: ConfigurationAnswer, { base: was, draft, version }: DeskState<Draft>): Promise<void> {
    const { environment, flag } = this;
    const path = `/projects/${encodeURIComponent(this.project)}/environments/${environment.key}/flags/${encodeURIComponent(flag.key)}`;
    const body = writeDraft(draft, answer.state);
    const put = (reason: string | undefined, dry: boolean) =>
      putFlag<ConfigurationAnswer>(path, body, { version, reason, dry });
    const outcome = await review<Changed<ConfigurationAnswer>>({
      title: `Change ${flag.key} in ${environment.name}?`,
      changes: tellChanges(was, draft),
      moves: this.#moves(answer, draft),
      before: writeDraft(was, answer.state),
      after: body,
      environments: [environment],
      reason: environment.reasonRequired ? 'required' : 'optional',
      request: {
        ...{ project: this.project, environment: environment.key, asked: () => this.bench.desk?.discard() },
        title: `Change ${flag.key} in ${environment.name}`,
        items: [{ method: 'PUT', path: `/environments/${environment.key}/flags/${flag.key}`, body, base: version }],
      },
      attempt: () => put(environment.reasonRequired ? 'Only tried' : undefined, true),
      save: (reason) => put(reason, false),
    });
    if (outcome instanceof Overtaken) await this.#meet(outcome);
    else if (outcome !== undefined) this.#tellSaved(outcome);
  }

  async #meet({ current }: Overtaken): Promise<void> {
    const isSettled = await this.bench.meet(current);
    const who = this.bench.by?.name ?? 'Somebody';
    tell(
      isSettled
        ? `${who} stored something meanwhile. It is brought together with yours: look once more, and save.`
        : `${who} stored something meanwhile, and both of you changed the same. Choose what it shall be.`,
      { tone: 'warn' },
    );
  }

  #tellSaved({ flag, change }: Changed<ConfigurationAnswer>): void {
    this.bench.settle(flag);
    this.dispatchEvent(new CustomEvent('stored', { bubbles: true, composed: true }));
    const text = `${flag.key} in ${this.environment.name} is stored: ${flag.serves}.`;
    if (change === undefined) tell(`${text} Nothing was different.`);
    else
      tell(text, { undo: { forMs: GRACE_MS, run: () => undoChange(this.project, change.id, 'taken back at once') } });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-configuration-panel': ConfigurationPanel;
  }
}
