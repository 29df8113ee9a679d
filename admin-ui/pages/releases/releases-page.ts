import type { ReleaseItemAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere, type Here } from '../../client/here.ts';
import { PagedList } from '../../client/paged-list.ts';
import { Following } from '../../client/store.ts';
import { tellActor } from '../../parts/change-words.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import { rowsAsCards } from '../../styles/rows-as-cards.ts';
import './known-good-button.ts';
import './new-release-form.ts';
import { rollBackFlow } from './roll-back-flow.ts';
import './rollback-cards.ts';
import { placePath } from './release-reading.ts';
import { releasesSheet } from './releases-sheet.ts';
import { pageOfOrigin, revisionOf, tellContent, tellGood } from './tell-release.ts';

const SHORT = 10;

/** What alters whether a release is known to be good: rollouts that end, kills, rollbacks, incidents. */
const HEARD = /^(release|rollback|rollout|flag|incident|train)\//;

/** An environment as it was, under tags: what of it is known to be good, and the way back. */
@customElement('t-releases-page')
export class ReleasesPage extends LitElement {
  static override styles = [base, listPage, rowsAsCards, releasesSheet];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #releases = new PagedList<ReleaseItemAnswer>(this, {
    keyOf: ({ tag }) => tag,
    mark: ({ tag, unproven, latestKnownGood }) => `${tag} ${unproven} ${latestKnownGood}`,
    hears: ({ subject }) => HEARD.test(subject),
  });

  constructor() {
    super();
    new Following(this, route);
  }

  get #goodOnly(): boolean {
    return route.value?.query.good === 'yes';
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here === undefined) return;
    const place = placePath(this.project, here.environment.key);
    this.#releases.follow(`${place}/releases`, this.#goodOnly ? { good: 'true' } : {});
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { items, refusal } = this.#releases;
    return html`<div class="page">
      <div class="row">
        <h1>Releases</h1>
        <span class="quiet">of ${here.environment.name}</span>
        <span class="spread"></span>
        <t-known-good-button .here=${here}></t-known-good-button>
        ${this.#drawMake(here)}
      </div>
      ${here.environment.may.safe.yes ? nothing : html`<p class="quiet small">${here.environment.may.safe.why}</p>`}
      <t-rollback-cards .project=${this.project}></t-rollback-cards>
      <t-problem .refusal=${refusal} .retry=${() => void this.#releases.read()}></t-problem>
      ${items === undefined ? this.#drawReading() : this.#drawList(here, items)}
    </div>`;
  }

  #drawReading() {
    return this.#releases.refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`;
  }

  #drawMake(here: Here) {
    const { safe } = here.environment.may;
    return html`<button class="primary" aria-disabled=${!safe.yes} title=${safe.why ?? ''} @click=${() => safe.yes && void this.#make(here)}>
      <wa-icon name="plus" aria-hidden="true"></wa-icon>New release
    </button>`;
  }

  #drawList(here: Here, items: readonly ReleaseItemAnswer[]) {
    if (items.length === 0 && !this.#goodOnly) return drawFirst(here);
    const compare = writeRoute('compare', { project: this.project }, { env: here.environment.key });
    return html`<div class="row">
        <button aria-pressed=${this.#goodOnly} @click=${() => setQuery({ good: this.#goodOnly ? '' : 'yes' })}>Known good only</button>
        <span class="spread"></span>
        <a href=${compare}>Compare two of them</a>
      </div>
      ${
        items.length === 0
          ? html`<p class="quiet">No release of ${here.environment.name} is known to be good. Open the newest: it says which flags are not known good, and why.</p>`
          : this.#drawTable(here, items)
      }
      ${this.#releases.hasMore ? html`<p class="row"><button @click=${() => this.#releases.more()}>Show older ones</button></p>` : nothing}`;
  }

  #drawTable(here: Here, items: readonly ReleaseItemAnswer[]) {
    return html`<div class="card list">
      <table aria-label="Releases of ${here.environment.name}">
        <thead>
          <tr>
            <th scope="col">Tag</th>
            <th scope="col">Known good</th>
            <th scope="col">From</th>
            <th scope="col">At</th>
            <th scope="col">Made</th>
            <th scope="col"><span class="sr">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            items,
            ({ tag }) => tag,
            (item) => this.#drawRow(here, item),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #drawRow({ project, environment }: Here, item: ReleaseItemAnswer) {
    const { tag, note, origin, position, commit, createdAt, createdBy, createdByName } = item;
    const env = environment.key;
    const good = tellGood(item);
    const from = pageOfOrigin(project.key, origin.link);
    return html`<tr class=${this.#releases.moved.has(tag) ? 'flash' : ''}>
      <td class="name">
        <a class="mono" href=${writeRoute('release', { project: project.key, release: tag }, { env })}>${tag}</a>
        <span class="under quiet small">${tellContent(item)}</span>
        ${note === null ? nothing : html`<span class="note small">${spellMarks(note)}</span>`}
      </td>
      <td data-label="Known good"><span><span class="tag ${good.tone}" title=${good.why}>${good.words}</span></span></td>
      <td data-label="From"><span>${from === undefined ? origin.says : html`<a href="${from}?env=${env}">${origin.says}</a>`}</span></td>
      <td data-label="At" class="at">
        <span><span title=${position}>revision ${revisionOf(position)}</span>${commit === null ? nothing : html`<span class="under quiet small" title=${commit}>commit <code>${commit.slice(0, SHORT)}</code></span>`}</span>
      </td>
      <td data-label="Made"><span><t-ago .at=${createdAt}></t-ago> <span class="quiet">by ${tellActor({ actor: createdBy, actorName: createdByName })}</span></span></td>
      <td class="acts">${this.#drawBack({ project, environment }, tag)}</td>
    </tr>`;
  }

  #drawBack({ project, environment }: Here, tag: string) {
    const { safe } = environment.may;
    return html`<button
      class="plain small"
      aria-disabled=${!safe.yes}
      title=${safe.yes ? 'Shows first what would change' : (safe.why ?? '')}
      @click=${() => safe.yes && void rollBackFlow({ project, environment, to: { release: tag }, words: tag })}
    >
      <wa-icon name="history" aria-hidden="true"></wa-icon>Roll back to this<span class="sr"> (${tag})</span>
    </button>`;
  }

  async #make({ project, environment }: Here): Promise<void> {
    const form = document.createElement('t-new-release-form');
    Object.assign(form, { project, environment });
    const made = await form.open();
    if (made === undefined) return;
    tell(`${made.tag} keeps ${tellContent(made)} of ${environment.name}.`);
    await this.#releases.read();
  }
}

function drawFirst({ project, environment }: Here) {
  return html`<div class="card empty">
    <h2>Nothing is kept of ${environment.name} yet</h2>
    <p>
      A release is an environment at a moment, under a tag: something to compare with, and to go back to. Rollouts that
      finish and trains that leave make one by themselves; before something risky, make one by hand.
    </p>
    <p class="quiet">
      Whether it is known to be good nobody declares. Each flag of it is proven by a rollout that finished with its guards
      passed, or by seven days in which nothing was found against it.
    </p>
    <p><code>npx turnout release create -p ${project.key} -e ${environment.key}</code></p>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-releases-page': ReleasesPage;
  }
}
