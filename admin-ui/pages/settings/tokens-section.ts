import type { MemberAnswer, TokenAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { followHere } from '../../client/here.ts';
import type { MyProject } from '../../client/me.ts';
import { Following } from '../../client/store.ts';
import '../../parts/relative-time.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { Listing } from './listing.ts';
import { revokeFlow } from './revoke-flow.ts';
import { tellRoles } from './role-words.ts';
import { showSecret } from './secret-dialog.ts';
import { settingsSheet } from './settings-sheet.ts';
import { drawStop } from './stop-sign.ts';
import { tellMaker } from './tell-maker.ts';
import './token-form.ts';

/** The tokens of a project: what programs come with. */
@customElement('t-tokens-section')
export class TokensSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);
  readonly #tokens = new Listing<TokenAnswer>(this, {
    path: () => this.#path('tokens'),
    subjects: ['token'],
    mark: ({ id, state }) => `${id}/${state}`,
    name: ({ id }) => id,
  });
  /** For the names of who made them. */
  readonly #members = new Listing<MemberAnswer>(this, {
    path: () => this.#path('members'),
    subjects: ['member'],
    mark: ({ id, version }) => `${id}/${version}`,
    name: ({ id }) => id,
  });

  constructor() {
    super();
    new Following(this, route);
  }

  #path(list: string): string | undefined {
    const project = this.#here()?.project;
    return project?.rights.includes('admin') ? `/projects/${project.key}/${list}` : undefined;
  }

  override render() {
    const project = this.#here()?.project;
    if (project === undefined) return nothing;
    if (!project.rights.includes('admin')) {
      return drawStop('Tokens are for administrators.', 'This needs the role admin in the whole project.');
    }
    return html`<section class="group" aria-labelledby="tokens">
      <div class="head">
        <div>
          <h2 id="tokens">Service tokens</h2>
          <p class="about small">
            Programs change flags with a token. It may no more than its roles, and no more than its owner may now: when
            they leave, it stops.
          </p>
        </div>
        ${this.#drawNew(project)}
      </div>
      ${this.#tokens.drawState()} ${this.#drawTokens(project)}
    </section>`;
  }

  #drawNew(project: MyProject) {
    const may = project.rights.includes('grant');
    const why = may ? '' : 'Only people with the role admin in the whole project hand out rights.';
    return html`<button aria-disabled=${!may} title=${why} @click=${() => may && void this.#make(project)}>
      <wa-icon name="plus" aria-hidden="true"></wa-icon>New token
    </button>`;
  }

  #drawTokens(project: MyProject) {
    const all = this.#tokens.items;
    if (all === undefined) return nothing;
    const withEnded = route.value?.query.ended === 'yes';
    const tokens = all
      .filter(({ state }) => withEnded || state === 'live')
      .sort((a, b) => Number(a.state !== 'live') - Number(b.state !== 'live') || (a.name < b.name ? -1 : 1));
    const ended = all.filter(({ state }) => state !== 'live').length;
    return html`${
      tokens.length === 0
        ? html`<div class="card empty">No token yet. A deploy that flips flags needs one; an app that only asks needs a key.</div>`
        : html`<ul class="card items">
            ${repeat(
              tokens,
              ({ id }) => id,
              (token) =>
                html`<li class=${this.#tokens.changed.has(token.id) ? 'flash' : ''}>${this.#draw(project, token)}</li>`,
            )}
          </ul>`
    }
    ${
      ended === 0
        ? nothing
        : html`<div>
            <button class="plain" aria-pressed=${withEnded} @click=${() => setQuery({ ended: withEnded ? '' : 'yes' })}>
              ${withEnded ? 'Hide' : 'Show'} ${ended} ended ${ended === 1 ? 'token' : 'tokens'}
            </button>
          </div>`
    }`;
  }

  #draw(project: MyProject, token: TokenAnswer) {
    const { name, roles, check, environment, startsWith, state, createdBy, createdAt, expiresAt, revokedAt } = token;
    const live = state === 'live';
    const place = project.environments.find(({ key }) => key === environment)?.name ?? environment;
    const names = new Map((this.#members.items ?? []).map(({ person }) => [person.id, person.name]));
    return html`<article class="item ${live ? '' : 'over'}" aria-label="Token ${name}">
      <div class="title">
        <h3 class="name">${name}</h3>
        ${(check === null ? roles : [`check ${check}`]).map((one) => html`<span class="tag">${one}</span>`)}
        <span class="small quiet">${place === null ? 'in the whole project' : `only in ${place}`}</span>
        ${state === 'revoked' ? html`<span class="tag">revoked <t-ago .at=${revokedAt ?? ''}></t-ago></span>` : nothing}
        ${
          state === 'revoked' || expiresAt === null
            ? nothing
            : html`<span class="tag">${live ? 'ends' : 'ended'} <t-ago .at=${expiresAt}></t-ago></span>`
        }
      </div>
      <div class="facts">
        <code>${startsWith}…</code>
        <span>made <t-ago .at=${createdAt}></t-ago> by ${tellMaker(createdBy, names)}</span>
        <span>${check === null ? tellRoles(roles) : 'Posts the results of this check, and does nothing else.'}</span>
      </div>
      <div class="actions">
        ${live ? html`<button class="plain" aria-label="Revoke ${name}" @click=${() => void this.#revoke(project, token)}>Revoke</button>` : nothing}
      </div>
    </article>`;
  }

  async #make(project: MyProject): Promise<void> {
    const form = document.createElement('t-token-form');
    form.project = project;
    const made = await form.open();
    if (made === undefined) return;
    const { token, secret } = made;
    void this.#tokens.read();
    await showSecret({
      title: `The secret of ${token.name}`,
      secret,
      what: `the secret of ${token.name}`,
      advice: 'It is sent as “Authorization: Bearer …”, and the command line reads it from a file (--key).',
      ...(token.expiresAt === null ? {} : { endsAt: token.expiresAt }),
    });
  }

  async #revoke(project: MyProject, { id, name }: TokenAnswer): Promise<void> {
    const body = html`<p>Whatever comes with it is refused within five seconds, on every node. It never comes back.</p>`;
    if (await revokeFlow(`/projects/${project.key}/tokens/${id}`, name, body)) await this.#tokens.read();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-tokens-section': TokensSection;
  }
}
