import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ChangeNews } from '../../client/live.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';

/** That it is killed, and who did it, when and why. */
@customElement('t-killed')
export class KilledBanner extends LitElement {
  static override styles = [
    base,
    css`
      .banner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.75rem;
        padding: 0.6rem 1rem;
        border: 1px solid var(--kill);
        border-radius: var(--round);
        background: var(--kill-soft);
        overflow-wrap: anywhere;
      }
      wa-icon {
        color: var(--kill);
      }
      .text {
        flex: 1 1 16rem;
      }
    `,
  ];

  @property() project = '';
  @property() flag = '';
  @property({ attribute: false }) environment!: MyEnvironment;

  /** The newest kill in the log; undefined where only a node's journal knows of it yet. */
  readonly #kill = new Task(this, {
    args: () => [this.project, this.flag, this.environment.key] as const,
    task: async ([project, flag, environment], { signal }) => {
      const query = { subject: `flag/${flag}`, environment, action: 'flag.kill', limit: 1 };
      const path = `/projects/${encodeURIComponent(project)}/changes`;
      return (await send<{ items: ChangeNews[] }>(path, { query, signal })).items[0];
    },
  });

  override render() {
    return html`<div class="banner" role="status">
      <wa-icon name="kill" aria-hidden="true"></wa-icon>
      <span class="text">
        <strong>Killed in ${this.environment.name}.</strong> Everybody gets the off variant.
        ${this.#kill.render({
          pending: () => nothing,
          error: () => html`Who killed it cannot be read at the moment.`,
          complete: (kill) => (kill === undefined ? 'The log does not have it yet.' : drawKill(kill)),
        })}
      </span>
    </div>`;
  }
}

function drawKill({ actor, actorName, at, reason }: ChangeNews) {
  return html`<span>
    By ${actorName ?? actor}, <t-ago at=${at}></t-ago>${reason === null ? ', without a reason.' : html`: “${reason}”`}
  </span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-killed': KilledBanner;
  }
}
