import { createElement, type ReactElement, StrictMode } from 'react';
import {
  TurnoutProvider,
  type TurnoutProviderProps,
  useFlag,
  useFlagDetails,
  useTurnout,
  useTurnoutStatus,
} from '../react.ts';

export type ShopFlags = {
  hero: 'calm' | 'loud';
  'new-cart': boolean;
  price: number;
  greeting: string;
  perks: { delivery: string };
};

declare module '../react.ts' {
  interface Registered {
    flags: ShopFlags;
  }
}

export const VISITOR = { targetingKey: 'ada', plan: 'free' };
/** The same one, when they have signed in. */
export const MEMBER = { targetingKey: 'ada', plan: 'pro' };

/** How often each component was rendered in this process or page. Strict mode renders everything twice. */
export const drawn: Record<string, number> = {};

/** A line of the page that follows one flag, and whose id is its key. */
function line(key: string, use: () => string): () => ReactElement {
  return () => {
    drawn[key] = (drawn[key] ?? 0) + 1;
    return createElement('p', { id: key }, use());
  };
}

const LINES = [
  line('hero', () => useFlag('hero', 'calm')),
  line('new-cart', () => (useFlag('new-cart', false) ? 'new cart' : 'old cart')),
  line('price', () => {
    const { value, variant, reason } = useFlagDetails('price', 10);
    return `${value} ${variant ?? 'coded'} ${reason}`;
  }),
  line('greeting', () => useFlag('greeting', 'Hello')),
  // An object in the code is another one each time that it is drawn.
  line('perks', () => useFlag('perks', { delivery: 'next week' }).delivery),
  line('status', () => {
    const { source, position } = useTurnoutStatus();
    return `${source} ${position}`;
  }),
];

/** Says who the visitor is from now on, and what they do. */
function SignIn() {
  const turnout = useTurnout();
  const onClick = async () => {
    turnout.track('signed in');
    await turnout.setContext(MEMBER);
  };
  return createElement('button', { id: 'sign-in', type: 'button', onClick }, 'Sign in');
}

/** A page of a shop, as the server renders it and as it is hydrated. */
export function shop(given: Omit<TurnoutProviderProps, 'children'>): ReactElement {
  const lines = LINES.map((Line, index) => createElement(Line, { key: index }));
  return createElement(StrictMode, null, createElement(TurnoutProvider, given, ...lines, createElement(SignIn)));
}
