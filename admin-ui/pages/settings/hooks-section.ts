import type { HookAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { flagIndex } from '../../client/flag-index.ts';
import { followHere, type Here } from '../../client/here.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { Following } from '../../client/store.ts';
import { ask } from '../../parts/ask-dialog.ts';
import '../../parts/code-snippet.ts';
import '../../parts/relative-time.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import type { MadeHook } from './hook-form.ts';
import './hook-form.ts';
import './hook-signals.ts';
import { deleteItem } from './delete-item.ts';
import { SOURCES, tellActions, writeHookSnippets } from './hook-words.ts';
import { Listing } from './listing.ts';
import { showSecret } from './secret-dialog.ts';
import { settingsSheet } from './settings-sheet.ts';
import { drawStop } from './stop-sign.ts';
import { tellMaker } from './tell-maker.ts';

/** What alerts come in by. */
@customElement('t-hooks-section')
export class HooksSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);
  readonly #hooks = new Listing<HookAnswer>(this, {
    path: () => (this.#here()?.project.rights.includes('admin') ? this.#path() : undefined),
    subjects: ['hook'],
    mark: ({ id, version }) => `${id}/${version}`,
    name: ({ id }) => id,
  });

  constructor() {
    super();
    new Following(this, flagIndex);
  }

  #path(): string {
    return `/projects/${encodeURIComponent(this.#here()?.project.key ?? '')}/hooks`;
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    if (!here.project.rights.includes('admin')) {
      return drawStop('Hooks are for administrators of the project.', 'Who has a secret of one can make it act.');
    }
    return html`<section class="group" aria-labelledby="hooks">
      <div class="head">
        <div>
          <h2 id="hooks">Hooks</h2>
          <p class="about small">
            What alerts come in by. A signal trips the guards of rollouts that listen to it, of the flags and in the
            environments that its hook lists, and of no others. It kills flags or opens incidents only where the hook says so,
            and never restores anything.
          </p>
        </div>
        <button @click=${() => void this.#make(here)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New hook
        </button>
      </div>
      ${this.#hooks.drawState()} ${this.#drawHooks(here)}
    </section>`;
  }

  #drawHooks(here: Here) {
    const { items } = this.#hooks;
    if (items === undefined) return nothing;
    if (items.length === 0) {
      return html`<div class="card empty">No hook yet. Make one, and give its secret to Alertmanager or to your monitor.</div>`;
    }
    return html`<ul class="card items">
      ${repeat(
        items,
        ({ id }) => id,
        (hook) => html`<li class=${this.#hooks.changed.has(hook.id) ? 'flash' : ''}>${this.#draw(here, hook)}</li>`,
      )}
    </ul>`;
  }

  #draw(here: Here, hook: HookAnswer) {
    const { id, name, source, auth, secrets, lastSignalAt, createdAt, createdBy } = hook;
    const act = (words: string, run: () => Promise<void>) =>
      html`<button class="plain" aria-label="${words} ${name}" @click=${() => void run()}>${words}</button>`;
    return html`<article class="item" aria-label="Hook ${name}">
      <div class="title">
        <h3 class="name">${name}</h3>
        <span class="tag">${SOURCES[source]}</span>
        ${secrets.length > 1 ? html`<span class="tag warn">two secrets are good</span>` : nothing}
      </div>
      <div class="facts">
        <span>It <strong>${tellActions(hook)}</strong></span>
        <span
          >${lastSignalAt === null ? 'nothing came in within 24 hours' : html`last signal <strong><t-ago .at=${lastSignalAt}></t-ago></strong>`}</span
        >
        <span>${auth === 'hmac' ? 'signed' : html`token <code>${secrets[0]?.startsWith ?? ''}…</code>`}</span>
        <span>made <t-ago .at=${createdAt}></t-ago> by ${tellMaker(createdBy)}</span>
      </div>
      <div class="actions">
        ${act('Edit', () => this.#edit(here, hook))} ${act('Rotate', () => this.#rotate(hook))}
        ${act('Delete', () => this.#delete(hook))}
      </div>
      <details class="more" @toggle=${(event: Event) => this.#turn(id, (event.target as HTMLDetailsElement).open)}>
        <summary>Last signals</summary>
        <div class="parts">${this.#open.has(id) ? html`<t-hook-signals .path=${`${this.#path()}/${id}`}></t-hook-signals>` : nothing}</div>
      </details>
      <details class="more">
        <summary>How it is set up</summary>
        <div class="parts">
          ${writeHookSnippets(hook, location.origin).map(({ caption, text }) => html`<t-snippet caption=${caption} .text=${text}></t-snippet>`)}
        </div>
      </details>
    </article>`;
  }

  /** What came in is asked for when somebody looks at it. */
  readonly #open = new Set<string>();

  #turn(id: string, isOpen: boolean): void {
    if (isOpen) this.#open.add(id);
    else this.#open.delete(id);
    this.requestUpdate();
  }

  async #make(here: Here): Promise<void> {
    const form = document.createElement('t-hook-form');
    form.here = here;
    const made = await form.open();
    if (made !== undefined) await this.#shown(made);
  }

  async #edit(here: Here, hook: HookAnswer): Promise<void> {
    const form = document.createElement('t-hook-form');
    Object.assign(form, { here, hook });
    const changed = await form.open();
    if (changed !== undefined) tell(`${changed.hook.name} is changed.`);
    await this.#hooks.read();
  }

  async #shown({ hook, secret }: MadeHook): Promise<void> {
    void this.#hooks.read();
    await showSecret({
      title: `The secret of ${hook.name}`,
      secret,
      what: `the secret of ${hook.name}`,
      advice: 'Give it to what sends, and to nothing else: who has it can make the hook act.',
      snippets: writeHookSnippets(hook, location.origin).slice(0, 1),
    });
  }

  async #rotate({ id, name }: HookAnswer): Promise<void> {
    const body =
      'A second secret is made. The one before stays good for a day, so that you can give the new one to what sends.';
    const answer = await ask({ title: `Rotate ${name}?`, body, confirm: 'Make another secret', reason: 'optional' });
    if (answer === undefined) return;
    try {
      await this.#shown(await send<MadeHook>(`${this.#path()}/${id}/rotate`, { method: 'POST', body: answer }));
    } catch (error) {
      const { title, detail } = asRefusal(error).problem;
      tell(`${title}: ${detail}`, { tone: 'warn' });
    }
    await this.#hooks.read();
  }

  async #delete({ id, name }: HookAnswer): Promise<void> {
    const body = 'What is sent to it is refused from now on. What it killed stays killed.';
    if (await deleteItem({ name, body, path: `${this.#path()}/${id}` })) await this.#hooks.read();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-hooks-section': HooksSection;
  }
}
