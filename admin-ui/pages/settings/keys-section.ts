import type { KeyAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { flagIndex } from '../../client/flag-index.ts';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { base } from '../../styles/base.ts';
import type { MadeKey } from './key-form.ts';
import './key-form.ts';
import type { KeyVerb } from './key-row.ts';
import './key-row.ts';
import { isOver, type KeyKind, KINDS } from './key-words.ts';
import { Listing } from './listing.ts';
import { revokeFlow } from './revoke-flow.ts';
import './rotate-form.ts';
import { RunningApps } from './running-apps.ts';
import { showSecret } from './secret-dialog.ts';
import { settingsSheet } from './settings-sheet.ts';
import { drawStop } from './stop-sign.ts';
import { pickFlag, writeSnippets } from './write-snippets.ts';

/** The keys of an environment, by what they are for. */
@customElement('t-keys-section')
export class KeysSection extends LitElement {
  static override styles = [base, settingsSheet];
  readonly #here = followHere(this);
  readonly #keys = new Listing<KeyAnswer>(this, {
    path: () => (this.#here()?.environment.may.admin.yes ? `${this.#place()}/keys` : undefined),
    subjects: ['key'],
    mark: ({ id, version, state }) => `${id}/${version}/${state}`,
    name: ({ id }) => id,
  });
  readonly #apps = new RunningApps(this, () => this.#place());

  constructor() {
    super();
    new Following(this, flagIndex, route);
  }

  #place(): string | undefined {
    const now = this.#here();
    return now && `/projects/${now.project.key}/environments/${now.environment.key}`;
  }

  override render() {
    const now = this.#here();
    if (now === undefined) return nothing;
    const { admin } = now.environment.may;
    if (!admin.yes) return drawStop(`The keys of ${now.environment.name} are for its administrators.`, admin.why);
    return html`<div class="section">
      <p class="about">
        A key belongs to one environment: these are of <strong>${now.environment.name}</strong>. Apps come with a server
        or a client key, whoever kills in an emergency with a kill key.
      </p>
      ${this.#keys.drawState()}
      ${(Object.keys(KINDS) as KeyKind[]).map((kind) => this.#drawKind(now, kind))}
      ${this.#drawEnded()}
    </div>`;
  }

  #drawKind(now: Here, kind: KeyKind) {
    const words = KINDS[kind];
    const keys = this.#keys.items;
    const why = whyNot(now, kind);
    return html`<section class="group" aria-labelledby=${kind}>
      <div class="head">
        <div>
          <h2 id=${kind}>${words.title} <span class="hint">${words.who}</span></h2>
          <p class="about small">${words.may}</p>
          ${why === undefined ? nothing : html`<p class="small warning" id="why-${kind}">${why}</p>`}
        </div>
        <button
          aria-disabled=${why !== undefined}
          title=${why ?? ''}
          @click=${() => why === undefined && void this.#make(kind)}
        >
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New ${kind} key
        </button>
      </div>
      ${keys === undefined ? nothing : this.#drawKeys(now, kind, keys)}
    </section>`;
  }

  #drawKeys(now: Here, kind: KeyKind, all: readonly KeyAnswer[]) {
    const withEnded = route.value?.query.ended === 'yes';
    const keys = all
      .filter((key) => key.kind === kind && (withEnded || !isOver(key)))
      .sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || (a.createdAt < b.createdAt ? -1 : 1));
    if (keys.length === 0) return html`<div class="card empty">${KINDS[kind].none}</div>`;
    return html`<ul class="card items">
      ${repeat(
        keys,
        ({ id }) => id,
        (key) => html`<li class=${this.#keys.changed.has(key.id) ? 'flash' : ''}>
          <t-key-row
            .key=${key}
            .apps=${this.#apps.of(key.id)}
            .successor=${all.find(({ id }) => id === key.successor)?.name ?? key.successor ?? undefined}
            .snippets=${writeSnippets(kind, snippetPlace(now, key))}
            .act=${(verb: KeyVerb) => void this.#act(verb, key)}
          ></t-key-row>
        </li>`,
      )}
    </ul>`;
  }

  #drawEnded() {
    const ended = this.#keys.items?.filter(isOver).length ?? 0;
    if (ended === 0) return nothing;
    const shown = route.value?.query.ended === 'yes';
    return html`<div>
      <button class="plain" aria-pressed=${shown} @click=${() => setQuery({ ended: shown ? '' : 'yes' })}>
        ${shown ? 'Hide' : 'Show'} ${ended} ended ${ended === 1 ? 'key' : 'keys'}
      </button>
    </div>`;
  }

  async #make(kind: KeyKind): Promise<void> {
    const now = this.#here();
    if (now === undefined) return;
    const form = document.createElement('t-key-form');
    Object.assign(form, { kind, path: `${this.#place()}/keys`, environment: now.environment });
    const made = await form.open();
    if (made !== undefined) await this.#shown(made, now);
  }

  async #act(verb: KeyVerb, key: KeyAnswer): Promise<void> {
    const now = this.#here();
    if (now === undefined) return;
    const path = `${this.#place()}/keys`;
    if (verb === 'revoke') await this.#revoke(`${path}/${key.id}`, key);
    else if (verb === 'edit') {
      const form = document.createElement('t-key-form');
      Object.assign(form, { key, kind: key.kind, path, environment: now.environment });
      const changed = await form.open();
      if (changed !== undefined) tell(`${changed.key.name} is changed.`);
      await this.#keys.read();
    } else {
      const form = document.createElement('t-rotate-form');
      Object.assign(form, { key, path, apps: this.#apps.of(key.id).length });
      const made = await form.open();
      if (made !== undefined) await this.#shown(made, now);
    }
  }

  async #shown({ key, secret }: MadeKey, now: Here): Promise<void> {
    void this.#keys.read();
    await showSecret({
      title: `The secret of ${key.name}`,
      secret,
      what: `the secret of ${key.name}`,
      advice:
        key.kind === 'client'
          ? 'It is meant to be in your page: anybody can read it there.'
          : 'Put it where your other secrets are. Who has it can do what the key may.',
      ...(key.expiresAt === null ? {} : { endsAt: key.expiresAt }),
      snippets: writeSnippets(key.kind, snippetPlace(now, key)).slice(0, 1),
    });
  }

  async #revoke(path: string, key: KeyAnswer): Promise<void> {
    const apps = this.#apps.of(key.id).length;
    const body = html`<p>
      ${apps === 0 ? 'No app runs with it now.' : html`<strong>${apps} running with it now.</strong>`} Within five
      seconds it is refused everywhere, and open streams end. Apps go on with the flags that they know, and hear of
      nothing new, not even of a kill. A revoked key never comes back.
    </p>`;
    if (await revokeFlow(path, key.name, body)) await this.#keys.read();
  }
}

/** Why a key of this kind cannot be made here; the server says the same. */
function whyNot({ environment }: Here, kind: KeyKind): string | undefined {
  if (kind !== 'kill' || !environment.protected) return undefined;
  return `${environment.name} is protected: a kill key there needs a second administrator, or the root token.`;
}

function snippetPlace({ project, environment }: Here, key: KeyAnswer) {
  const { kind, flags, context, origins } = key;
  const flag = flags?.[0] ?? pickFlag(kind, flagIndex.value.flags) ?? 'new-flag';
  return { url: location.origin, project: project.key, environment: environment.key, flag, context, origins };
}
