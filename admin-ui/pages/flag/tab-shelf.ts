import type { Shelf } from './desk.ts';

/** What is typed, in the storage of this tab; where that may not be used, it lives as long as the page. */
export const tabShelf: Shelf = {
  read(name) {
    try {
      return sessionStorage.getItem(`turnout-draft ${name}`);
    } catch {
      return null;
    }
  },
  write(name, text) {
    try {
      if (text === null) sessionStorage.removeItem(`turnout-draft ${name}`);
      else sessionStorage.setItem(`turnout-draft ${name}`, text);
    } catch {
      // Full, or forbidden: what is typed is still on the page.
    }
  },
};
