import type { ExportAnswer, ReleaseAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { isProduction } from '../../client/me.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { tellActor } from '../../parts/change-words.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { saveFile } from '../../parts/save-file.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { entryPage } from '../../styles/entry-page.ts';
import './release-flags.ts';
import { ReleaseReading } from './release-reading.ts';
import { rollBackFlow } from './roll-back-flow.ts';
import './rollback-cards.ts';
import { fileOf, pageOfOrigin, revisionOf, tellContent, tellGood } from './tell-release.ts';

const MOST_UNPROVEN = 10;

/** One release: what it keeps, what of it is known to be good and what is not, and the way back to it. */
@customElement('t-release-page')
export class ReleasePage extends LitElement {
  static override styles = [
    base,
    entryPage,
    css`
      .acts {
        gap: 0.5rem;
      }
      .note {
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .unproven {
        padding: 0.7rem 1rem;
      }
      ul {
        margin: 0;
        padding-left: 1.1rem;
      }
      li {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() project = '';
  @property() release = '';
  @state() private busy = false;
  readonly #here = followHere(this);
  readonly #reading = new ReleaseReading(this);

  override willUpdate(): void {
    const here = this.#here();
    if (here !== undefined) this.#reading.follow(this.project, here.environment.key, this.release);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { release, refusal } = this.#reading;
    const env = here.environment.key;
    return html`<div class="page">
      <p class="small"><a href=${writeRoute('releases', { project: this.project }, { env })}>Releases</a></p>
      ${release === undefined ? html`<h1>${this.release}</h1>` : this.#drawHead(here, release)}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${release === undefined ? (refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`) : this.#drawWhole(here, release)}
    </div>`;
  }

  #drawHead({ environment }: Here, release: ReleaseAnswer) {
    const { tag, note, origin, commit, position, change, createdAt, createdBy, createdByName } = release;
    const { project } = this;
    const env = environment.key;
    const good = tellGood(release);
    const from = pageOfOrigin(project, origin.link);
    return html`<header>
      <div class="title">
        <h1>${tag}</h1>
        <span class="tag ${isProduction(environment) ? 'production' : ''}">${environment.name}</span>
        <span class="tag ${good.tone === '' ? 'warn' : good.tone}">${good.words}</span>
      </div>
      ${note === null ? nothing : html`<p class="note">${spellMarks(note)}</p>`}
      <div class="facts">
        <span>${tellContent(release)}</span>
        <span>${from === undefined ? origin.says : html`from <a href="${from}?env=${env}">${origin.says}</a>`}</span>
        <span title=${position}>at revision ${revisionOf(position)}${change === null ? nothing : html`, <a href=${writeRoute('change', { project, change: String(change) }, { env })}>change ${change}</a>`}</span>
        ${commit === null ? nothing : html`<span>commit <code>${commit}</code></span>`}
        <span>made ${sayMoment(createdAt)} (<t-ago .at=${createdAt}></t-ago>) by ${tellActor({ actor: createdBy, actorName: createdByName })}</span>
      </div>
    </header>`;
  }

  #drawWhole(here: Here, release: ReleaseAnswer) {
    return html`${this.#drawActs(here, release)}
      <t-rollback-cards .project=${this.project}></t-rollback-cards>
      ${release.unprovenFlags.length === 0 ? nothing : drawUnproven(release)}
      <section>
        <h2>Flags <span class="quiet">${release.items.length}</span></h2>
        <t-release-flags .project=${this.project} .release=${release}></t-release-flags>
      </section>`;
  }

  #drawActs({ project, environment }: Here, release: ReleaseAnswer) {
    const { safe } = environment.may;
    const { tag } = release;
    const compare = writeRoute('compare', { project: project.key }, { env: environment.key, from: tag, to: 'now' });
    return html`<div class="row acts" role="group" aria-label="What can be done">
      <button
        class=${safe.yes ? 'primary' : ''}
        aria-disabled=${!safe.yes}
        title=${safe.yes ? 'Shows first what would change' : (safe.why ?? '')}
        @click=${() => safe.yes && void rollBackFlow({ project, environment, to: { release: tag }, words: tag })}
      >
        <wa-icon name="history" aria-hidden="true"></wa-icon>Roll back to this
      </button>
      <button ?disabled=${this.busy} @click=${() => void this.#take(release)}>
        <wa-icon name="download" aria-hidden="true"></wa-icon>Download
      </button>
      <a href=${compare}>What is different now</a>
      ${safe.yes ? nothing : html`<span class="quiet small">${safe.why}</span>`}
    </div>`;
  }

  async #take({ tag, environment }: ReleaseAnswer): Promise<void> {
    this.busy = true;
    try {
      const answer = await send<ExportAnswer>(`${this.#reading.path}/export`);
      const name = fileOf(this.project, environment, tag);
      saveFile(name, `${JSON.stringify(answer.document, null, 2)}\n`);
      tell(`${name} has all of it: an import takes it as it is. Kills are not in it.`);
    } catch (error) {
      const { title, detail } = asRefusal(error).problem;
      tell(`${title}: ${detail}`, { tone: 'warn' });
    } finally {
      this.busy = false;
    }
  }
}

function drawUnproven({ unprovenFlags }: ReleaseAnswer) {
  const more = unprovenFlags.length - MOST_UNPROVEN;
  return html`<section>
    <h2>Not known to be good <span class="quiet">${unprovenFlags.length}</span></h2>
    <div class="card unproven">
      <ul aria-label="Not known to be good">
        ${unprovenFlags.slice(0, MOST_UNPROVEN).map(({ flag, because }) => html`<li><code>${flag}</code>: ${because}</li>`)}
        ${more > 0 ? html`<li class="quiet">and ${more} more, below</li>` : nothing}
      </ul>
    </div>
  </section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-release-page': ReleasePage;
  }
}
