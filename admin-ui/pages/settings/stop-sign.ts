import { html } from 'lit';

/** What somebody may not see or do: that it is there, and why not. */
export function drawStop(what: string, why: string | undefined) {
  return html`<div class="card stop">
    <wa-icon name="lock" aria-hidden="true"></wa-icon>
    <div>
      <strong>${what}</strong>
      <p class="quiet">${why ?? 'You have not got the right.'} An administrator of the project can give it to you.</p>
    </div>
  </div>`;
}
