import type { FlagEvaluationsAnswer } from '@turnout/server/contracts';
import { html, nothing, type TemplateResult } from 'lit';
import '../../parts/relative-time.ts';
import { printJson } from '../../parts/json-diff.ts';
import { showShare } from '../../parts/show-share.ts';
import { countPages, countUncounted, type Given } from './evaluations-series.ts';

const number = new Intl.NumberFormat('en-GB');

/** How much each variant was given in the time that is looked at. */
export function drawTotals(given: readonly Given[], colourOf: (one: Given) => string): TemplateResult {
  const all = given.reduce((sum, { total }) => sum + total, 0);
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Given</th>
        <th scope="col" class="number">n</th>
        <th scope="col" class="number">Share</th>
        <th scope="col">Last</th>
      </tr>
    </thead>
    <tbody>
      ${given.map(
        (one) => html`<tr>
          <td class="name"><span class="dot" style="background:${colourOf(one)}"></span>${one.name}</td>
          <td class="number">${number.format(one.total)}</td>
          <td class="number">${showShare(one.share)}</td>
          <td>${one.lastAt === null ? html`<span class="quiet">never</span>` : html`<t-ago .at=${one.lastAt}></t-ago>`}</td>
        </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        <td class="quiet">all</td>
        <td class="number">${number.format(all)}</td>
        <td></td>
        <td></td>
      </tr>
    </tfoot>
  </table>`;
}

/** The figures of the chart, step by step, the newest first. */
export function drawSteps(given: readonly Given[], times: readonly number[], step: string): TemplateResult {
  const tell = (seconds: number) => {
    const at = new Date(seconds * 1_000);
    return step === 'day' ? at.toLocaleDateString() : at.toLocaleString();
  };
  return html`<details>
    <summary>The same as a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Evaluations by ${step}">
      <table>
        <thead>
          <tr>
            <th scope="col">${step === 'day' ? 'Day' : `From (one ${step})`}</th>
            ${given.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${times
            .map(
              (time, at) => html`<tr>
                <th scope="row">${tell(time)}</th>
                ${given.map(({ counts }) => html`<td class="number">${number.format(counts[at] ?? 0)}</td>`)}
              </tr>`,
            )
            .reverse()}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Where the flag is in its life, and when anybody looked. */
export function drawLife({ lifecycle, lastAskedAt, lastGivenAt }: FlagEvaluationsAnswer): TemplateResult {
  const tag = { new: '', live: 'on', 'fully on': 'on', stale: 'warn' }[lifecycle.state];
  const when = (at: string | null) => (at === null ? html`never` : html`<t-ago .at=${at}></t-ago>`);
  return html`<p><span class="tag ${tag}">${lifecycle.state}</span> ${lifecycle.why}</p>
    <p class="quiet small">
      Asked for by name: ${when(lastAskedAt)}. Given together with all other flags: ${when(lastGivenAt)}.
    </p>`;
}

/** What apps give by themselves when Turnout has no answer. */
export function drawDefaults({ codedDefaults }: FlagEvaluationsAnswer): TemplateResult {
  const { values, differ } = codedDefaults;
  if (values.length === 0) return html`<p class="quiet">No app has told its coded default yet.</p>`;
  return html`${
    differ
      ? html`<p class="warn">
            <strong>Not a value of this flag.</strong> An app that loses Turnout would give its users something that no
            variant gives. Change the default in its code, or add the variant.
          </p>`
      : html`<p class="quiet">Each is the value of a variant: an app without Turnout gives what the flag could.</p>`
  }
    <ul>
      ${values.map(
        ({ value, lastAt }) => html`<li>
          <code>${printJson(value).join(' ') || 'null'}</code> <span class="quiet small">told <t-ago .at=${lastAt}></t-ago></span>
        </li>`,
      )}
    </ul>`;
}

/** What pages say, beside the figures: whoever opens such a page can make that up. */
export function drawPages({ pages }: FlagEvaluationsAnswer): TemplateResult | typeof nothing {
  const told = countPages(pages);
  if (told.length === 0) return nothing;
  const counts = told.map(({ name, total }) => `${name} ${number.format(total)}`).join(', ');
  return html`<p class="quiet small">
    <span class="tag">told by browsers</span> ${counts}. Anybody can make that up, so it is in no other figure here.
  </p>`;
}

/** What was evaluated and is in no figure above. */
export function drawUncounted(answer: FlagEvaluationsAnswer): TemplateResult | typeof nothing {
  const uncounted = countUncounted(answer);
  if (uncounted === 0) return nothing;
  return html`<p class="warn small">
    ${number.format(uncounted)} evaluations of this environment in this time could be counted for no flag: reports were
    lost, or named flags and variants that are not here.
  </p>`;
}

const SNIPPET = (flag: string) => `import { Turnout } from '@turnout/sdk-node';

const flags = new Turnout({ url: '${location.origin}', key: process.env.TURNOUT_KEY });
await flags.ready();
flags.boolean('${flag}', false, { targetingKey: 'user-1' });`;

/** What to do where nothing was evaluated yet. */
export function drawNobody(flag: string, keys: string): TemplateResult {
  return html`<div class="card">
    <h2>No app has evaluated this flag here yet</h2>
    <p>
      An app that uses an SDK reports by itself, every ten seconds, how often it gave which variant; never to whom. With
      a <a href=${keys}>server key</a> of this environment it takes this:
    </p>
    <pre tabindex="0" aria-label="Example"><code>${SNIPPET(flag)}</code></pre>
    <p class="quiet">Evaluations over HTTP (OFREP) are counted by the server. The first figures are here within half a minute.</p>
  </div>`;
}
