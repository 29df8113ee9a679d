import type { FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { refreshFlag } from '../../client/flag-index.ts';
import { undoChange } from '../../client/flip.ts';
import type { May, MyEnvironment } from '../../client/me.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import './conflict-list.ts';
import type { DeskState } from './desk.ts';
import { type FlagDraft, findFlagFaults, writeFlag } from './flag-draft.ts';
import './flag-settings.ts';
import { Overtaken, review } from './review-dialog.ts';
import './save-bar.ts';
import { type Changed, putFlag } from './save-flow.ts';
import { tellFlagChanges, tellFlagPiece, titleOfFlag } from './tell-flag-draft.ts';
import { GRACE_MS, tellArrived } from './tell-stored.ts';
import './variants-editor.ts';
import type { Workbench } from './workbench.ts';

const ARCHIVED: May = { yes: false, why: 'It is archived: bring it back first to change anything of it.' };

/** What belongs to the flag of the whole project: its variants and what is said of it, under one draft and one review. */
@customElement('t-flag-panel')
export class FlagPanel extends LitElement {
  static override styles = [
    base,
    css`
      .stack {
        grid-template-columns: minmax(0, 1fr);
      }
    `,
  ];

  @property() project = '';
  @property() tab: 'variants' | 'settings' = 'variants';
  @property({ attribute: false }) flag!: FlagAnswer;
  @property({ attribute: false }) environments: readonly MyEnvironment[] = [];
  @property({ attribute: false }) bench!: Workbench<FlagAnswer, FlagDraft>;
  @property({ attribute: false }) state: DeskState<FlagDraft> | undefined;
  @property({ attribute: false }) offVariant: string | null = null;
  @property({ attribute: false }) arrived: readonly string[] = [];

  /** What changes rulesets needs the right in every environment; the first that refuses says why. */
  get #mayGrow(): May {
    return this.flag.archived ? ARCHIVED : this.#mayArchive;
  }

  get #mayArchive(): May {
    const refusing = this.environments.find(({ may }) => !may.grow.yes);
    return refusing === undefined ? { yes: true } : { yes: false, why: `${refusing.name}: ${refusing.may.grow.why}` };
  }

  /** What is only said of a flag needs the right somewhere. */
  get #may(): May {
    if (this.flag.archived) return ARCHIVED;
    if (this.environments.some(({ may }) => may.grow.yes)) return { yes: true };
    return this.environments[0]?.may.grow ?? { yes: false };
  }

  override render() {
    const { state } = this;
    if (state === undefined) return html`<p class="quiet" role="status">Loading …</p>`;
    const keep = ({ detail }: CustomEvent<FlagDraft>) => this.bench.desk?.edit(detail);
    return html`<div class="stack">
      <t-conflicts
        ?hidden=${state.conflicts.length === 0}
        .conflicts=${state.conflicts}
        .name=${titleOfFlag}
        .tell=${tellFlagPiece}
        @choose=${({ detail }: CustomEvent<{ place: string; side: 'mine' | 'theirs' }>) =>
          this.bench.desk?.choose(detail.place, detail.side)}
      ></t-conflicts>
      ${tellArrived(this.arrived.map(titleOfFlag), this.bench.by)}
      ${
        this.tab === 'variants'
          ? html`<t-flag-variants
              .project=${this.project}
              .flag=${this.flag}
              .draft=${state.draft}
              .environments=${this.environments}
              .may=${this.#mayGrow}
              .offVariant=${this.offVariant}
              .arrived=${this.arrived}
              @draft=${keep}
            ></t-flag-variants>`
          : html`<t-flag-settings
              .flag=${this.flag}
              .draft=${state.draft}
              .may=${this.#may}
              .mayGrow=${this.#mayGrow}
              .mayArchive=${this.#mayArchive}
              .arrived=${this.arrived}
              @draft=${keep}
              @archive=${() => void this.#archive()}
            ></t-flag-settings>`
      }
      <t-save-bar
        .count=${tellFlagChanges(state.base, state.draft).length || state.conflicts.length}
        .why=${this.#why(state)}
        @discard=${() => this.bench.desk?.discard()}
        @review=${() => void this.#review(state)}
      ></t-save-bar>
    </div>`;
  }

  #why({ conflicts, draft }: DeskState<FlagDraft>): string {
    const [conflict] = conflicts;
    if (conflict) return `${titleOfFlag(conflict.place)}: choose first whose it shall be.`;
    const [fault] = findFlagFaults(draft, this.flag.type);
    return fault === undefined ? '' : `${titleOfFlag(fault.place)}: ${fault.says}`;
  }

  get #address(): string {
    return `/projects/${encodeURIComponent(this.project)}/flags/${encodeURIComponent(this.flag.key)}`;
  }

  get #reason(): 'required' | 'optional' {
    return this.environments.some(({ reasonRequired }) => reasonRequired) ? 'required' : 'optional';
  }

  async #review({ base: was, draft, version }: DeskState<FlagDraft>): Promise<void> {
    const body = writeFlag(draft, this.flag);
    if (body === undefined) return;
    const put = (reason: string | undefined, dry: boolean) =>
      putFlag<FlagAnswer>(this.#address, body, { version, reason, dry });
    const outcome = await review<Changed<FlagAnswer>>({
      title: `Change ${this.flag.key} in every environment?`,
      changes: tellFlagChanges(was, draft),
      moves: [],
      before: writeFlag(was, this.flag),
      after: body,
      environments: this.environments,
      reason: this.#reason,
      request: {
        ...{ project: this.project, environment: '', asked: () => this.bench.desk?.discard() },
        title: `Change ${this.flag.key} in every environment`,
        items: [{ method: 'PUT', path: `/flags/${this.flag.key}`, body, base: version }],
      },
      attempt: () => put(this.#reason === 'required' ? 'Only tried' : undefined, true),
      save: (reason) => put(reason, false),
    });
    if (outcome instanceof Overtaken) {
      await this.bench.meet(outcome.current);
      tell(`${this.bench.by?.name ?? 'Somebody'} stored something meanwhile. Look once more, and save.`, {
        tone: 'warn',
      });
    } else if (outcome !== undefined) this.#tellStored(outcome, 'is stored');
  }

  #tellStored({ flag, change }: Changed<FlagAnswer>, what: string): void {
    this.bench.settle(flag);
    void refreshFlag(this.project, flag.key).catch(() => undefined);
    if (change === undefined) {
      tell(`${flag.key}: nothing was different.`);
      return;
    }
    const run = () => undoChange(this.project, change.id, 'taken back at once');
    tell(`${flag.key} ${what}.`, { undo: { forMs: GRACE_MS, run } });
  }

  async #archive(): Promise<void> {
    const { archived, key } = this.flag;
    const verb = archived ? 'unarchive' : 'archive';
    const answer = await ask({
      title: archived ? `Bring ${key} back?` : `Archive ${key}?`,
      body: archived
        ? 'Every environment serves it again as it did before.'
        : 'Apps get the default in their code, in every environment. It can be brought back.',
      confirm: archived ? 'Bring back' : 'Archive',
      reason: this.#reason,
    });
    if (answer === undefined) return;
    try {
      const body = answer.reason === undefined ? {} : { reason: answer.reason };
      const done = await send<Changed<FlagAnswer>>(`${this.#address}/${verb}`, { method: 'POST', body });
      this.#tellStored(done, archived ? 'is back' : 'is archived');
    } catch (error) {
      const { title, detail } = asRefusal(error).problem;
      tell(`${title}: ${detail}`, { tone: 'warn' });
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-panel': FlagPanel;
  }
}
