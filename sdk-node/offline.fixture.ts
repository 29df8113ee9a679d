import type { Ruleset } from '@turnout/core';
import { Turnout } from './index.ts';
import type { TurnoutOptions } from './options.ts';

/** A client that has nowhere to connect to and answers from a bundled ruleset. Nobody knows how old that is. */
export function offlineTurnout(ruleset: Ruleset, options: Partial<TurnoutOptions> = {}): Turnout {
  return new Turnout({
    url: '',
    key: '',
    logger: false,
    bootstrap: { ruleset, overlay: [], settled: [] },
    ...options,
  });
}
