import type { ConfigurationAnswer, FlagAnswer, ListedPolicy, RolloutAnswer } from '@turnout/server/contracts';
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { MyProject } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import { writeRoute } from '../../shell/route.ts';
import { tellPath } from '../policies/tell-policy.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import { mayStartOn } from './may-steer.ts';
import {
  attachedPolicy,
  mostServed,
  type Outlook,
  readConfiguration,
  readOutlook,
  readPolicies,
} from './start-ground.ts';

export interface StartedRollout {
  rollout: RolloutAnswer;
  /** What happens at once now. */
  begins: string;
  warnings: string[];
}

const EVERYBODY = 'fallthrough';

/** Which flag goes from where to where, by which policy; and before it begins, what its guards will see. */
@customElement('t-start-rollout')
export class StartRollout extends FormDialog<StartedRollout> {
  static override styles = [
    ...FormDialog.styles,
    css`
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
        gap: 1rem;
      }
      .begins {
        font-weight: 600;
      }
      .begins,
      .note {
        overflow-wrap: anywhere;
      }
      .seen {
        display: grid;
        gap: 0.35rem;
        padding: 0.6rem 0.8rem;
        border: 1px solid var(--line);
        border-radius: var(--round);
        background: var(--surface);
      }
      .seen ul {
        margin: 0;
        padding-left: 1.1rem;
        max-height: 9rem;
        overflow: auto;
      }
    `,
  ];

  @property({ attribute: false }) project!: MyProject;
  /** The key, where it is known which one is meant. */
  @property({ attribute: false }) flag = '';
  @state() private policies: readonly ListedPolicy[] | undefined;
  @state() private policy = '';
  @state() private there: ConfigurationAnswer | undefined;
  @state() private target = EVERYBODY;
  @state() private outlook: Outlook | undefined;
  #asked = '';

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void readPolicies(this.project.key)
      .then((policies) => {
        this.policies = policies;
      })
      .catch(() => {
        this.policies = [];
      });
  }

  protected words() {
    const lead = 'Its first stage is entered as soon as nothing stands before it. Where nothing does, that is at once.';
    return { title: 'Start a rollout', lead, confirm: 'Start it' };
  }

  get #flag(): FlagAnswer | undefined {
    return flagIndex.value.flags.find(({ key, archived }) => key === this.flag && !archived);
  }

  get #attached(): string | undefined {
    return this.#flag && this.policies && attachedPolicy(this.#flag, this.policies);
  }

  get #policy(): ListedPolicy | undefined {
    const key = this.policy === '' ? this.#attached : this.policy;
    return this.policies?.find((one) => one.key === key);
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const asked = JSON.stringify([this.#flag?.key, this.#policy?.key, this.#policy?.version]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.there = undefined;
    this.outlook = undefined;
    this.target = EVERYBODY;
    void this.#look(asked);
  }

  /** What the flag serves where the path ends, and what will be seen; without either the form works, too. */
  async #look(asked: string): Promise<void> {
    const [flag, policy] = [this.#flag, this.#policy];
    // Where it ends is where most users are: what comes before may have it all already.
    const last = policy?.path.at(-1)?.environment;
    if (flag === undefined || policy === undefined || last === undefined) return;
    const { key } = this.project;
    const [there, outlook] = await Promise.all([
      readConfiguration(key, last, flag.key).catch(() => undefined),
      readOutlook(key, policy.key, flag.key).catch(() => undefined),
    ]);
    if (asked !== this.#asked) return;
    this.there = there;
    this.outlook = outlook;
  }

  protected drawFields() {
    const fault = faultAt(this.refusal, 'flag');
    return html`<div class="field">
        <label for="flag">Flag</label>
        <input
          id="flag"
          name="flag"
          class="mono"
          list="known"
          maxlength="128"
          required
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          ?autofocus=${this.flag === ''}
          aria-invalid=${fault !== undefined}
          aria-describedby="flag-fault"
          .value=${this.flag}
          @input=${(event: Event) => {
            this.flag = (event.target as HTMLInputElement).value.trim();
          }}
        />
        <datalist id="known">
          ${flagIndex.value.flags.filter(({ archived }) => !archived).map(({ key, name }) => html`<option value=${key}>${name}</option>`)}
        </datalist>
        <span class="fault" id="flag-fault">${fault ?? nothing}</span>
      </div>
      ${this.#drawPolicy()} ${this.#drawTarget()} ${this.#drawVariants()}
      ${this.field('commit', 'Commit', { hint: 'where checks of a CI are asked for: 40 hexadecimal digits', longest: 40 })}
      ${this.reasonField(this.#asksReason)} ${this.#drawOutlook()}`;
  }

  get #path() {
    const keys = this.#policy?.path.map(({ environment }) => environment) ?? [];
    return this.project.environments.filter(({ key }) => keys.includes(key));
  }

  get #asksReason(): boolean {
    return this.#path.some(({ reasonRequired }) => reasonRequired);
  }

  #drawPolicy() {
    const { policies } = this;
    const attached = this.#attached;
    const none = attached === undefined ? 'Choose one' : `${attached}, which is attached to this flag`;
    const may = mayStartOn(this.#path);
    return html`<div class="field">
      <label for="policy">Policy</label>
      ${this.#select(
        'policy',
        [['', policies === undefined ? 'Reading …' : none], ...(policies ?? []).map(({ key }) => [key, key] as const)],
        this.policy,
        (value) => {
          this.policy = value;
        },
      )}
      ${
        policies?.length === 0
          ? html`<p class="note hint">
              There is no policy yet. <a href=${writeRoute('policies', { project: this.project.key })}>Write one first</a>, while heads are calm.
            </p>`
          : nothing
      }
      ${this.#policy === undefined ? nothing : html`<p class="note hint">${tellPath(this.#policy.path)}, ${tellGuards(this.#policy.guards)}</p>`}
      ${may.yes ? nothing : html`<p class="note fault">${may.why}</p>`}
    </div>`;
  }

  #drawTarget() {
    const rules = this.there?.rules ?? [];
    if (rules.length === 0) return nothing;
    return html`<div class="field">
      <label for="target">For whom <span class="hint">a rule must be in every environment of the path</span></label>
      ${this.#select(
        'target',
        [
          [EVERYBODY, 'Everybody whom no rule meets'],
          ...rules.map(({ id }) => [id, `Whom the rule ${id} meets`] as const),
        ],
        this.target,
        (value) => {
          this.target = value;
        },
      )}
    </div>`;
  }

  #drawVariants() {
    const names = Object.keys(this.#flag?.variants ?? {});
    const { there, target } = this;
    const serve = target === EVERYBODY ? there?.fallthrough : there?.rules.find(({ id }) => id === target)?.serve;
    const from = mostServed(serve) ?? there?.offVariant ?? names[0];
    const to = names.find((name) => name !== from);
    const options = names.map((name) => [name, name] as const);
    return html`<div class="pair">
      <div class="field">
        <label for="from">From <span class="hint">what they get now</span></label>
        ${this.#select('from', options, from ?? '')}
      </div>
      <div class="field">
        <label for="to">To <span class="hint">what they will get</span></label>
        ${this.#select('to', options, to ?? '')}
      </div>
    </div>`;
  }

  #select(
    name: string,
    options: readonly (readonly [string, string])[],
    chosen: string,
    choose?: (value: string) => void,
  ) {
    const fault = faultAt(this.refusal, name);
    return html`<select
        id=${name}
        name=${name}
        aria-invalid=${fault !== undefined}
        aria-describedby="${name}-fault"
        @change=${(event: Event) => choose?.((event.target as HTMLSelectElement).value)}
      >
        ${options.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
      <span class="fault" id="${name}-fault">${fault ?? nothing}</span>`;
  }

  #drawOutlook() {
    const { begins = null, foresight = [] } = this.outlook ?? {};
    return html`<p class="begins" role="status">${begins ?? nothing}</p>
      ${foresight.length === 0 ? nothing : this.#drawSeen(foresight)}`;
  }

  #drawSeen(foresight: Outlook['foresight']) {
    return html`<div class="seen small">
      <h3>What its guards will see of ${this.flag}</h3>
      <ul>
        ${foresight.map(({ environment, guard, says }) => html`<li><strong>${guard}</strong> in ${environment}: ${says}</li>`)}
      </ul>
    </div>`;
  }

  protected async submit(fields: FormData): Promise<StartedRollout> {
    const [policy, from, to, commit, reason] = ['policy', 'from', 'to', 'commit', 'reason'].map((name) =>
      textIn(fields, name),
    );
    const target = textIn(fields, 'target') ?? EVERYBODY;
    const body = { flag: this.flag, target, from: from ?? '', to: to ?? '', policy, commit, reason };
    const path = `/projects/${encodeURIComponent(this.project.key)}/rollouts`;
    return send<StartedRollout>(path, { method: 'POST', body });
  }
}

const tellGuards = (count: number) => (count === 1 ? '1 guard' : `${count} guards`);

declare global {
  interface HTMLElementTagNameMap {
    't-start-rollout': StartRollout;
  }
}
