import type { ConfigurationAnswer, FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { core, loadCore } from '../../client/core.ts';
import { here } from '../../client/here.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { Following } from '../../client/store.ts';
import '../../parts/frozen-note.ts';
import '../../parts/problem-view.ts';
import { askBeforeLeaving, route } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import '../rollouts/rollout-strip.ts';
import './configuration-panel.ts';
import type { Draft } from './draft.ts';
import { readDraft } from './draft.ts';
import { putTogether, takeApart } from './draft-pieces.ts';
import { type FlagDraft, putFlagTogether, readFlag, takeFlagApart } from './flag-draft.ts';
import './flag-header.ts';
import './flag-panel.ts';
import './flag-states.ts';
import './flag-tabs.ts';
import { readTab, type Tab } from './flag-tabs.ts';
import './killed-banner.ts';
import { Workbench } from './workbench.ts';

/** What is looked up less often comes when it is first looked at. */
const LATER: Partial<Record<Tab, () => Promise<unknown>>> = {
  evaluations: () => import('./evaluations-tab.ts'),
  history: () => import('./history-tab.ts'),
  playground: () => import('./playground-tab.ts'),
};

/** One flag: what it is, what users get of it where, and everything that can be changed of it. */
@customElement('t-flag-page')
export class FlagPage extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-width: 82rem;
      }
    `,
  ];

  @property() project = '';
  @property() flag = '';
  @state() private loaded: ReadonlySet<Tab> = new Set();
  @state() private refusal: Refusal | undefined;
  readonly #flag = new Workbench<FlagAnswer, FlagDraft>(this, {
    ...{ read: readFlag, takeApart: takeFlagApart, putTogether: putFlagTogether },
  });
  readonly #configuration = new Workbench<ConfigurationAnswer, Draft>(this, {
    read: readDraft,
    takeApart,
    putTogether,
  });

  constructor() {
    super();
    new Following(this, here, route, core);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Without it drafts are checked by the server alone.
    loadCore().catch(() => undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    askBeforeLeaving(undefined);
  }

  override willUpdate(): void {
    const { project, flag } = this;
    const environment = here.value?.environment.key;
    const path = `/flags/${encodeURIComponent(flag)}`;
    const place = { project, subject: `flag/${flag}` };
    this.#flag.show({ ...place, path, environment: undefined });
    if (environment !== undefined) {
      this.#configuration.show({ ...place, path: `/environments/${environment}${path}`, environment });
    }
    void this.#load(readTab(route.value?.query.tab));
  }

  async #load(tab: Tab): Promise<void> {
    const load = LATER[tab];
    if (load === undefined || this.loaded.has(tab)) return;
    try {
      await load();
      this.refusal = undefined;
      this.loaded = new Set([...this.loaded, tab]);
    } catch (error) {
      this.refusal ??= asRefusal(error);
    }
  }

  get #isChanged(): boolean {
    return this.#flag.desk?.isChanged === true || this.#configuration.desk?.isChanged === true;
  }

  override updated(): void {
    askBeforeLeaving(this.#isChanged ? () => confirm(LEAVING) : undefined);
  }

  override render() {
    const place = here.value;
    if (place === undefined) return nothing;
    const tab = readTab(route.value?.query.tab);
    const { answer: flag } = this.#flag;
    return html`<div class="page">
      <t-flag-header .key=${this.flag} .flag=${flag}></t-flag-header>
      ${this.#drawProblem(this.#flag.refusal, () => void this.#flag.read())}
      ${
        flag === undefined
          ? nothing
          : html`<t-flag-states
                .project=${this.project}
                .flag=${flag}
                .environments=${place.project.environments}
                .environment=${place.environment}
                .offVariant=${this.#offVariant}
                @flipped=${this.#readAgain}
              ></t-flag-states>
              ${
                flag.environments[place.environment.key]?.killed
                  ? html`<t-killed .project=${this.project} .flag=${flag.key} .environment=${place.environment}></t-killed>`
                  : nothing
              }
              <t-rollout-strip .project=${this.project} .flag=${flag.key}></t-rollout-strip>
              <t-frozen .project=${this.project} .environment=${place.environment} .tags=${flag.tags}></t-frozen>
              <t-flag-tabs .tab=${tab} .unsaved=${this.#unsaved}></t-flag-tabs>
              ${this.#drawProblem(this.refusal, () => void this.#load(tab))}
              ${this.#drawTab(tab, flag, place.environment)}`
      }
    </div>`;
  }

  #drawProblem(refusal: Refusal | undefined, retry: () => void) {
    return refusal === undefined ? nothing : html`<t-problem .refusal=${refusal} .retry=${retry}></t-problem>`;
  }

  readonly #readAgain = () => {
    void this.#flag.read();
    void this.#configuration.read();
  };

  /** As the chosen environment has it: what is given where nothing happens is grey everywhere on this page. */
  get #offVariant(): string | null {
    return this.#configuration.answer?.offVariant ?? null;
  }

  get #unsaved(): Tab[] {
    const { desk } = this.#flag;
    const now = desk?.state.value;
    const flag = now !== undefined && desk?.isChanged;
    const isOf = (one: FlagDraft) => JSON.stringify(one.variants);
    const variants = flag && isOf(now.base) !== isOf(now.draft);
    const rest = flag && JSON.stringify({ ...now.base, variants: 0 }) !== JSON.stringify({ ...now.draft, variants: 0 });
    return [
      ...(this.#configuration.desk?.isChanged ? (['targeting'] as const) : []),
      ...(variants ? (['variants'] as const) : []),
      ...(rest ? (['settings'] as const) : []),
    ];
  }

  #drawTab(tab: Tab, flag: FlagAnswer, environment: MyEnvironment) {
    if (tab === 'targeting') {
      return html`<t-configuration-panel
        .project=${this.project}
        .environment=${environment}
        .flag=${flag}
        .bench=${this.#configuration}
        .state=${this.#configuration.desk?.state.value}
        .refusal=${this.#configuration.refusal}
        .arrived=${this.#configuration.arrived}
      ></t-configuration-panel>`;
    }
    if (tab === 'variants' || tab === 'settings') {
      return html`<t-flag-panel
        .project=${this.project}
        .tab=${tab}
        .flag=${flag}
        .environments=${here.value?.project.environments ?? []}
        .bench=${this.#flag}
        .offVariant=${this.#offVariant}
        .state=${this.#flag.desk?.state.value}
        .arrived=${this.#flag.arrived}
      ></t-flag-panel>`;
    }
    if (!this.loaded.has(tab)) return this.refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`;
    return this.#drawLater(tab, environment);
  }

  #drawLater(tab: Tab, environment: MyEnvironment) {
    const { project, flag } = this;
    if (tab === 'evaluations') {
      return html`<t-flag-evaluations .project=${project} .flag=${flag} .environment=${environment}></t-flag-evaluations>`;
    }
    if (tab === 'history') {
      return html`<t-flag-history .project=${project} .flag=${flag} .environment=${environment}></t-flag-history>`;
    }
    const draft = this.#configuration.desk?.isChanged ? this.#configuration.draft : undefined;
    return html`<t-flag-playground
      .project=${project}
      .flag=${flag}
      .environment=${environment}
      .draft=${draft}
    ></t-flag-playground>`;
  }
}

const LEAVING =
  'Something here is not stored yet. It is kept in this tab, and is there when you come back. Leave the page?';
