'use client';

export { TurnoutProvider, type TurnoutProviderProps } from './react/turnout-provider.ts';
export type { AppFlags, Registered, Served } from './react/typed-flags.ts';
export { type Actions, useFlag, useFlagDetails, useTurnout, useTurnoutStatus } from './react/use-flag.ts';
