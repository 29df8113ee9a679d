import { Task } from '@lit/task';
import type { ChangeItem } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { flagIndex } from '../../client/flag-index.ts';
import type { Here } from '../../client/here.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import { tellActor } from '../../parts/change-words.ts';
import { flipFlow, mayFlip } from '../../parts/flip-flow.ts';
import '../../parts/relative-time.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { findKilled, type KilledFlag, tellServed } from './find-killed.ts';

const MOST = 200;

/** What is killed in the environment, since when, by whom and why, and the way back. */
@customElement('t-killed-now')
export class KilledNow extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.25rem 0.75rem;
        padding: 0.5rem 0.9rem;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .about {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .about a {
        color: inherit;
        font-weight: 600;
      }
      .empty {
        padding: 0.9rem;
      }
    `,
  ];
  @property({ attribute: false }) here!: Here;

  /** The kills of the log; read again whenever other flags are killed than before. */
  readonly #kills = new Task(this, {
    args: () => [this.here.project.key, this.here.environment.key, this.#killedKeys()] as const,
    task: async ([project, environment], { signal }): Promise<ChangeItem[]> => {
      const query = { environment, action: 'flag.kill', limit: MOST };
      const path = `/projects/${encodeURIComponent(project)}/changes`;
      return (await send<{ items: ChangeItem[] }>(path, { query, signal })).items;
    },
  });

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  #killedKeys(): string {
    const { environment } = this.here;
    const killed = flagIndex.value.flags.filter((flag) => flag.environments[environment.key]?.killed);
    return killed.map(({ key }) => key).join(' ');
  }

  override render() {
    const { environment, project } = this.here;
    const { flags, complete, refusal } = flagIndex.value;
    const killed = findKilled(flags, environment.key, this.#kills.value ?? []);
    if (killed.length === 0) {
      if (refusal !== undefined) return html`<p class="fault">What is killed cannot be read now.</p>`;
      const words = complete ? `Nothing is killed in ${environment.name}.` : 'Reading …';
      return html`<div class="card empty quiet">${words}</div>`;
    }
    return html`<ul class="card">
      ${killed.map((one) => this.#draw(one, project.key))}
    </ul>`;
  }

  #draw({ flag, kill }: KilledFlag, project: string) {
    const { environment } = this.here;
    const restore = mayFlip(environment, 'restore');
    const address = writeRoute('flag', { project, flag: flag.key }, { env: environment.key });
    return html`<li>
      <div class="about">
        <a class="mono" href=${address}>${flag.key}</a>
        <span class="quiet small">
          users get ${tellServed(flag.environments[environment.key]?.serves ?? '')}
          ${kill === undefined ? nothing : html`· <t-ago .at=${kill.at}></t-ago> · ${tellActor(kill)}`}
          ${kill?.reason ? html`· “${kill.reason}”` : nothing}
        </span>
      </div>
      <button
        aria-disabled=${!restore.yes}
        title=${restore.why ?? ''}
        @click=${() => void flipFlow({ project, flag: flag.key }, environment, 'restore')}
      >
        Restore<span class="sr"> ${flag.key}</span>
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-killed-now': KilledNow;
  }
}
