import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Following } from '../../client/store.ts';
import { chooseSingleKeys, singleKeys } from '../../shell/shortcuts.ts';
import { base } from '../../styles/base.ts';

interface Shortcut {
  keys: string;
  does: string;
  /** True of keys that work alone, and can be turned off. */
  isSingle: boolean;
}

const SHORTCUTS: readonly Shortcut[] = [
  { keys: 'Ctrl K, ⌘ K', does: 'search flags and pages, or do something', isSingle: false },
  { keys: 'k', does: 'kill a flag: type its name, Enter', isSingle: true },
  { keys: 'f', does: 'flags', isSingle: true },
  { keys: 's', does: 'segments', isSingle: true },
  { keys: 'a', does: 'activity', isSingle: true },
  { keys: 'r', does: 'fleet: which apps run', isSingle: true },
  { keys: ',', does: 'settings', isSingle: true },
  { keys: 'Alt 1 … 9', does: 'on the kill panel: the environment', isSingle: false },
  { keys: '↑ ↓ Enter', does: 'in lists of choices: choose, and do it', isSingle: false },
  { keys: 'Esc', does: 'close what is open, and change nothing', isSingle: false },
];

/** Which keys do what, and whether those that work alone do. */
@customElement('t-key-help')
export class KeyHelp extends LitElement {
  static override styles = [
    base,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 0.35rem 1rem;
        margin: 0.75rem 0 0;
      }
      dd {
        margin: 0;
      }
      .off {
        color: var(--quiet);
        text-decoration: line-through;
      }
      kbd {
        font: 500 var(--tiny) / 1 var(--mono);
        padding: 0.15rem 0.35rem;
        border: 1px solid var(--line-strong);
        border-radius: 4px;
      }
      label {
        display: flex;
        align-items: baseline;
        gap: 0.6rem;
        font-weight: 400;
      }
    `,
  ];

  constructor() {
    super();
    new Following(this, singleKeys);
  }

  override render() {
    return html`<label>
        <input
          type="checkbox"
          .checked=${singleKeys.value}
          @change=${(event: Event) => chooseSingleKeys((event.target as HTMLInputElement).checked)}
        />
        <span
          >Single keys work where nobody is typing.
          <span class="quiet">Turn them off if you speak to your machine, or press keys without meaning to.</span></span
        >
      </label>
      <dl>
        ${SHORTCUTS.map(({ keys, does, isSingle }) => {
          const off = isSingle && !singleKeys.value;
          return html`<dt><kbd>${keys}</kbd></dt>
            <dd class=${off ? 'off' : ''}>${does}</dd>`;
        })}
      </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    't-key-help': KeyHelp;
  }
}
