import type { FlagAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { type FlagIndex, flagIndex, readAll } from '../../client/flag-index.ts';
import { type Here, here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import { flipFlow } from '../../parts/flip-flow.ts';
import '../../parts/problem-view.ts';
import { goTo, route, setQuery } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { listenToKeys } from '../../shell/shortcuts.ts';
import { base } from '../../styles/base.ts';
import { arrangeFlags } from './arrange-flags.ts';
import './bulk-bar.ts';
import { mayEverywhere } from './bulk-verbs.ts';
import { drawFirstFlag } from './draw-first-flag.ts';
import { EvaluationReader } from './evaluations.ts';
import './filter-bar.ts';
import type { FilterBar } from './filter-bar.ts';
import './flag-table.ts';
import type { FlagTable, Flip } from './flag-table.ts';
import { flagsSheet } from './flags-sheet.ts';
import { Flashes } from './flashes.ts';
import { listChoices, sorted } from './list-choices.ts';
import './new-flag-dialog.ts';
import type { NewFlagDialog } from './new-flag-dialog.ts';
import { clearFilters, isNarrowed, nextSort, readView, type View, writeView } from './view.ts';
import './views-menu.ts';

/** So long after the last key the address says what was typed: browsers take no more than a few addresses a second. */
const ADDRESS_MS = 250;

/** All flags of a project in one table: found by words and filters, flipped, and many of them changed at once. */
@customElement('t-flags-page')
export class FlagsPage extends LitElement {
  static override styles = [base, flagsSheet];

  @property() project = '';
  @state() private view: View = readView({});
  @state() private selected: ReadonlySet<string> = new Set();
  @state() private busy: ReadonlySet<string> = new Set();
  @query('t-filter-bar') private filters!: FilterBar | null;
  @query('t-flag-table') private table!: FlagTable | null;
  @query('t-new-flag') private dialog!: NewFlagDialog | null;
  readonly #evaluations = new EvaluationReader();
  readonly #flashes = new Flashes();
  #stopKeys: () => void = () => undefined;
  #addressed = '';
  #clock: ReturnType<typeof setTimeout> | undefined;
  #shown: readonly FlagAnswer[] = [];
  #listed: Listed = listOf([]);

  constructor() {
    super();
    new Following(this, here, route, flagIndex, this.#evaluations.now, this.#flashes.now);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#flashes.start();
    this.#stopKeys = listenToKeys({
      palette: () => undefined,
      commands: () => [
        { id: 'search', label: 'Search', icon: 'search', about: '', key: '/', run: () => this.filters?.focus() },
        { id: 'new', label: 'New flag', icon: 'plus', about: '', key: 'n', run: () => this.#make() },
      ],
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#flashes.stop();
    this.#evaluations.stop();
    this.#stopKeys();
    clearTimeout(this.#clock);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('project')) {
      this.selected = new Set();
      this.#addressed = '';
    }
    this.#readAddress();
    const place = here.value;
    if (place !== undefined) this.#evaluations.follow(place.project.key, place.environment.key);
    if (this.#listed.flags !== flagIndex.value.flags) this.#listed = listOf(flagIndex.value.flags);
    const seen = { environment: place?.environment.key ?? '', evaluations: this.#evaluations.now.value.byFlag };
    this.#shown = this.#arrange(flagIndex.value.flags, this.view, seen);
  }

  /** Sorted and filtered once for each thing that changes it, however often something else is drawn. */
  readonly #arrange = remember(arrangeFlags);
  readonly #choices = remember(listChoices);
  readonly #selectedFlags = remember((flags: readonly FlagAnswer[], selected: ReadonlySet<string>) =>
    selected.size === 0 ? [] : flags.filter(({ key }) => selected.has(key)),
  );

  /** The address has the last word, but for what was typed and is not written there yet. */
  #readAddress(): void {
    const addressed = route.value?.page === 'flags' ? writeAddress(readView(route.value.query)) : this.#addressed;
    if (addressed === this.#addressed) return;
    this.#addressed = addressed;
    clearTimeout(this.#clock);
    this.view = readView(route.value?.query ?? {});
  }

  #show(view: View, { typing = false } = {}): void {
    this.view = view;
    this.table?.toTop();
    clearTimeout(this.#clock);
    const write = () => {
      this.#addressed = writeAddress(view);
      setQuery(writeView(view));
    };
    if (typing) this.#clock = setTimeout(write, ADDRESS_MS);
    else write();
  }

  async #flip({ key, environment, verb, blocked }: Flip): Promise<void> {
    const id = `${key}/${environment.key}`;
    if (blocked !== '') return tell(blocked, { tone: 'warn' });
    if (this.busy.has(id)) return;
    this.busy = new Set([...this.busy, id]);
    this.#flashes.own(key);
    await flipFlow({ project: this.project, flag: key }, environment, verb);
    this.busy = new Set([...this.busy].filter((one) => one !== id));
  }

  #make(): void {
    const place = here.value;
    if (place === undefined) return;
    const may = mayEverywhere(place);
    if (may.yes) this.dialog?.show();
    else tell(may.why ?? 'You may make no flags here.', { tone: 'warn' });
  }

  override render() {
    const place = here.value;
    if (place === undefined) return nothing;
    const index = flagIndex.value;
    const empty = index.complete && index.flags.length === 0;
    return html`<div class="page ${empty ? 'empty' : ''}">
      ${this.#drawTop(place, index, empty)}
      <t-problem .refusal=${index.refusal} .retry=${() => void readAll(this.project)}></t-problem>
      ${empty ? drawFirstFlag(place.project, mayEverywhere(place), () => this.#make()) : this.#drawTable(place, index)}
      <t-new-flag .here=${place} .taken=${this.#listed.keys} .owners=${this.#listed.owners}></t-new-flag>
    </div>`;
  }

  #drawTop(place: Here, index: FlagIndex, empty: boolean) {
    const may = mayEverywhere(place);
    return html`<div class="top">
        <h1>Flags</h1>
        <span class="quiet" role="status">${empty ? '' : this.#count(index)}</span>
        <span class="spread"></span>
        ${
          empty
            ? nothing
            : html`<t-views-menu
                .project=${this.project}
                .view=${this.view}
                @view=${(event: CustomEvent<View>) => this.#show(event.detail)}
              ></t-views-menu>`
        }
        <button
          class="primary"
          aria-disabled=${!may.yes}
          aria-keyshortcuts="n"
          title=${may.yes ? 'Key n' : (may.why ?? '')}
          @click=${this.#make}
        >
          <wa-icon name="plus" aria-hidden="true"></wa-icon> New flag
        </button>
      </div>
      ${empty ? nothing : this.#drawFilters(place)}`;
  }

  #drawFilters({ environment }: Here) {
    return html`<t-filter-bar
      .view=${this.view}
      .choices=${this.#choices(this.#listed, this.view.facets, environment.name)}
      @view=${(event: CustomEvent<View>) => {
        this.#show(event.detail, { typing: event.detail.text !== this.view.text });
      }}
      @leave=${() => this.table?.focus()}
    ></t-filter-bar>`;
  }

  #count({ flags, complete }: FlagIndex): string {
    const live = flags.filter(({ archived }) => !archived).length;
    const of = live.toLocaleString('en');
    const shown = this.#shown.length.toLocaleString('en');
    if (!complete) return flags.length === 0 ? 'Reading …' : `${of}, and more are coming …`;
    return isNarrowed(this.view) ? `${shown} of ${of}` : of;
  }

  #drawTable(place: Here, index: FlagIndex) {
    const evaluations = this.#evaluations.now.value;
    const chosen = this.#selectedFlags(index.flags, this.selected);
    const pick = (event: CustomEvent<Set<string>>) => {
      this.selected = event.detail;
    };
    if (index.complete && this.#shown.length === 0) return this.#drawNone();
    if (index.flags.length === 0) return nothing;
    return html`<t-flag-table
        .project=${this.project}
        .flags=${this.#shown}
        .environments=${place.project.environments}
        .chosen=${place.environment.key}
        .sort=${this.view.sort}
        .evaluations=${evaluations.byFlag}
        .selected=${this.selected}
        .flashing=${this.#flashes.now.value}
        .busy=${this.busy}
        @pick=${pick}
        @sort=${(event: CustomEvent<string>) => {
          this.#show({ ...this.view, sort: nextSort(this.view.sort, event.detail) });
        }}
        @open=${(event: CustomEvent<string>) => {
          goTo('flag', { project: this.project, flag: event.detail }, { env: place.environment.key });
        }}
        @flip=${(event: CustomEvent<Flip>) => void this.#flip(event.detail)}
      ></t-flag-table>
      ${
        evaluations.refusal === undefined
          ? nothing
          : html`<p class="small fault" role="status">
              Evaluations could not be read: ${evaluations.refusal.problem.detail} They are asked for again every minute.
            </p>`
      }
      <t-bulk-bar
        .here=${place}
        .selected=${chosen}
        .tags=${this.#listed.tags}
        .hiddenCount=${chosen.length - this.#countShown()}
        @own=${(event: CustomEvent<string>) => this.#flashes.own(event.detail)}
        @pick=${pick}
      ></t-bulk-bar>`;
  }

  #countShown(): number {
    return this.selected.size === 0 ? 0 : this.#shown.filter(({ key }) => this.selected.has(key)).length;
  }

  #drawNone() {
    return html`<div class="none card">
      <h2>No flag matches</h2>
      <p class="quiet">Archived flags are shown when a filter asks for them.</p>
      <div><button @click=${() => this.#show(clearFilters(this.view))}>Clear search and filters</button></div>
    </div>`;
  }
}

/** What is offered where something is typed, from the flags there are. */
interface Listed {
  flags: readonly FlagAnswer[];
  keys: ReadonlySet<string>;
  tags: readonly string[];
  owners: readonly string[];
}

function listOf(flags: readonly FlagAnswer[]): Listed {
  return {
    flags,
    keys: new Set(flags.map(({ key }) => key)),
    tags: sorted(new Set(flags.flatMap(({ tags }) => tags))),
    owners: sorted(new Set(flags.map(({ owner }) => owner).filter((owner) => owner !== ''))),
  };
}

const writeAddress = (view: View) => JSON.stringify(writeView(view));

/** A function that answers as before where it is asked the same. */
function remember<A extends readonly unknown[], R>(ask: (...asked: A) => R): (...asked: A) => R {
  let last: { asked: A; answer: R } | undefined;
  return (...asked) => {
    if (last === undefined || !asked.every((one, at) => Object.is(one, last?.asked[at]))) {
      last = { asked, answer: ask(...asked) };
    }
    return last.answer;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    't-flags-page': FlagsPage;
  }
}
