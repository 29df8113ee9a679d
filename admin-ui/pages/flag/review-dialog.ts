import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { MyEnvironment } from '../../client/me.ts';
import { asRefusal, Refusal } from '../../client/problem.ts';
import { untilEnded } from '../../parts/until-ended.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import { base } from '../../styles/base.ts';
import { dialogBox } from '../../styles/dialog-box.ts';
import type { Items } from '../requests/ask-approval.ts';
import { reviewSheet } from './review-sheet.ts';
import type { Rehearsal, Tried } from './save-flow.ts';
import type { ToldChange } from './tell-draft.ts';

/** Everything that is looked at before something is stored. */
export interface Review<C> {
  title: string;
  changes: readonly ToldChange[];
  /** Where users would move, in words. */
  moves: readonly { title: string; says: string }[];
  before: unknown;
  after: unknown;
  environments: readonly MyEnvironment[];
  reason: 'required' | 'optional';
  /** What is asked for where it needs an approval; `asked` is called once that was done. */
  request?: { project: string; environment: string; title: string; items: Items; asked: () => void };
  /** Only tries it. */
  attempt: () => Promise<C>;
  save: (reason: string | undefined) => Promise<C>;
}

/** Somebody was faster: what is stored now. */
export class Overtaken {
  readonly current: unknown;
  constructor(current: unknown) {
    this.current = current;
  }
}

/** Shows what would be stored, and stores it where somebody says so. Undefined where they thought better of it. */
export async function review<C extends Tried>(asked: Review<C>): Promise<C | Overtaken | undefined> {
  const dialog = document.createElement('t-review');
  document.body.append(dialog);
  const outcome = await dialog.show(asked).finally(() => dialog.remove());
  if (outcome !== 'ask') return outcome as C | Overtaken | undefined;
  await askInstead(asked.request);
  return undefined;
}

/** What is stored in the request is no draft of this tab any more. */
async function askInstead(request: Review<Tried>['request']): Promise<void> {
  if (request === undefined) return;
  const { askApproval } = await import('../requests/ask-approval.ts');
  await askApproval(request, request.asked);
}

type Outcome = Tried | Overtaken | 'ask' | undefined;

const WAYS = {
  safe: 'towards safe: nobody gets anything new',
  growing: 'more users get something, or something else',
  none: 'users get the same as now',
};
const MOST_DEPENDENTS = 12;

@customElement('t-review')
export class ReviewDialog extends LitElement {
  static override styles = [base, dialogBox, reviewSheet];

  @query('dialog') private dialog!: HTMLDialogElement;
  @query('#reason') private reason!: HTMLInputElement;
  @state() private asked: Review<Tried> | undefined;
  @state() private rehearsal: Rehearsal | undefined;
  @state() private rollout: string | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private busy: 'trying' | 'saving' | undefined;
  @state() private missing = false;
  #end: (outcome: Outcome) => void = () => undefined;

  async show(asked: Review<Tried>): Promise<Outcome> {
    this.asked = asked;
    await this.updateComplete;
    this.dialog.showModal();
    const outcome = untilEnded<Outcome>(this.dialog, (end) => {
      this.#end = end;
    });
    void this.#run('trying', asked.attempt).then((tried) => {
      this.rehearsal = tried?.dryRun;
      this.rollout = tried?.rollout;
    });
    return outcome;
  }

  /** Asks the server; where somebody was faster, there is nothing left to be reviewed here. */
  async #run(busy: 'trying' | 'saving', ask: () => Promise<Tried>): Promise<Tried | undefined> {
    this.busy = busy;
    this.refusal = undefined;
    try {
      return await ask();
    } catch (error) {
      this.refusal = asRefusal(error);
      if (this.refusal.status === 412) this.#end(new Overtaken(this.refusal.problem.current));
      return undefined;
    } finally {
      this.busy = undefined;
    }
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    const { asked } = this;
    if (asked === undefined || this.busy !== undefined) return;
    if (this.#asks) return this.#end('ask');
    if (this.#why !== '') return;
    const reason = this.reason.value.trim();
    this.missing = asked.reason === 'required' && reason === '';
    if (this.missing) return this.reason.focus();
    const done = await this.#run('saving', () => asked.save(reason === '' ? undefined : reason));
    if (done !== undefined) this.#end(done);
  }

  /** Why it cannot be stored, as far as one can know before: the server would refuse it. */
  get #why(): string {
    return this.rehearsal?.refusal?.detail ?? '';
  }

  /** Whether it may be asked for, where it may not be done. */
  get #asks(): boolean {
    return this.rehearsal?.refusal?.code === 'approval_required' && this.asked?.request !== undefined;
  }

  override render() {
    const { asked } = this;
    if (asked === undefined) return nothing;
    return html`<dialog aria-labelledby="title" @cancel=${() => this.#end(undefined)}>
      <form method="dialog" @submit=${this.#save}>
        <h2 id="title">${asked.title}</h2>
        ${this.#drawChanges(asked)} ${this.#drawMoves(asked)} ${this.#drawWay(asked)} ${this.#drawDependents(asked)}
        ${this.rollout === undefined ? nothing : html`<p role="note">${this.rollout}</p>`}
        <details>
          <summary>As JSON</summary>
          <t-diff .was=${asked.before} .now=${asked.after}></t-diff>
        </details>
        ${
          this.#asks
            ? html`<p class="asks">
                Users get more by this, and the environment is protected: somebody else has to approve it first. Ask for
                that, and nothing changes until then. What only takes something away is stored at once, as ever.
              </p>`
            : html`<t-problem .refusal=${this.refusal ?? (this.rehearsal?.refusal ? new Refusal(this.rehearsal.refusal) : undefined)}></t-problem>
                ${this.#drawReason(asked)}`
        }
        <div class="buttons">
          <button type="button" class="plain" @click=${() => this.#end(undefined)}>Back</button>
          <button
            type="submit"
            class="primary"
            aria-disabled=${(this.#why !== '' && !this.#asks) || this.busy !== undefined}
            title=${this.#asks ? '' : this.#why}
          >
            ${this.#asks ? 'Ask for approval …' : this.busy === 'saving' ? 'Saving …' : 'Save'}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #drawChanges({ changes }: Review<Tried>) {
    return html`<ul class="changes">
      ${changes.map(
        ({ title, was, is }) => html`<li>
          <strong>${title}</strong>
          ${was === undefined ? html`<span class="tag on">new</span>` : html`<del>${was}</del>`}
          ${is === undefined ? html`<span class="tag warn">taken out</span>` : html`<ins>${is}</ins>`}
        </li>`,
      )}
    </ul>`;
  }

  #drawMoves({ moves }: Review<Tried>) {
    if (moves.length === 0) return nothing;
    return html`<div>
      <h3>Who moves</h3>
      ${moves.map(({ title, says }) => html`<p>${title}: <strong>${says}</strong></p>`)}
    </div>`;
  }

  #drawWay({ environments }: Review<Tried>) {
    if (this.busy === 'trying') return html`<p class="quiet" role="status">Asking what would come of it …</p>`;
    const { rehearsal } = this;
    if (rehearsal === undefined) return nothing;
    const ways = Object.entries(rehearsal.directions);
    const nameOf = (key: string) => environments.find((one) => one.key === key)?.name ?? key;
    return html`<div role="status">
      <h3>Which way it goes</h3>
      ${ways.length === 0 ? html`<p>Users get the same as now, everywhere.</p>` : nothing}
      ${ways.map(
        ([key, way]) => html`<p class=${way === 'growing' ? 'growing' : ''}>${nameOf(key)}: ${WAYS[way]}.</p>`,
      )}
    </div>`;
  }

  #drawDependents({ environments }: Review<Tried>) {
    const all = Object.entries(this.rehearsal?.dependents ?? {}).filter(([, dependents]) => dependents.length > 0);
    if (all.length === 0) return nothing;
    const nameOf = (key: string) => environments.find((one) => one.key === key)?.name ?? key;
    return html`<div>
      <h3>What hangs on it</h3>
      ${all.map(([key, dependents]) => {
        const more = dependents.length - MOST_DEPENDENTS;
        return html`<p>
          ${all.length > 1 ? `${nameOf(key)}: ` : nothing}
          ${dependents.slice(0, MOST_DEPENDENTS).map((one) => html`<code class="tag">${one.key}</code> `)}
          ${more > 0 ? `and ${more} more` : nothing}
        </p>`;
      })}
    </div>`;
  }

  #drawReason({ reason }: Review<Tried>) {
    return html`<div class="field">
      <label for="reason">Reason <span class="hint">${reason}, kept in the change log</span></label>
      <input
        id="reason"
        autofocus
        autocomplete="off"
        maxlength="1000"
        aria-invalid=${this.missing}
        aria-describedby="missing"
      />
      <span id="missing" class="fault" role="alert">${this.missing ? 'This environment asks for a reason.' : ''}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-review': ReviewDialog;
  }
}
