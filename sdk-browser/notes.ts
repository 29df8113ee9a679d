import type { Logger, TurnoutOptions } from './options.ts';

/** Says something to whoever runs the page; under a name once and no more. Never throws, whatever the logger does. */
export type Note = (level: keyof Logger, message: string, name?: string) => void;

/** Keys that come from elsewhere than the code could be without end. */
const MOST_NAMES = 1000;

export function makeNotes(logger: TurnoutOptions['logger'] = console): Note {
  const said = new Set<string>();
  return (level, message, name) => {
    if (name && (said.has(name) || said.size >= MOST_NAMES)) return;
    if (name) said.add(name);
    try {
      if (logger) logger[level](`turnout: ${message}`);
    } catch {}
  };
}
