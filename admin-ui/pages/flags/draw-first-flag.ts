import { html, nothing } from 'lit';
import type { May, MyProject } from '../../client/me.ts';

/** Says how a project gets its first flag, and what to do with it. */
export function drawFirstFlag({ name }: MyProject, may: May, make: () => void) {
  return html`<div class="none card">
    <h2>${name} has no flags yet</h2>
    <p>
      A flag is a question that your code asks: which variant does this user get? Make one, ask for it in the code, and
      turn it on when you are ready. It begins off, so nobody gets anything before you say so.
    </p>
    <div><button class="primary" aria-disabled=${!may.yes} @click=${make}>Make the first flag</button></div>
    ${may.yes ? nothing : html`<p class="quiet">${may.why}</p>`}
    <pre tabindex="0" role="region" aria-label="Ask for it in the code"><code>${CODE}</code></pre>
    <p class="quiet small">
      Flags of flagd, or of another project, are taken over by <code>turnout import</code> on the command line.
    </p>
  </div>`;
}

const CODE = `if (client.boolean('new-cart', false, { targetingKey: user.id })) {
  showNewCart();
}`;
