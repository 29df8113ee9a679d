import { Store } from '../client/store.ts';
import type { Command } from './match-commands.ts';
import { keepText, readText } from './theme.ts';

const KEPT = 'turnout-single-keys';

/** Keys that work alone can be turned off: whoever speaks to their machine would press them without meaning to. */
export const singleKeys = new Store<boolean>(readText(KEPT) !== 'off');

export function chooseSingleKeys(on: boolean): void {
  keepText(KEPT, on ? 'on' : 'off');
  singleKeys.value = on;
}

/** A command with a key of its own. */
export interface KeyedCommand extends Command {
  key?: string;
}

interface Parts {
  palette: () => void;
  commands: () => readonly KeyedCommand[];
}

/** Ctrl-K or ⌘K opens the palette everywhere; single keys work where nobody is typing. Answers how to stop. */
export function listenToKeys({ palette, commands }: Parts): () => void {
  const listener = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      palette();
      return;
    }
    if (!singleKeys.value || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
    const command = commands().find(({ key }) => key === event.key);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}

/** True while somebody types, or is asked something. */
function isBusy(event: KeyboardEvent): boolean {
  return event.composedPath().some((target) => {
    if (!(target instanceof HTMLElement)) return false;
    if (target instanceof HTMLDialogElement || target.isContentEditable) return true;
    return target.matches('input, textarea, select');
  });
}
