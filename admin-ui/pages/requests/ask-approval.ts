import type { NewRequestIn, RequestSummary, WholeRequest } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { send } from '../../client/send-request.ts';
import { requireMe } from '../../client/session.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';
import { addItems } from './add-items.ts';
import { isMine } from './tell-request.ts';

export type Items = NewRequestIn['items'];

/** What somebody would do and may not do alone. */
export interface Wish {
  project: string;
  environment: string;
  /** How a new request is called where nothing else is typed. */
  title: string;
  items: Items;
  /** What is said of it first, where that is something else than usual. */
  lead?: string;
  /** What it takes away of what protects stands in a request of its own. */
  isAlone?: boolean;
}

const NEW = '';

/** Asks for an approval, by a new request or by one of one's own that is open; goes there where that was done. */
export async function askApproval(wish: Wish, asked?: () => void): Promise<RequestSummary | undefined> {
  const form = document.createElement('t-ask-approval');
  Object.assign(form, { wish });
  const made = await form.open();
  if (made === undefined) return undefined;
  asked?.();
  // The page has to hear first that nothing typed is left on it: else it would ask whether to leave.
  await new Promise((resolve) => setTimeout(resolve));
  tell(`“${made.title}” is asked for. ${made.waits ?? 'It can be applied.'}`);
  goTo('request', { project: wish.project, request: made.id }, { env: wish.environment });
  return made;
}

@customElement('t-ask-approval')
export class AskApproval extends FormDialog<RequestSummary> {
  @property({ attribute: false }) wish!: Wish;
  /** Open requests of whoever asks. */
  @state() private own: readonly RequestSummary[] = [];
  @state() private into = NEW;

  get #path(): string {
    return `/projects/${encodeURIComponent(this.wish.project)}/requests`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.wish.isAlone) void this.#readOwn();
  }

  /** Without them a new one is made. */
  async #readOwn(): Promise<void> {
    const query = { mine: 'true', state: 'open', limit: 50 };
    const page = await send<{ items: RequestSummary[] }>(this.#path, { query }).catch(() => ({ items: [] }));
    const me = requireMe().principal;
    this.own = page.items.filter((one) => one.kind === 'change' && isMine(one, me));
  }

  protected words() {
    return {
      title: 'Ask for approval',
      lead:
        this.wish.lead ??
        'Nothing changes before somebody else approves it. Everybody who may is shown it in their inbox.',
      confirm: this.into === NEW ? 'Ask for approval' : 'Add to the request',
    };
  }

  protected drawFields() {
    const isNew = this.into === NEW;
    return html`${this.own.length === 0 ? nothing : this.#drawInto()}
    ${
      isNew
        ? html`${this.field('title', 'Title', { value: this.wish.title, required: true, focus: true })}
          ${this.field('reason', 'Reason', { hint: 'what whoever approves has to know', required: true, longest: 1_000 })}`
        : html`<p class="quiet">What was approved of it so far is void: it is approved anew, as a whole.</p>`
    }
    ${this.#drawFault()}`;
  }

  #drawInto() {
    return html`<div class="field">
      <label for="into">In which request <span class="hint">several changes can be approved and applied as one</span></label>
      <select
        id="into"
        @change=${(event: Event) => {
          this.into = (event.target as HTMLSelectElement).value;
        }}
      >
        <option value=${NEW}>A new one</option>
        ${this.own.map(({ id, title }) => html`<option value=${id}>${title}</option>`)}
      </select>
    </div>`;
  }

  #drawFault() {
    const fault = faultAt(this.refusal, 'items');
    return fault === undefined ? nothing : html`<p class="fault">${fault}</p>`;
  }

  protected async submit(fields: FormData): Promise<RequestSummary> {
    const { items } = this.wish;
    if (this.into === NEW) {
      const body = { title: textIn(fields, 'title'), reason: textIn(fields, 'reason'), items };
      return (await send<{ request: RequestSummary }>(this.#path, { method: 'POST', body })).request;
    }
    const path = `${this.#path}/${this.into}`;
    const now = await send<WholeRequest>(path);
    const body = { items: addItems(now.items, items) };
    const answer = await send<{ request: RequestSummary }>(`${path}/items`, {
      method: 'PUT',
      version: now.version,
      body,
    });
    return answer.request;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-ask-approval': AskApproval;
  }
}
