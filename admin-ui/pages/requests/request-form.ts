import type { RequestSummary, WholeRequest } from '@turnout/server/contracts';
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { FormDialog } from '../settings/form-dialog.ts';
import { faultAt, textIn } from '../settings/form-fields.ts';

type Item = WholeRequest['items'][number];

/** Another title, another reason, and other bodies of the calls that wait. */
@customElement('t-request-form')
export class RequestForm extends FormDialog<RequestSummary> {
  static override styles = [
    ...FormDialog.styles,
    css`
      .item {
        padding: 0.6rem 0.75rem;
      }
      .call {
        overflow-wrap: anywhere;
      }
      textarea {
        width: 100%;
        min-height: 8rem;
        font-size: var(--tiny);
      }
    `,
  ];

  @property() project = '';
  @property({ attribute: false }) request!: WholeRequest;
  @state() private dropped: readonly number[] = [];

  protected words() {
    return {
      title: `Edit “${this.request.title}”`,
      lead: 'All approvals are void afterwards, and you count as one of its authors.',
      confirm: 'Store the draft',
    };
  }

  protected drawFields() {
    const { title, reason, items } = this.request;
    const kept = items.length - this.dropped.length;
    return html`${this.field('title', 'Title', { value: title, required: true, focus: true })}
    ${this.field('reason', 'Reason', { value: reason, required: true, longest: 1_000 })}
    ${items.map((item, at) => (this.dropped.includes(at) ? nothing : this.#drawItem(item, at, kept > 1)))}`;
  }

  #drawItem({ method, path, body }: Item, at: number, mayDrop: boolean) {
    const fault = faultAt(this.refusal, `items/${this.#placeOf(at)}`);
    return html`<div class="item card field">
      <label class="call" for="item-${at}"><code>${method} ${path}</code></label>
      <textarea
        id="item-${at}"
        name="item-${at}"
        class="mono"
        spellcheck="false"
        aria-invalid=${fault !== undefined}
        aria-describedby="item-${at}-fault"
        .defaultValue=${JSON.stringify(body, null, 2)}
      ></textarea>
      <span class="fault" id="item-${at}-fault">${fault ?? nothing}</span>
      ${
        mayDrop
          ? html`<div>
              <button
                type="button"
                class="plain small"
                @click=${() => {
                  this.dropped = [...this.dropped, at];
                }}
              >
                Take this call out
              </button>
            </div>`
          : nothing
      }
    </div>`;
  }

  /** Where an item stands among those that are sent. */
  #placeOf(at: number): number {
    return at - this.dropped.filter((one) => one < at).length;
  }

  protected async submit(fields: FormData): Promise<RequestSummary> {
    const items = this.request.items.flatMap((item, at) => {
      if (this.dropped.includes(at)) return [];
      return [{ ...item, body: this.#readBody(textIn(fields, `item-${at}`), at) }];
    });
    const path = `/projects/${encodeURIComponent(this.project)}/requests/${this.request.id}/items`;
    const body = { items, title: textIn(fields, 'title'), reason: textIn(fields, 'reason') };
    return (await send<{ request: RequestSummary }>(path, { method: 'PUT', version: this.request.version, body }))
      .request;
  }

  #readBody(text: string | undefined, at: number): unknown {
    try {
      return JSON.parse(text ?? 'null');
    } catch {
      const expected = 'JSON, such as {"state": "on"}';
      throw new Refusal({
        ...{ title: 'Some fields are not right', status: 422, code: 'invalid', detail: 'This is not JSON.' },
        errors: [{ path: `/items/${this.#placeOf(at)}`, code: 'bad_json', expected }],
      });
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-request-form': RequestForm;
  }
}
