import { html, nothing } from 'lit';
import { dayOf, SPANS } from './expiry.ts';

interface Expiry {
  chosen: string;
  choose: (span: string) => void;
  /** The end that there is: undefined where the thing is only made, null where it has none. */
  was?: string | null | undefined;
  fault: string | undefined;
}

/** When a secret ends: a span, or a day. Fields `ends` and `day` of the form around it. */
export function drawExpiry({ chosen, choose, was, fault }: Expiry) {
  const tomorrow = dayOf(new Date(Date.now() + 86_400_000).toISOString());
  return html`<div class="field">
    <label for="ends">Ends <span class="hint">it is refused from then on, open streams included</span></label>
    <select
      id="ends"
      name="ends"
      aria-invalid=${fault !== undefined}
      aria-describedby="ends-fault"
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
    >
      ${was === undefined ? nothing : html`<option value="">As it is (${was === null ? 'no end' : new Date(was).toLocaleString()})</option>`}
      ${Object.entries(SPANS).map(([span, { words }]) => html`<option value=${span}>${words}</option>`)}
    </select>
    ${
      chosen === 'date'
        ? html`<label for="day" class="sr">The last day</label>
            <input id="day" name="day" type="date" required min=${tomorrow} />`
        : nothing
    }
    <span class="fault" id="ends-fault">${fault ?? nothing}</span>
  </div>`;
}
