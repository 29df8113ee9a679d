import type { RolloutAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { actsSheet } from '../../parts/acts-sheet.ts';
import { base } from '../../styles/base.ts';
import { maySteer } from './may-steer.ts';
import { steerFlow } from './steer-flow.ts';
import { isLive, type Verb } from './tell-rollout.ts';

interface Act {
  verb: Verb;
  words: string;
  icon: string;
}

const ACTS: Record<Verb, Act> = {
  rollback: { verb: 'rollback', words: 'Roll back', icon: 'undo' },
  pause: { verb: 'pause', words: 'Pause', icon: 'pause' },
  resume: { verb: 'resume', words: 'Resume', icon: 'play' },
  advance: { verb: 'advance', words: 'Advance', icon: 'arrow-right' },
  'override-ratio': { verb: 'override-ratio', words: 'Go on past unequal arms', icon: 'alert' },
  'ask-again': { verb: 'ask-again', words: 'Ask again', icon: 'refresh' },
  retry: { verb: 'retry', words: 'Try again', icon: 'refresh' },
};
const ORDER: readonly Verb[] = ['rollback', 'pause', 'resume', 'advance', 'override-ratio', 'ask-again', 'retry'];

/** What can be done with a rollout. What one may not do stands there with its reason; tells `steered` with what came of it. */
@customElement('t-rollout-acts')
export class RolloutActs extends LitElement {
  static override styles = [base, actsSheet];

  @property({ attribute: false }) project!: MyProject;
  @property({ attribute: false }) rollout!: RolloutAnswer;
  /** Where it is now, with what one may do there; undefined where one may not see it. */
  @property({ attribute: false }) environment: MyEnvironment | undefined;
  @state() private busy: Verb | undefined;

  async #steer(verb: Verb): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = verb;
    const { project, rollout, environment } = this;
    const after = await steerFlow({ project, rollout, environment }, verb);
    this.busy = undefined;
    if (after !== undefined) this.dispatchEvent(new CustomEvent<RolloutAnswer>('steered', { detail: after }));
  }

  /** Where somebody presses for each stage, Advance stands there also while there is nothing to press for. */
  get #acts(): readonly Act[] {
    const { may, mode, state: state_ } = this.rollout;
    const standing = mode === 'button' && isLive(state_) ? ['advance'] : [];
    return ORDER.filter((verb) => may.includes(verb) || standing.includes(verb)).map((verb) => ACTS[verb]);
  }

  override render() {
    const acts = this.#acts;
    const refused = [...new Set(acts.flatMap(({ verb }) => maySteer(this.environment, verb).why ?? []))];
    return html`<div class="acts" role="group" aria-label="What can be done">${acts.map((act) => this.#draw(act))}</div>
      ${refused.length === 0 ? nothing : html`<p id="why" class="quiet small">${refused.join(' ')}</p>`}`;
  }

  #draw({ verb, words, icon }: Act) {
    const may = maySteer(this.environment, verb);
    const can = this.rollout.may.includes(verb);
    const nothingToPress =
      this.rollout.state === 'paused' ? 'It is paused: resume it first.' : 'It is pressed already.';
    const why = can ? may.why : nothingToPress;
    const tone = verb === 'rollback' ? 'back' : verb === 'resume' || verb === 'retry' ? 'primary' : '';
    const off = !may.yes || !can || this.busy !== undefined;
    return html`<button
      class=${tone}
      aria-disabled=${off}
      title=${why ?? nothing}
      aria-describedby=${may.yes ? nothing : 'why'}
      @click=${() => !off && void this.#steer(verb)}
    >
      <wa-icon name=${icon} aria-hidden="true"></wa-icon>${this.busy === verb ? 'One moment …' : words}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-rollout-acts': RolloutActs;
  }
}
