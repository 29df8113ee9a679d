import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere } from '../../client/here.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import './danger-section.ts';
import './hooks-section.ts';
import './keys-section.ts';
import './members-section.ts';
import './metrics-section.ts';
import './sources-section.ts';
import './tokens-section.ts';
import './transfer-section.ts';

const SECTIONS = [
  { key: 'members', words: 'Members' },
  { key: 'tokens', words: 'Service tokens' },
  { key: 'keys', words: 'Keys' },
  { key: 'metrics', words: 'Metrics' },
  { key: 'sources', words: 'Sources' },
  { key: 'hooks', words: 'Hooks' },
  { key: 'import-export', words: 'Import and export' },
  { key: 'danger', words: 'Danger' },
] as const;

/** Who may do what in a project, what comes in and goes out, and how it ends. */
@customElement('t-settings-page')
export class SettingsPage extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        max-width: 64rem;
      }
      h1 {
        margin-bottom: 0.5rem;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 0.15rem;
        margin-bottom: 1.25rem;
        border-bottom: 1px solid var(--line);
      }
      nav a {
        padding: 0.45rem 0.75rem;
        margin-bottom: -1px;
        border-bottom: 2px solid transparent;
        color: var(--quiet);
        font-weight: 550;
        text-decoration: none;
      }
      nav a:hover {
        color: var(--ink);
      }
      nav a[aria-current] {
        color: var(--ink);
        border-bottom-color: var(--primary);
      }
    `,
  ];
  @property() project = '';
  @property() section = '';
  readonly #here = followHere(this);

  override render() {
    const known = SECTIONS.find(({ key }) => key === this.section);
    const env = this.#here()?.environment.key ?? '';
    return html`<h1>Settings</h1>
      <nav aria-label="Settings">
        ${SECTIONS.map(
          ({ key, words }) => html`<a
            href=${writeRoute('settings', { project: this.project, section: key }, { env })}
            aria-current=${key === this.section ? 'page' : nothing}
            >${words}</a
          >`,
        )}
      </nav>
      ${known === undefined ? html`<p>There are no settings of this name.</p>` : this.#drawSection(known.key)}`;
  }

  #drawSection(section: (typeof SECTIONS)[number]['key']) {
    if (section === 'keys') return html`<t-keys-section></t-keys-section>`;
    if (section === 'import-export') return html`<t-transfer-section></t-transfer-section>`;
    if (section === 'members') return html`<t-members-section></t-members-section>`;
    if (section === 'metrics') return html`<t-metrics-section></t-metrics-section>`;
    if (section === 'sources') return html`<t-sources-section></t-sources-section>`;
    if (section === 'hooks') return html`<t-hooks-section></t-hooks-section>`;
    if (section === 'tokens') return html`<t-tokens-section></t-tokens-section>`;
    return html`<t-danger-section></t-danger-section>`;
  }
}
