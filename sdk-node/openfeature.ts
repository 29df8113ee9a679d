export { TurnoutProvider, type TurnoutProviderOptions } from './openfeature/turnout-provider.ts';
