import type { MySession } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { signOut } from '../../client/session.ts';
import { ask } from '../../parts/ask-dialog.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { tellAgent } from './tell-agent.ts';

/** Where one is signed in, and how to end it. */
@customElement('t-my-sessions')
export class MySessions extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        list-style: none;
        margin: 0 0 0.75rem;
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
    `,
  ];
  @state() private sessions: readonly MySession[] | undefined;
  @state() private refusal: Refusal | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  async read(): Promise<void> {
    await this.#try(async () => {
      this.sessions = (await send<{ items: MySession[] }>('/me/sessions')).items;
    });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.refusal = undefined;
    } catch (error) {
      this.refusal = asRefusal(error);
    }
  }

  async #end({ id, agent }: MySession): Promise<void> {
    await this.#try(async () => {
      await send(`/me/sessions/${encodeURIComponent(id)}/end`, { method: 'POST' });
      tell(`${tellAgent(agent)} is signed out.`);
      await this.read();
    });
  }

  async #endAll(): Promise<void> {
    const answer = await ask({
      title: 'Sign out everywhere?',
      body: 'Every session of yours ends within seconds, this one too. Whoever has a copy of one is out.',
      confirm: 'Sign out everywhere',
    });
    if (answer !== undefined) await this.#try(() => signOut(true));
  }

  override render() {
    return html`${this.refusal === undefined ? nothing : html`<t-problem .refusal=${this.refusal} .retry=${() => void this.read()}></t-problem>`}
      ${
        this.sessions === undefined
          ? nothing
          : html`<ul class="card">
              ${this.sessions.map((one) => this.#draw(one))}
            </ul>`
      }
      <button @click=${() => void this.#endAll()}>
        <wa-icon name="log-out" aria-hidden="true"></wa-icon>Sign out everywhere
      </button>`;
  }

  #draw(one: MySession) {
    const { agent, address, madeAt, expiresAt, current } = one;
    return html`<li>
      <div class="about">
        <strong title=${agent}>${tellAgent(agent)}</strong> ${current ? html`<span class="tag on">this one</span>` : nothing}
        <div class="quiet small">
          from ${address} · signed in <t-ago .at=${madeAt}></t-ago> · ends <t-ago .at=${expiresAt}></t-ago>
        </div>
      </div>
      ${
        current
          ? html`<button class="plain" @click=${() => void this.#try(() => signOut())}>Sign out</button>`
          : html`<button @click=${() => void this.#end(one)}>End<span class="sr"> ${tellAgent(agent)} from ${address}</span></button>`
      }
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-my-sessions': MySessions;
  }
}
