import type { DecisionAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { tellActor } from '../../parts/change-words.ts';
import { printJson } from '../../parts/json-diff.ts';
import { onMyClock } from '../../parts/on-my-clock.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';
import { decisionSheet } from './decision-sheet.ts';
import { tellNews } from './tell-news.ts';
import { splitSaid, VERDICT_WORDS } from './tell-rollout.ts';

interface DecisionPage {
  items: DecisionAnswer[];
  next: string | null;
}

const PAGE = 20;

/** What was decided, by whom, and on what evidence; newest first. What came while somebody looked flashes once. */
@customElement('t-rollout-decisions')
export class DecisionLog extends LitElement {
  static override styles = [base, decisionSheet];

  @property() project = '';
  @property() rollout = '';
  /** Goes up when there is news. */
  @property({ type: Number }) moves = 0;
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @state() private items: readonly DecisionAnswer[] | undefined;
  @state() private next: string | null = null;
  @state() private refusal: Refusal | undefined;
  /** Those whose evidence somebody wants to see: it is long, so it is written out then. */
  @state() private open: ReadonlySet<number> = new Set();
  #fresh: ReadonlySet<number> = new Set();
  #round = 0;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('rollout') || changed.has('project')) {
      this.items = undefined;
      void this.#read(undefined);
    } else if (changed.has('moves')) void this.#read(undefined);
  }

  async #read(cursor: string | undefined): Promise<void> {
    this.#round++;
    const mine = this.#round;
    const path = `/projects/${encodeURIComponent(this.project)}/rollouts/${encodeURIComponent(this.rollout)}/decisions`;
    try {
      const page = await send<DecisionPage>(path, { query: { limit: PAGE, cursor } });
      if (mine !== this.#round) return;
      this.#take(page, cursor === undefined);
      this.refusal = undefined;
    } catch (error) {
      if (mine === this.#round) this.refusal = asRefusal(error);
    }
  }

  /** News come before what is there; where there was too much of them, the list begins anew. */
  #take({ items, next }: DecisionPage, isFirst: boolean): void {
    const known = this.items ?? [];
    if (!isFirst) {
      this.items = [...known, ...items];
      this.next = next;
      return;
    }
    const ids = new Set(known.map(({ id }) => id));
    const fresh = items.filter(({ id }) => !ids.has(id));
    this.#fresh = new Set(this.items === undefined ? [] : fresh.map(({ id }) => id));
    const meets = fresh.length < items.length;
    this.items = meets ? [...fresh, ...known] : items;
    if (!meets) this.next = next;
  }

  override render() {
    const { items, refusal } = this;
    return html`<t-problem .refusal=${refusal} .retry=${() => void this.#read(undefined)}></t-problem>
      ${items === undefined ? (refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`) : this.#drawItems(items)}`;
  }

  #drawItems(items: readonly DecisionAnswer[]) {
    if (items.length === 0) return html`<p class="quiet">Nothing was decided yet.</p>`;
    return html`<ol>
        ${repeat(
          items,
          ({ id }) => id,
          (item, at) => this.#draw(item, items[at + 1]),
        )}
      </ol>
      ${this.next === null ? nothing : html`<p><button @click=${() => void this.#read(this.next ?? undefined)}>Older decisions</button></p>`}`;
  }

  #draw(item: DecisionAnswer, before: DecisionAnswer | undefined) {
    const { id, at, action } = item;
    const { word, tone, rest } = splitSaid(action, nameSomebody(item));
    const news = tellNews(item, before);
    return html`<li class=${this.#fresh.has(id) ? 'flash' : ''}>
      <div class="when small quiet"><t-ago .at=${at}></t-ago></div>
      <div class="what">
        <p>${word === '' ? nothing : html`<span class="tag ${tone}">${word}</span> `}${onMyClock(news ?? rest)}</p>
        ${this.#drawMore(item)}
      </div>
    </li>`;
  }

  #drawMore(item: DecisionAnswer) {
    const { id, because, guards, conditions, evidence, environment, stage, entry } = item;
    const where = this.names.get(environment) ?? environment;
    const place = `${where}, ${stage < 0 ? 'before the first stage' : `stage ${stage + 1}, entry ${entry}`}`;
    const told = `${tellDecider(item)} · ${place}`;
    if (because.length + guards.length + conditions.length === 0 && evidence === null) {
      return html`<p class="small quiet">${told}</p>`;
    }
    return html`<details @toggle=${(event: ToggleEvent) => this.#turn(id, event.newState === 'open')}>
      <summary><span class="quiet">${told} ·</span> what it rests on</summary>
      ${this.open.has(id) ? this.#drawEvidence(item) : nothing}
    </details>`;
  }

  #turn(id: number, isOpen: boolean): void {
    if (isOpen) this.open = new Set([...this.open, id]);
    else this.open = new Set([...this.open].filter((one) => one !== id));
  }

  #drawEvidence({ because, guards, conditions, evidence }: DecisionAnswer) {
    return html`<div class="rests">
      ${
        because.length === 0
          ? nothing
          : html`<ul>
              ${because.map((one) => html`<li>${onMyClock(one)}</li>`)}
            </ul>`
      }
      ${
        guards.length === 0
          ? nothing
          : html`<p class="small">
              ${guards.map(({ id, verdict }) => html`<span class="tag ${VERDICT_WORDS[verdict].tone}">${id}: ${VERDICT_WORDS[verdict].name}</span> `)}
              ${conditions.map(({ id, met }) => html`<span class="tag ${met ? 'on' : ''}">${id}: ${met ? 'met' : 'open'}</span> `)}
            </p>`
      }
      ${
        evidence === null
          ? nothing
          : html`<pre tabindex="0" role="region" aria-label="Evidence" translate="no">${printJson(evidence).join('\n')}</pre>`
      }
    </div>`;
  }
}

/** `Somebody paused it.` is said with their name where that is known. */
function nameSomebody({ actor, actorName, reason }: DecisionAnswer): string {
  return reason.startsWith('Somebody ') ? reason.replace('Somebody', tellActor({ actor, actorName })) : reason;
}

/** The policy itself, where nobody did it by hand. */
function tellDecider({ actor, actorName }: DecisionAnswer): string {
  return actor.startsWith('rollout:') ? 'by the policy' : `by ${tellActor({ actor, actorName })}`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-decisions': DecisionLog;
  }
}
