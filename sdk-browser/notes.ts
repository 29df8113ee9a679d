import type { Logger, TurnoutOptions } from './options.ts';

/** Says each thing once under a name, until that is forgotten; never fails because its listener does. */
export interface Notes {
  once(name: string, level: keyof Logger, message: string): void;
  forget(name: string): void;
}

/** Keys that come from elsewhere than the code could be without end. */
const MOST_REMEMBERED = 1000;

export function makeNotes(logger: TurnoutOptions['logger'] = console): Notes {
  const said = new Set<string>();
  return {
    once(name, level, message) {
      if (said.has(name) || said.size >= MOST_REMEMBERED) return;
      said.add(name);
      try {
        if (logger) logger[level](`turnout: ${message}`);
      } catch {}
    },
    forget: (name) => said.delete(name),
  };
}
