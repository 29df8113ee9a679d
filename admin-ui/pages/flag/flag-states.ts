import type { FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isProduction, type MyEnvironment } from '../../client/me.ts';
import { flipFlow, mayFlip } from '../../parts/flip-flow.ts';
import '../../parts/rollout-bar.ts';
import '../../parts/state-switch.ts';
import { variantColour } from '../../parts/variant-colour.ts';
import { setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';

type Summary = FlagAnswer['environments'][string];

/** What users get in each environment, at a glance; of the chosen one, the switch and the kill. Says `flipped`. */
@customElement('t-flag-states')
export class FlagStates extends LitElement {
  static override styles = [
    base,
    css`
      .states {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
        gap: 0.6rem;
      }
      .state {
        display: grid;
        grid-template-rows: auto 1fr auto;
        gap: 0.35rem;
        padding: 0.5rem 0.75rem 0.65rem;
      }
      .state.chosen {
        border-color: var(--line-strong);
        box-shadow: inset 0 2px 0 var(--primary);
      }
      .state.chosen.production {
        box-shadow: inset 0 2px 0 var(--production);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 2rem;
      }
      .line button.name {
        padding: 0 0.3rem;
        margin-left: -0.3rem;
      }
      .bar {
        flex: 1;
      }
      .serves {
        overflow-wrap: anywhere;
      }
      .why {
        font-size: var(--tiny);
      }
      button.kill[aria-disabled='true'] {
        background: var(--sunken);
        border-color: var(--line);
        color: var(--quiet);
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) flag!: FlagAnswer;
  @property({ attribute: false }) environments: readonly MyEnvironment[] = [];
  @property({ attribute: false }) environment!: MyEnvironment;
  @property({ attribute: false }) offVariant: string | null = null;
  @state() private busy = '';

  async #flip(environment: MyEnvironment, verb: 'on' | 'off' | 'kill' | 'restore'): Promise<void> {
    if (this.busy !== '') return;
    this.busy = environment.key;
    try {
      await flipFlow({ project: this.project, flag: this.flag.key }, environment, verb);
    } finally {
      this.busy = '';
      this.dispatchEvent(new CustomEvent('flipped'));
    }
  }

  override render() {
    return html`<div class="states" role="group" aria-label="Environments">
      ${this.environments.map((environment) => {
        const now = this.flag.environments[environment.key];
        return now === undefined ? nothing : this.#drawState(environment, now);
      })}
    </div>`;
  }

  #drawState(environment: MyEnvironment, now: Summary) {
    const isChosen = environment.key === this.environment.key;
    const marks = `${isChosen ? 'chosen' : ''} ${isProduction(environment) ? 'production' : ''}`;
    const verb = now.state === 'on' ? 'off' : 'on';
    return html`<section class="state card ${marks}" aria-label=${environment.name}>
      <div class="line">
        <button
          class="plain name"
          aria-pressed=${isChosen}
          title="Show ${environment.name} below"
          @click=${() => setQuery({ env: environment.key }, { replace: false })}
        >
          ${environment.name}
        </button>
        ${isProduction(environment) ? html`<span class="tag production">production</span>` : nothing}
        <t-switch
          class="spread"
          state=${now.state}
          ?killed=${now.killed}
          ?busy=${this.busy === environment.key}
          label="${this.flag.key} in ${environment.name}"
          why=${this.#whyNot(environment, now, verb)}
          @toggle=${({ detail }: CustomEvent<{ blocked: string }>) => {
            if (detail.blocked === '') void this.#flip(environment, verb);
          }}
        ></t-switch>
      </div>
      <span class="serves quiet small">${now.serves}</span>
      <div class="line">
        ${this.#drawBar(now)}
        ${isChosen && !this.flag.archived ? this.#drawKill(environment, now) : nothing}
      </div>
    </section>`;
  }

  #whyNot(environment: MyEnvironment, now: Summary, verb: 'on' | 'off'): string {
    if (this.flag.archived) return 'It is archived: bring it back first, under Settings.';
    if (now.killed) return 'It is killed: only a restore lifts that.';
    const may = mayFlip(environment, verb);
    return may.yes ? '' : (may.why ?? 'You may not do that here.');
  }

  #drawKill(environment: MyEnvironment, now: Summary) {
    const verb = now.killed ? 'restore' : 'kill';
    const may = mayFlip(environment, verb);
    const why = may.yes ? '' : (may.why ?? 'You may not do that here.');
    return html`<button
      class=${now.killed ? '' : 'kill'}
      aria-disabled=${!may.yes || this.busy !== ''}
      title=${why || (now.killed ? 'Users get again what the flag says' : 'Everybody gets the off variant, at once')}
      @click=${() => may.yes && void this.#flip(environment, verb)}
    >
      <wa-icon name=${now.killed ? 'undo' : 'kill'} aria-hidden="true"></wa-icon>${now.killed ? 'Restore …' : 'Kill'}
    </button>`;
  }

  #drawBar(now: Summary) {
    const shares = this.#shares(now);
    return shares.length === 0 ? html`<span class="bar"></span>` : html`<t-bar class="bar" .shares=${shares}></t-bar>`;
  }

  #shares({ shares, killed, state: on }: Summary) {
    if (killed || on === 'off') return [];
    const variants = Object.keys(this.flag.variants);
    return Object.entries(shares).map(([variant, share]) => ({
      ...{ variant, share },
      colour: variantColour(variants, variant, this.offVariant),
    }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-flag-states': FlagStates;
  }
}
