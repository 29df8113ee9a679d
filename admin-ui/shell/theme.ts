import { Store } from '../client/store.ts';

export type Theme = 'system' | 'light' | 'dark';
const KEPT = 'turnout-theme';

const dark = matchMedia('(prefers-color-scheme: dark)');
/** What a person chose; `system` follows the machine. */
export const theme = new Store<Theme>(readKept());

function readKept(): Theme {
  const kept = readText(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Storage may be forbidden; then nothing is remembered, and nothing breaks. */
export function readText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
export function keepText(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // A screen that may keep nothing is still a screen.
  }
}

export function chooseTheme(chosen: Theme): void {
  keepText(KEPT, chosen);
  theme.value = chosen;
}

function show(): void {
  const isDark = theme.value === 'dark' || (theme.value === 'system' && dark.matches);
  document.documentElement.className = isDark ? 'wa-dark' : 'wa-light';
}

/** Shows the page in its colours, now and whenever somebody changes their mind. */
export function startTheme(): void {
  theme.subscribe(show);
  dark.addEventListener('change', show);
  show();
}
