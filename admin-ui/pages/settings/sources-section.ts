import type { SourceAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere, type Here } from '../../client/here.ts';
import '../../parts/relative-time.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import { deleteItem } from './delete-item.ts';
import { Listing } from './listing.ts';
import { guardsNaming } from './metric-words.ts';
import { drawItemAct, drawNamedBy, listPolicies, markOfVersion } from './named-by.ts';
import { settingsSheet } from './settings-sheet.ts';
import './source-form.ts';
import './try-query.ts';

/** Where queries of guards are asked. */
@customElement('t-sources-section')
export class SourcesSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);
  readonly #sources = new Listing<SourceAnswer>(this, {
    path: () => this.#path('sources'),
    subjects: ['source'],
    mark: markOfVersion,
    name: ({ key }) => key,
  });
  readonly #policies = listPolicies(this, () => this.#path('policies'));

  #path(list: string): string | undefined {
    const project = this.#here()?.project;
    return project && `/projects/${encodeURIComponent(project.key)}/${list}`;
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const why = here.project.rights.includes('admin') ? '' : 'Sources are set up by administrators of the project.';
    return html`<section class="group" aria-labelledby="sources">
      <div class="head">
        <div>
          <h2 id="sources">Sources</h2>
          <p class="about small">
            A Prometheus whose numbers guards are held against. That it answers nothing is no data and no regression: a guard then
            holds, or pauses, as its policy says.
          </p>
          ${why === '' ? nothing : html`<p class="small warning">${why}</p>`}
        </div>
        <button aria-disabled=${why !== ''} title=${why} @click=${() => why === '' && void this.#make(here)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New source
        </button>
      </div>
      ${this.#sources.drawState()} ${this.#drawSources(here, why)}
    </section>`;
  }

  #drawSources(here: Here, why: string) {
    const { items } = this.#sources;
    if (items === undefined) return nothing;
    if (items.length === 0) {
      return html`<div class="card empty">No source yet. Guards can do without: metrics that apps track are measured here.</div>`;
    }
    return html`<ul class="card items">
      ${repeat(
        items,
        ({ key }) => key,
        (source) =>
          html`<li class=${this.#sources.changed.has(source.key) ? 'flash' : ''}>${this.#draw(here, source, why)}</li>`,
      )}
    </ul>`;
  }

  #draw(here: Here, source: SourceAnswer, why: string) {
    const { project, environment } = here;
    const { key, url, auth } = source;
    const guards = guardsNaming(this.#policies.items ?? [], { source: key });
    const whyNotTry = project.roles.some((role) => ['editor', 'release-manager', 'admin'].includes(role))
      ? ''
      : 'Asking it needs the role editor.';
    const act = (words: string, run: () => void) => drawItemAct(words, key, why, run);
    return html`<article class="item" aria-label="Source ${key}">
      <div class="title">
        <h3 class="name mono">${key}</h3>
        <span class="tag">Prometheus</span>
      </div>
      <div class="facts">
        <code>${spellMarks(url)}</code>
        <span>${tellAuth(auth)}${'setAt' in auth ? html`, set <t-ago .at=${auth.setAt}></t-ago>` : nothing}</span>
        ${drawNamedBy(project.key, environment.key, guards)}
      </div>
      <div class="actions">
        ${act('Change', () => void this.#make(here, source))} ${act('Delete', () => void this.#delete(source, guards.length))}
      </div>
      <div class="more">
        <t-try-query
          .path=${`${this.#path('sources')}/${encodeURIComponent(key)}`}
          .source=${key}
          .why=${whyNotTry}
        ></t-try-query>
      </div>
    </article>`;
  }

  async #make({ project, environment }: Here, source?: SourceAnswer): Promise<void> {
    const form = document.createElement('t-source-form');
    Object.assign(form, { path: `/projects/${encodeURIComponent(project.key)}`, source });
    const stored = await form.open();
    if (stored === undefined) return;
    if ('request' in stored) {
      const { id, title, waits } = stored.request;
      tell(`“${title}” is asked for. ${waits ?? 'It can be applied.'}`);
      return goTo('request', { project: project.key, request: id }, { env: environment.key });
    }
    const { key } = stored.source;
    tell(source === undefined ? `${key} is added. Try a query on it.` : `${key} is changed.`);
    await this.#sources.read();
  }

  async #delete({ key, version }: SourceAnswer, guards: number): Promise<void> {
    const tried = await deleteItem({
      name: key,
      body:
        guards > 0
          ? html`<p>${guards === 1 ? 'A guard asks' : `${guards} guards ask`} it. It stays until they do not any more.</p>`
          : html`<p>No policy names it. Its secret is gone for good.</p>`,
      path: `${this.#path('sources')}/${encodeURIComponent(key)}`,
      version,
    });
    if (tried) await this.#sources.read();
  }
}

function tellAuth(auth: SourceAnswer['auth']): string {
  if (auth.kind === 'none') return 'asked without a secret';
  return auth.kind === 'bearer' ? 'asked with a token' : `asked as ${auth.user} with a password`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-sources-section': SourcesSection;
  }
}
