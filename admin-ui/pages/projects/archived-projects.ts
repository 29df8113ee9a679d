import type { ProjectAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { session } from '../../client/session.ts';
import '../../parts/problem-view.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { bringBack } from './archive-flow.ts';

const MOST = 200;

/** What was put away, and the way back. Nothing is drawn where there is nothing. */
@customElement('t-archived-projects')
export class ArchivedProjects extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0.5rem 0 0;
        padding: 0;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.4rem 0.9rem;
        overflow-wrap: anywhere;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
    `,
  ];
  @state() private projects: readonly ProjectAnswer[] = [];
  @state() private refusal: Refusal | undefined;
  #stop: () => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // Whoever archives asks again who they are, for that is where their projects are listed.
    this.#stop = session.subscribe(() => void this.#read());
    void this.#read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  async #read(): Promise<void> {
    try {
      const query = { archived: 'true', limit: MOST };
      this.projects = (await send<{ items: ProjectAnswer[] }>('/projects', { query })).items;
      this.refusal = undefined;
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  async #back({ key, name }: ProjectAnswer): Promise<void> {
    try {
      await bringBack(key);
      tell(`${name} is back as it was, its keys included.`);
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  override render() {
    if (this.refusal !== undefined)
      return html`<t-problem .refusal=${this.refusal} .retry=${() => void this.#read()}></t-problem>`;
    if (this.projects.length === 0) return nothing;
    return html`<h2>Archived</h2>
      <ul class="card">
        ${this.projects.map(
          (project) => html`<li>
            <span>${project.name}</span><code class="quiet">${project.key}</code><span class="spread"></span>
            <button @click=${() => void this.#back(project)}>Bring back<span class="sr"> ${project.name}</span></button>
          </li>`,
        )}
      </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-archived-projects': ArchivedProjects;
  }
}
