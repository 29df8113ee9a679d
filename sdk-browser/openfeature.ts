export { TurnoutWebProvider, type TurnoutWebProviderOptions } from './openfeature/turnout-web-provider.ts';
