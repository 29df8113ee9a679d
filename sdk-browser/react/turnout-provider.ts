import type { Bootstrap } from '@turnout/core';
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useMemo } from 'react';
import { makeNotes } from '../notes.ts';
import { type KnownFlags, knownFlags, type PageClient } from './known-flags.ts';

export interface TurnoutProviderProps {
  /** The client of the page. Make it once, outside of components: whoever makes it closes it. */
  client?: PageClient | undefined;
  /**
   * What the server evaluated for this page. On the server it is all that is needed, and nothing is opened there. In the
   * browser the client's own is taken unless it is given here, too; either must be what the page was rendered from.
   */
  bootstrap?: Bootstrap | undefined;
  children?: ReactNode;
}

const Known = createContext<KnownFlags | undefined>(undefined);
const NOWHERE = knownFlags(undefined, undefined);
const note = makeNotes(undefined);

/**
 * Gives the flags of a client to all components below. On the server, and until the page is hydrated, they are those of
 * the bootstrap, so that both render the same; what the client knows beyond it is drawn right after. It opens nothing and
 * closes nothing.
 */
export function TurnoutProvider({ client, bootstrap, children }: TurnoutProviderProps): ReactElement {
  const given = bootstrap ?? client?.bootstrap;
  const value = useMemo(() => knownFlags(client, given), [client, given]);
  return createElement(Known.Provider, { value }, children);
}

/** What components ask: what the nearest provider above gives, and nothing where there is none. */
export function useKnownFlags(): KnownFlags {
  const known = useContext(Known);
  if (known !== undefined) return known;
  note('warn', 'there is no <TurnoutProvider> above a component; its coded defaults hold', 'provider');
  return NOWHERE;
}
