import { html, nothing } from 'lit';
import { withMoved, withoutEntry } from './document-tree.ts';

/** What is done with one entry of a list in the form, and what is said of it. */
export interface Acts {
  list: readonly unknown[];
  at: number;
  /** How the entry is called: `stage 2`. */
  name: string;
  readonly: boolean;
  change: (list: unknown[], said: string, focusAt: number) => void;
}

/** Moves it up or down, or takes it out. */
export function drawActs({ list, at, name, readonly, change }: Acts) {
  if (readonly) return nothing;
  const act = (label: string, icon: string, run: () => void, isOff = false) =>
    html`<button type="button" class="plain" aria-label="${label} ${name}" title=${label} ?disabled=${isOff} @click=${run}>
      <wa-icon name=${icon} aria-hidden="true"></wa-icon>
    </button>`;
  const move = (to: number) => change(withMoved(list, at, to), `${name} is now ${to + 1} of ${list.length}.`, to);
  return html`<span class="acts">
    ${act('Move up', 'arrow-up', () => move(at - 1), at === 0)}
    ${act('Move down', 'arrow-down', () => move(at + 1), at === list.length - 1)}
    ${act('Take out', 'trash', () => change(withoutEntry(list, at), `${name} was taken out.`, -1))}
  </span>`;
}

/** Alt and the arrows move an entry. */
export function moveByKey(event: KeyboardEvent, { list, at, name, readonly, change }: Acts): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (readonly || !event.altKey || step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const to = at + step;
  if (to >= 0 && to < list.length) change(withMoved(list, at, to), `${name} is now ${to + 1} of ${list.length}.`, to);
}

/** A name that no entry has yet: `errors`, `errors-2`. */
export function freeName(name: string, taken: readonly string[]): string {
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}-${count}`;
    if (!taken.includes(free)) return free;
  }
}
